//! Writes reviews.

use std::collections::HashMap;

use kiosk_ids::{EventId, ProductId, ReviewId};
use kiosk_pop_store::social::purchases;
use kiosk_pop_store::social::reviews::{self as store, NewReview, OwnReview};
use kiosk_privacy::Kind;
use kiosk_problem::Problem;
use kiosk_wire::people::TEXT_CHARS_MAX;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Pop;
use crate::chats::view::PictureBody;
use crate::error::{Result, not_a_buyer};
use crate::text::{self, names_of};

/// Longest title, in characters.
pub const TITLE_CHARS_MAX: usize = 120;
/// Most products whose reviews are listed at once.
const PRODUCTS_PER_PART_MAX: u32 = 200;

/// One's own review of a product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReviewBody {
    /// 1 to 5.
    pub stars: u8,
    /// A line.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// Ids of its pictures.
    pub uploads: Vec<String>,
    /// `waiting` for the platform, `published`, or `removed` by a moderator.
    pub state: String,
    /// When it was written or changed, Unix milliseconds.
    pub written_ms: i64,
}

impl ReviewBody {
    fn of(review: OwnReview) -> Self {
        let OwnReview { stars, title, body, uploads, state, written_ms, .. } = review;
        Self { stars, title, body, uploads, state, written_ms }
    }
}

/// What one may say of a product, and has said.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnReviewBody {
    /// `prd_…`.
    pub product: String,
    /// What it was called when it was bought; empty when it was not.
    pub product_title: String,
    /// Whether the customer bought and received it.
    pub may_review: bool,
    /// Why not.
    pub why_not: Option<String>,
    /// The review.
    pub review: Option<ReviewBody>,
}

/// One's own review in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductReview {
    /// `prd_…`.
    pub product: String,
    /// What it was called when it was bought.
    pub product_title: String,
    /// What was said of it.
    #[serde(flatten)]
    pub review: ReviewBody,
    /// Its pictures as they are published: files below `/media/`.
    pub pictures: Vec<PictureBody>,
}

/// A review that was stored.
#[derive(Debug, Serialize, ToSchema)]
pub struct WrittenReview {
    /// As it was stored.
    pub review: ReviewBody,
    /// What was taken out of it: `email`, `phone`, `card`, `iban`, `address`.
    pub masked: Vec<String>,
}

/// What a customer says.
pub struct Draft {
    pub stars: u8,
    pub title: String,
    pub body: String,
    pub uploads: Vec<String>,
}

/// The one review that `account` may write of `product`; the same at every POP of the region.
fn review_id(pop: &Pop, account: &str, product: &ProductId) -> Result<ReviewId> {
    let name = pop.config.pseudonym_key.pseudonym(Kind::Review, &format!("{account} {product}"));
    Ok(ReviewId::named(&name).map_err(kiosk_pop_store::StoreError::from)?)
}

/// Why `account` cannot review `product`; `Ok` with what it was called when it can.
async fn bought(pop: &Pop, account: &str, product: &ProductId) -> Result<Result<String, &'static str>> {
    let purchase = purchases::get(&*pop.edge.db, account, product).await?;
    Ok(match purchase {
        Some(purchase) if purchase.delivered => Ok(purchase.title),
        Some(_) => Err("You can review it once it has arrived."),
        None => Err("Only who bought it here, logged in, can review it."),
    })
}

/// What `account` may say of `product`, and has said.
pub async fn get_own_review(pop: &Pop, account: &str, product: &ProductId) -> Result<OwnReviewBody> {
    let review = store::get(&*pop.edge.db, &review_id(pop, account, product)?).await?;
    let bought = bought(pop, account, product).await?;
    Ok(OwnReviewBody {
        product: product.to_string(),
        may_review: bought.is_ok(),
        why_not: bought.as_ref().err().map(|why| (*why).to_owned()),
        product_title: bought.unwrap_or_default(),
        review: review.map(ReviewBody::of),
    })
}

/// What `account` has said of the products after `after`, in the order of their ids; and the product to go on after, when
/// there are more.
pub async fn list_own_reviews(
    pop: &Pop,
    account: &str,
    after: &str,
) -> Result<(Vec<ProductReview>, Option<ProductId>)> {
    let db = &*pop.edge.db;
    let mut products = purchases::list_products(db, account, after, PRODUCTS_PER_PART_MAX + 1).await?;
    let more = products.len() > PRODUCTS_PER_PART_MAX as usize;
    products.truncate(PRODUCTS_PER_PART_MAX as usize);
    // An id names the one review that the account may have written of a product.
    let ids = products.iter().map(|(product, _)| review_id(pop, account, product));
    let ids = ids.collect::<Result<Vec<_>>>()?;
    let mut written: HashMap<ReviewId, OwnReview> =
        store::list(db, &ids).await?.into_iter().map(|review| (review.id.clone(), review)).collect();
    let next = products.last().filter(|_| more).map(|(product, _)| product.clone());
    let reviews = products.into_iter().zip(&ids).filter_map(|((product, product_title), id)| {
        let mut review = written.remove(id)?;
        let pictures = std::mem::take(&mut review.pictures).into_iter().map(PictureBody::of).collect();
        Some(ProductReview {
            product: product.into(),
            product_title,
            review: ReviewBody::of(review),
            pictures,
        })
    });
    Ok((reviews.collect(), next))
}

/// Writes the review of `product`, or changes it.
pub async fn put_review(
    pop: &Pop,
    account: &str,
    product: &ProductId,
    draft: &Draft,
) -> Result<WrittenReview> {
    if let Err(why) = bought(pop, account, product).await? {
        return Err(not_a_buyer(why).into());
    }
    if !(1..=5).contains(&draft.stars) {
        return Err(Problem::invalid("stars", "1 to 5").into());
    }
    let mut removed = Vec::new();
    let title = text::required(&draft.title.replace('\n', " "), "title", TITLE_CHARS_MAX, &mut removed)?;
    let body = text::masked(&draft.body, "body", TEXT_CHARS_MAX, &mut removed)?;
    text::uploads(&draft.uploads)?;
    let now_ms = pop.now_ms();
    let (id, event) = (review_id(pop, account, product)?, EventId::fresh(now_ms, &pop.edge.random_bytes()));
    let review = ReviewBody {
        stars: draft.stars,
        title: title.as_str().to_owned(),
        body: body.as_str().to_owned(),
        uploads: draft.uploads.clone(),
        state: "waiting".to_owned(),
        written_ms: now_ms,
    };
    let new = NewReview {
        id: &id,
        account,
        product,
        stars: draft.stars,
        title,
        body,
        uploads: &draft.uploads,
        now_ms,
        event: &event,
    };
    store::put(&*pop.edge.db, new).await?;
    Ok(WrittenReview { review, masked: names_of(&removed) })
}

/// Takes the review of `product` back.
pub async fn withdraw_review(pop: &Pop, account: &str, product: &ProductId) -> Result<()> {
    let id = review_id(pop, account, product)?;
    if store::get(&*pop.edge.db, &id).await?.is_none() {
        return Err(Problem::not_found("review").into());
    }
    let now_ms = pop.now_ms();
    let event = EventId::fresh(now_ms, &pop.edge.random_bytes());
    Ok(store::withdraw(&*pop.edge.db, &id, (account, product), &event, now_ms).await?)
}
