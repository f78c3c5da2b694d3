//! What discounts hear of. A budget is not given back for goods that come back, only for orders of which nothing left.

use futures::future::BoxFuture;

use super::service;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, Told};

/// Gives budgets back what orders do not take after all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Budgets;

impl Consumer for Budgets {
    fn name(&self) -> &'static str {
        "discounts"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(apply(tx, facts))
    }
}

async fn apply(tx: &mut Tx, facts: &[Told]) -> Result<(), Error> {
    let mut gone = Vec::new();
    for told in facts {
        match &told.fact {
            Fact::ParcelShipped(moved) => service::keep(tx, moved.order.as_str()).await?,
            Fact::GoodsCancelled(moved) if moved.last => gone.push(moved.order.as_str()),
            _ => {}
        }
    }
    // At once, so that accounts are locked in their order.
    if gone.is_empty() { Ok(()) } else { service::release(tx, &gone).await }
}
