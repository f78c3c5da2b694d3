//! Products as the API shows them.

use kiosk_money::Money;
use kiosk_pop_store::catalog::{Card, ProductView, Stars};
use kiosk_wire::people::Review;
use kiosk_wire::{Picture, Variant};
use serde::Serialize;
use utoipa::ToSchema;

use crate::openapi::MoneySchema;

/// Stock is not told more exactly than this.
pub const PIECES_SHOWN_MAX: u32 = 99;
/// So few pieces are "low".
const PIECES_LOW_MAX: u32 = 3;

/// A page of products.
#[derive(Serialize, ToSchema)]
pub struct ProductPage {
    /// The products.
    pub items: Vec<ProductCard>,
    /// Ask with this `cursor` for more; null at the end.
    pub next: Option<String>,
}

/// A product in a list.
#[derive(Serialize, ToSchema)]
pub struct ProductCard {
    id: String,
    handle: String,
    title: String,
    vendor_name: String,
    /// Price of the cheapest variant.
    #[schema(value_type = MoneySchema)]
    price: Money,
    /// Whether dearer variants exist.
    price_from: bool,
    /// The price before a reduction.
    #[schema(value_type = Option<MoneySchema>)]
    compare_at: Option<Money>,
    /// `<hash>.<ext>`, served at `/media/<hash>.<ext>`.
    picture: Option<String>,
    picture_alt: Option<String>,
    /// Goes by freight.
    bulky: bool,
    /// Unix milliseconds.
    created_ms: i64,
    /// Whether some variant can be sold here now.
    in_stock: bool,
    /// Whether its vendor pays for it to be shown; say so where it is.
    promoted: bool,
    rating: RatingBody,
}

/// How a product was rated.
#[derive(Serialize, ToSchema)]
struct RatingBody {
    /// Stars, 1.0 to 5.0, to one decimal; null when nobody rated.
    average: Option<f64>,
    /// Ratings.
    count: u32,
    /// Ratings of one star, two, … five.
    counts: [u32; 5],
}

impl From<Stars> for RatingBody {
    fn from(stars: Stars) -> Self {
        let average = stars.average_tenths().map(|tenths| f64::from(tenths) / 10.0);
        Self { average, count: stars.count(), counts: stars.counts }
    }
}

impl From<Card> for ProductCard {
    fn from(card: Card) -> Self {
        Self {
            id: card.id,
            handle: card.handle,
            title: card.title,
            vendor_name: card.vendor_name,
            price: card.price,
            price_from: card.price_from,
            compare_at: card.compare_at,
            picture: card.picture,
            picture_alt: card.picture_alt,
            bulky: card.bulky,
            created_ms: card.created_ms,
            in_stock: card.in_stock,
            promoted: card.promoted,
            rating: card.stars.into(),
        }
    }
}

/// A product with its variants.
#[derive(Serialize, ToSchema)]
pub struct ProductBody {
    id: String,
    handle: String,
    title: String,
    vendor: VendorBody,
    /// Slug of the category.
    category: String,
    /// Sanitised HTML.
    description_html: String,
    /// Goes by freight.
    bulky: bool,
    /// Unix milliseconds.
    created_ms: i64,
    tags: Vec<String>,
    /// What it tells of itself, in order.
    attributes: Vec<AttributeBody>,
    /// Whether its vendor pays for it to be shown; say so where it is.
    promoted: bool,
    rating: RatingBody,
    /// Names of the options.
    options: Vec<String>,
    pictures: Vec<PictureBody>,
    variants: Vec<VariantBody>,
}

/// A fact about a product, plain text.
#[derive(Serialize, ToSchema)]
struct AttributeBody {
    name: String,
    value: String,
}

/// A page of reviews.
#[derive(Serialize, ToSchema)]
pub struct ReviewPage {
    /// The reviews, newest first.
    pub items: Vec<ReviewBody>,
    /// Ask with this `cursor` for more; null at the end.
    pub next: Option<String>,
}

/// A review, plain text.
#[derive(Serialize, ToSchema)]
pub struct ReviewBody {
    id: String,
    /// 1 to 5.
    stars: u8,
    title: String,
    body: String,
    pictures: Vec<PictureBody>,
    /// When it was written or last changed, Unix milliseconds.
    written_ms: i64,
    /// What the vendor answers.
    answer: Option<String>,
}

impl From<Review> for ReviewBody {
    fn from(review: Review) -> Self {
        Self {
            id: review.id.into(),
            stars: review.stars,
            title: review.title,
            body: review.body,
            pictures: review.pictures.iter().map(PictureBody::of).collect(),
            written_ms: review.written_ms,
            answer: review.answer,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct VendorBody {
    id: String,
    name: String,
    /// ISO 3166-1 alpha-2 country it ships from.
    region: String,
    about: String,
}

#[derive(Serialize, ToSchema)]
struct PictureBody {
    /// `<hash>.<ext>`, served at `/media/<hash>.<ext>`.
    file: String,
    alt: String,
}

impl PictureBody {
    fn of(picture: &Picture) -> Self {
        Self { file: file(picture), alt: picture.alt.clone() }
    }
}

#[derive(Serialize, ToSchema)]
struct VariantBody {
    sku: String,
    /// A value for each of the product's options.
    options: Vec<String>,
    #[schema(value_type = MoneySchema)]
    price: Money,
    #[schema(value_type = Option<MoneySchema>)]
    compare_at: Option<Money>,
    weight_g: u32,
    /// `<hash>.<ext>` of its picture.
    picture: Option<String>,
    stock: StockBody,
}

#[derive(Serialize, ToSchema)]
struct StockBody {
    state: StockState,
    /// Pieces that can be sold here without asking the core, at most 99.
    pieces: u32,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StockState {
    /// Can be bought.
    InStock,
    /// Can be bought, few are left.
    Low,
    /// None here; the checkout asks the core for it.
    MoreOnTheWay,
    /// None here, and none the core could send.
    SoldOutHere,
}

fn file(picture: &Picture) -> String {
    format!("{}.{}", picture.hash, picture.ext)
}

fn stock(view: &ProductView, variant: &Variant) -> StockBody {
    let (pieces, more) = (view.pieces_here(variant), view.core_has_more(variant));
    let state = match pieces {
        0 if more => StockState::MoreOnTheWay,
        0 => StockState::SoldOutHere,
        1..=PIECES_LOW_MAX if !more => StockState::Low,
        _ => StockState::InStock,
    };
    StockBody { state, pieces: pieces.min(PIECES_SHOWN_MAX) }
}

impl From<ProductView> for ProductBody {
    fn from(view: ProductView) -> Self {
        let product = &view.product;
        let variants = product.variants.iter().map(|variant| {
            let picture = variant.picture.and_then(|index| product.pictures.get(index as usize));
            VariantBody {
                sku: variant.sku.to_string(),
                options: variant.options.clone(),
                price: variant.price,
                compare_at: variant.compare_at,
                weight_g: variant.weight_g,
                picture: picture.map(file),
                stock: stock(&view, variant),
            }
        });
        Self {
            variants: variants.collect(),
            pictures: product.pictures.iter().map(PictureBody::of).collect(),
            promoted: view.promoted,
            rating: view.stars.into(),
            vendor: VendorBody {
                id: product.vendor.to_string(),
                name: view.vendor_name,
                region: view.vendor_region,
                about: view.vendor_about,
            },
            id: view.product.id.into(),
            handle: view.product.handle,
            title: view.product.title,
            category: view.product.category,
            description_html: view.product.description_html,
            bulky: view.product.bulky,
            created_ms: view.product.created_ms,
            tags: view.product.tags,
            attributes: view
                .product
                .attributes
                .into_iter()
                .map(|attribute| AttributeBody { name: attribute.name, value: attribute.value })
                .collect(),
            options: view.product.options,
        }
    }
}
