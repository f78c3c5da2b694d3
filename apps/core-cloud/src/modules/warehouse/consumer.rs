//! What the warehouses hear of: an order that is to be sent is shared over them.

use futures::future::BoxFuture;

use super::service;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, Told};
use crate::modules::orders::fulfilment;

/// Plans parcels for orders that are cleared.
#[derive(Clone, Copy, Debug)]
pub struct Allocator;

impl Consumer for Allocator {
    fn name(&self) -> &'static str {
        "warehouse"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for Told { written_ms, fact, .. } in facts {
                let Fact::OrderCleared(cleared) = fact else { continue };
                let Some(mut purchase) = fulfilment::load(tx, &cleared.order).await? else { continue };
                service::plan(tx, &mut purchase, *written_ms).await?;
                fulfilment::save(tx, purchase, *written_ms).await?;
            }
            Ok(())
        })
    }
}
