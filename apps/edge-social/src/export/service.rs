//! Collects what a customer wrote, a part at a time.

use kiosk_ids::ProductId;
use kiosk_pop_store::social::messages;
use kiosk_problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::Pop;
use crate::chats::view::MessageBody;
use crate::error::Result;
use crate::reviews::service::{ProductReview, list_own_reviews};

/// Most messages of a part: an answer has to stay below what hosts take from a sibling.
const MESSAGES_PER_PART_MAX: u32 = 500;

/// A part of what a customer wrote.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct ExportPart {
    /// One's own reviews.
    pub reviews: Vec<ProductReview>,
    /// The messages of one's rooms, those of sellers and moderators too.
    pub messages: Vec<ExportedMessage>,
    /// Ask with this `after` for more; null at the end.
    pub next: Option<String>,
}

/// A message and where it was written.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedMessage {
    /// The order.
    pub order: String,
    /// The seller.
    pub vendor: String,
    /// The message.
    #[serde(flatten)]
    pub message: MessageBody,
}

/// The part that follows `after`: products in the order of their ids with what was said of them, then messages by their
/// place.
pub async fn export_social(pop: &Pop, account: &str, after: Option<&str>) -> Result<ExportPart> {
    let Some(after) = after else { return export_reviews(pop, account, "").await };
    if let Ok(place) = after.parse() {
        return export_messages(pop, account, place).await;
    }
    match ProductId::parse(after) {
        Ok(product) => export_reviews(pop, account, product.as_str()).await,
        Err(_) => Err(Problem::invalid("after", "`next` of the part before").into()),
    }
}

async fn export_reviews(pop: &Pop, account: &str, after: &str) -> Result<ExportPart> {
    let (reviews, more) = list_own_reviews(pop, account, after).await?;
    let next = more.map_or_else(|| "0".to_owned(), String::from);
    Ok(ExportPart { reviews, next: Some(next), ..ExportPart::default() })
}

async fn export_messages(pop: &Pop, account: &str, place: i64) -> Result<ExportPart> {
    let mut kept =
        messages::list_of_account(&*pop.edge.db, account, place, MESSAGES_PER_PART_MAX + 1).await?;
    let more = kept.len() > MESSAGES_PER_PART_MAX as usize;
    kept.truncate(MESSAGES_PER_PART_MAX as usize);
    let next = kept.last().filter(|_| more).map(|last| last.place.to_string());
    let messages = kept.into_iter().map(|kept| ExportedMessage {
        order: kept.room.order.into(),
        vendor: kept.room.vendor.into(),
        message: MessageBody::of(kept.message, kept.vendor_read_ms),
    });
    Ok(ExportPart { messages: messages.collect(), next, ..ExportPart::default() })
}
