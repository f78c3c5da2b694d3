//! The books as a consumer of the bus.

use futures::future::BoxFuture;
use kiosk_wire::OrderRecord;

use super::book::book;
use super::freeze::freeze;
use super::journal::Books;
use super::sales_store as store;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, Told};

/// Books what it hears of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bookkeeper;

impl Consumer for Bookkeeper {
    fn name(&self) -> &'static str {
        "accounting"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(apply(tx, facts))
    }
}

async fn apply(tx: &mut Tx, facts: &[Told]) -> Result<(), Error> {
    // The journal is locked before what it is asked about.
    let mut books = Books::open(tx).await?;
    let ids: Vec<&str> = facts.iter().map(|told| told.id.as_str()).collect();
    let booked = store::list_booked(tx, &ids).await?;
    let mut fresh: Vec<&Told> = Vec::with_capacity(facts.len());
    for told in facts {
        if !booked.contains(&told.id) && !fresh.iter().any(|other| other.id == told.id) {
            fresh.push(told);
        }
    }
    let placed: Vec<&OrderRecord> = fresh
        .iter()
        .filter_map(|told| match &told.fact {
            Fact::OrderPlaced(placed) => Some(&placed.order),
            _ => None,
        })
        .collect();
    freeze(tx, &placed).await?;
    for told in &fresh {
        book(tx, &mut books, told).await?;
    }
    let ids: Vec<&str> = fresh.iter().map(|told| told.id.as_str()).collect();
    store::insert_booked(tx, &ids).await?;
    books.close(tx).await?;
    Ok(())
}
