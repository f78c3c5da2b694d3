//! What models said of orders, and what became of those.

use futures::future::BoxFuture;

use super::{scores_store, service};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, Told};

/// Keeps scores and labels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scores;

impl Consumer for Scores {
    fn name(&self) -> &'static str {
        "models"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let placed = facts.iter().filter_map(|told| match &told.fact {
                Fact::OrderPlaced(placed) => {
                    let order = &placed.order;
                    Some(service::scored(order.id.as_str(), &placed.pop, order.placed_ms, &order.fraud))
                }
                _ => None,
            });
            scores_store::insert_scores(tx, &placed.collect::<Vec<_>>()).await?;
            for told in facts {
                if let Some(fraud) = label_of(&told.fact) {
                    service::label(tx, told.fact.key(), fraud, told.written_ms).await?;
                }
            }
            Ok(())
        })
    }
}

/// A payer who disputes says that it was fraud, unless the dispute is won in the end.
fn label_of(fact: &Fact) -> Option<bool> {
    match fact {
        Fact::ChargebackOpened(_) | Fact::ChargebackLost(_) | Fact::ChargebackReopened(_) => Some(true),
        Fact::ChargebackWon(_) => Some(false),
        _ => None,
    }
}
