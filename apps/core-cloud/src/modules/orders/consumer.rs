//! What orders hear of: that they were placed, and how their payment is.

use futures::future::BoxFuture;
use kiosk_ids::OrderId;
use kiosk_wire::OrderRecord;

use super::acts::BANK_TRANSFER;
use super::flow::{Hold, Stage};
use super::purchase::Purchase;
use super::{clearing_store, fulfilment};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, OrderCleared, Told};
use crate::modules::bus::service as bus;
use crate::modules::catalog::service as catalog;

/// The outcome of the fraud score that an admin has to look at.
pub(super) const REVIEW: &str = "review";

/// Clears orders, and cancels those that cannot be paid.
#[derive(Clone, Copy, Debug)]
pub struct Clearing;

impl Consumer for Clearing {
    fn name(&self) -> &'static str {
        "orders"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            // POPs hear of what changes: the feed is locked before any order, as everywhere.
            let changes =
                |told: &Told| matches!(told.fact, Fact::PaymentReceived(_) | Fact::PaymentFailed(_));
            if facts.iter().any(changes) {
                catalog::lock_writers(tx).await?;
            }
            // Of one order, that it was placed is told before all else.
            clear_placed(tx, facts).await?;
            for Told { written_ms, fact, .. } in facts {
                match fact {
                    Fact::PaymentReceived(paid) => {
                        let amount = paid.amount.amount;
                        change(tx, &paid.order, *written_ms, |purchase| {
                            purchase.receive_payment(amount, *written_ms)
                        })
                        .await?;
                    }
                    Fact::PaymentFailed(failed) => {
                        change(tx, &failed.order, *written_ms, |purchase| {
                            purchase.cancel_rest("payment_failed", *written_ms)
                        })
                        .await?;
                    }
                    _ => {}
                }
            }
            Ok(())
        })
    }
}

/// Orders that nothing holds up are cleared, all of a batch at once; others wait.
async fn clear_placed(tx: &mut Tx, facts: &[Told]) -> Result<(), Error> {
    for (hold, stage) in [
        (Hold::None, Stage::Cleared),
        (Hold::Review, Stage::InReview),
        (Hold::Payment, Stage::AwaitingPayment),
    ] {
        let held = facts.iter().filter_map(|told| match &told.fact {
            Fact::OrderPlaced(placed) if hold_of(&placed.order) == hold => {
                Some((told, placed.order.id.as_str()))
            }
            _ => None,
        });
        let (told, ids): (Vec<&Told>, Vec<&str>) = held.unzip();
        let Some(now_ms) = told.iter().map(|told| told.written_ms).max() else { continue };
        Stage::Placed.moved(stage)?;
        let moved = clearing_store::move_placed(tx, &ids, hold, stage, now_ms).await?;
        if hold == Hold::None {
            let cleared = |id: &String| {
                let order = OrderId::parse(id).map_err(super::parcels::not_an_id)?;
                Ok(Fact::OrderCleared(OrderCleared { order }))
            };
            let facts: Vec<Fact> = moved.iter().map(cleared).collect::<Result<_, Error>>()?;
            bus::publish(tx, &facts, now_ms).await?;
        }
    }
    Ok(())
}

/// What holds a placed order up.
fn hold_of(order: &OrderRecord) -> Hold {
    if order.fraud.outcome == REVIEW {
        Hold::Review
    } else if order.payment.method == BANK_TRANSFER && order.paid_by_gift_cards() != order.total {
        Hold::Payment
    } else {
        Hold::None
    }
}

/// Changes a purchase; one that is not known is passed over.
async fn change(
    tx: &mut Tx,
    id: &OrderId,
    now_ms: i64,
    act: impl FnOnce(&mut Purchase) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(mut purchase) = fulfilment::load(tx, id).await? else {
        tracing::warn!(order = %id, "a payment of an order that is not known");
        return Ok(());
    };
    act(&mut purchase)?;
    fulfilment::save(tx, purchase, now_ms).await
}
