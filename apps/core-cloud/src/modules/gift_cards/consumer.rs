//! What gift cards hear of: money of orders that goes back onto them.

use futures::future::BoxFuture;

use super::service;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, GiftCardRefundDue, Told};

/// Gives cards back what they paid for goods that do not stay with the customer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cards;

impl Consumer for Cards {
    fn name(&self) -> &'static str {
        "gift_cards"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let now_ms = facts.iter().map(|told| told.written_ms).max().unwrap_or_default();
            let due: Vec<&GiftCardRefundDue> = facts
                .iter()
                .filter_map(|told| match &told.fact {
                    Fact::GiftCardRefundDue(due) => Some(due),
                    _ => None,
                })
                .collect();
            if due.is_empty() { Ok(()) } else { service::give_back(tx, &due, now_ms).await }
        })
    }
}
