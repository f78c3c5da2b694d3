//! What fraud hears of: orders with their scores, what becomes of them, and disputes.

use futures::future::BoxFuture;

use super::service::{Kind, NewCase};
use super::{store, subjects};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, OrderPlaced, Told};

/// Who is said to have decided when a dispute was lost.
const CHARGEBACK: &str = "chargeback";

/// Keeps a case for each order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cases;

impl Consumer for Cases {
    fn name(&self) -> &'static str {
        "fraud"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(apply(tx, facts))
    }
}

async fn apply(tx: &mut Tx, facts: &[Told]) -> Result<(), Error> {
    let placed = facts.iter().filter_map(|told| match &told.fact {
        Fact::OrderPlaced(placed) => Some(case_of(placed)),
        _ => None,
    });
    store::insert_cases(tx, &placed.collect::<Vec<_>>()).await?;
    let orders = facts.iter().filter_map(|told| match &told.fact {
        Fact::OrderPlaced(placed) => Some(&placed.order),
        _ => None,
    });
    subjects::insert_orders(tx, &orders.collect::<Vec<_>>()).await?;
    for told in facts {
        match &told.fact {
            // Somebody disputes what nobody doubted: it is to be looked at.
            Fact::ChargebackOpened(moved) => {
                store::reopen(tx, moved.order.as_str()).await?;
                subjects::set_disputed(tx, moved.order.as_str(), true).await?;
            }
            Fact::ChargebackLost(moved) => {
                store::lose_dispute(tx, moved.order.as_str(), CHARGEBACK, told.written_ms).await?;
                subjects::set_disputed(tx, moved.order.as_str(), true).await?;
            }
            Fact::ChargebackReopened(moved) => subjects::set_disputed(tx, moved.order.as_str(), true).await?,
            Fact::ChargebackWon(moved) => subjects::set_disputed(tx, moved.order.as_str(), false).await?,
            Fact::GoodsCancelled(moved) => {
                subjects::set_returned(tx, moved.order.as_str(), moved.vendor.as_str()).await?;
            }
            Fact::ReturnInspected(moved) => {
                subjects::set_returned(tx, moved.order.as_str(), moved.vendor.as_str()).await?;
            }
            Fact::ParcelDelivered(arrived) => {
                let (order, vendor) = (arrived.order.as_str(), arrived.vendor.as_str());
                subjects::set_delivered(tx, order, vendor, told.written_ms).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn case_of(placed: &OrderPlaced) -> NewCase<'_> {
    let order = &placed.order;
    NewCase {
        id: order.id.as_str(),
        kind: Kind::Order,
        pop: &placed.pop,
        region: &placed.region,
        at_ms: order.placed_ms,
        total: Some(order.total),
        fraud: &order.fraud,
        customer: Some(&order.customer),
        account: order.account.as_deref(),
    }
}
