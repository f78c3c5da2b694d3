//! What POPs hold a copy of: `GET /sync/v1/feed?after=<cursor>&limit=<n>` and `GET /sync/v1/media/<hash>`.

use kiosk_ids::{DiscountId, ProductId, PromotionId, ReviewId, Sku, VendorId};
use kiosk_money::Money;
use serde::{Deserialize, Serialize};

use crate::discounts::{Discount, GiftCard};
use crate::models::{FraudPlan, VendorRisk};
use crate::people::{Loyalty, Message, Notice, OrderState, Promotion, Rating, Review, Room, Standing};

/// A page of changes after a cursor. A key that changed twice stands once, with its last state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FeedPage {
    /// In order; apply all of them together with `next`.
    pub changes: Vec<Change>,
    /// The cursor to ask after next time.
    pub next: u64,
    /// Whether more changes are waiting.
    pub more: bool,
}

/// The new state of one record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Change {
    /// A vendor is new or changed.
    Vendor(Vendor),
    /// A category is new or changed.
    Category(Category),
    /// A product is new or changed, with all its variants.
    Product(Box<Product>),
    /// A product is no longer sold.
    ProductRemoved {
        /// The product.
        id: ProductId,
    },
    /// A category is gone.
    CategoryRemoved {
        /// The category.
        slug: String,
    },
    /// A promotion is booked or changed.
    Promotion(Promotion),
    /// A promotion is taken back before its time; one that ran out is not told.
    PromotionRemoved {
        /// The promotion.
        id: PromotionId,
    },
    /// A discount is new or changed.
    Discount(Box<Discount>),
    /// A discount is ended before its time; one that ran out is not told.
    DiscountRemoved {
        /// The discount.
        id: DiscountId,
    },
    /// A gift card is issued or changed.
    GiftCard(GiftCard),
    /// The ratings of a product.
    Rating(Rating),
    /// A review is published or changed.
    Review(Box<Review>),
    /// A review is gone.
    ReviewRemoved {
        /// The review.
        id: ReviewId,
    },
    /// Which fraud models decide and watch.
    FraudPlan(FraudPlan),
    /// What a vendor's latest orders turned out to be.
    VendorRisk(VendorRisk),
    /// Whether a customer may buy. Told to the customer's region only, as is all that follows.
    Standing(Standing),
    /// The tier of an account.
    Loyalty(Loyalty),
    /// How far an order of the region is.
    Order(Box<OrderState>),
    /// Something to write to the customer of an order.
    Notice(Box<Notice>),
    /// The state of a room of the region.
    Room(Room),
    /// A message in a room of the region.
    Message(Box<Message>),
}

/// Who sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// Identifier.
    pub id: VendorId,
    /// Trading name.
    pub name: String,
    /// ISO 3166-1 alpha-2 country it ships from.
    pub region: String,
    /// A paragraph, plain text.
    pub about: String,
    /// Ways to pay that it accepts; none are named by a core that does not tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
}

/// A node of the category tree, two levels deep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    /// Unique, as in the address.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The slug above, none for a top category.
    pub parent: Option<String>,
    /// Order among siblings.
    pub position: u32,
    /// A sentence, plain text.
    pub blurb: String,
    /// What its products tell of themselves, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<String>,
}

/// A product with its variants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Product {
    /// Identifier.
    pub id: ProductId,
    /// Unique, as in the address.
    pub handle: String,
    /// For people.
    pub title: String,
    /// Seller.
    pub vendor: VendorId,
    /// Slug of its category, top level or below.
    pub category: String,
    /// HTML that the core has sanitised.
    pub description_html: String,
    /// Shown on the home page.
    pub featured: bool,
    /// Goes by freight, not by parcel.
    pub bulky: bool,
    /// Unix time in milliseconds.
    pub created_ms: i64,
    /// Free words for search.
    pub tags: Vec<String>,
    /// What it tells of itself, in the order of its category's attributes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// Names of the options, e.g. `["Colour", "Size"]`; empty when there is one variant without choice.
    pub options: Vec<String>,
    /// At least none; the first is the main one.
    pub pictures: Vec<Picture>,
    /// At least one.
    pub variants: Vec<Variant>,
}

/// One fact about a product, plain text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attribute {
    /// As its category calls it, e.g. `Material`.
    pub name: String,
    /// E.g. `Oak`.
    pub value: String,
}

/// A picture by the hash of its bytes, so that it never changes under its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    /// File ending that tells the media type: `svg`, `jpg`, `png`, `webp`.
    pub ext: String,
    /// For those who do not see it.
    pub alt: String,
    /// The same picture in several widths, the narrowest first; empty when there is only this one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<PictureSize>,
}

/// A picture in one width, by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureSize {
    /// In pixels.
    pub width: u32,
    /// SHA-256 of the bytes, hex.
    pub hash: String,
    /// File ending that tells the media type.
    pub ext: String,
}

/// What is put in a cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Unique over the whole shop.
    pub sku: Sku,
    /// One value for each of the product's options.
    pub options: Vec<String>,
    /// Price of one piece, tax included.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at: Option<Money>,
    /// Weight of one piece in grams.
    pub weight_g: u32,
    /// What it draws from stock; several variants may draw on one item.
    pub stock: StockLine,
    /// Index of its picture among the product's.
    pub picture: Option<u32>,
}

/// What selling one piece takes from stock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockLine {
    /// The stock item; the SKU itself unless it shares another's stock.
    pub item: Sku,
    /// Units of the item for one piece, at least 1 (a set of four takes 4).
    pub units: u32,
}
