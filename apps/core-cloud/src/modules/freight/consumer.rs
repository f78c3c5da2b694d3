//! What freight hears of: an order that is to be sent.

use futures::future::BoxFuture;

use super::service;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, Told};
use crate::modules::orders::fulfilment;

/// Makes shipments for bulky lines of orders that are cleared.
#[derive(Clone, Copy, Debug)]
pub struct Forwarder;

impl Consumer for Forwarder {
    fn name(&self) -> &'static str {
        "freight"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for Told { written_ms, fact, .. } in facts {
                let Fact::OrderCleared(cleared) = fact else { continue };
                if let Some(purchase) = fulfilment::get(tx, &cleared.order).await? {
                    service::insert_shipments(tx, &purchase, *written_ms).await?;
                }
            }
            Ok(())
        })
    }
}
