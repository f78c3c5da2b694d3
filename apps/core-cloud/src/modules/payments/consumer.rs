//! What payments hear of: orders, parcels, cancellations, refunds, fees that are not owed any more.

use std::collections::HashSet;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::book::{Book, payment_of};
use super::state::Provider;
use super::{fees, store, webhook_store};
use crate::clock::Clock;
use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::Consumer;
use crate::modules::bus::fact::{Fact, OrderPlaced, Told};
use crate::modules::bus::service::publish;

/// Hears of what is to be paid, taken and given back.
#[derive(Clone, Debug)]
pub struct Payments {
    clock: Clock,
}

impl Payments {
    /// By this clock.
    #[must_use]
    pub const fn new(clock: Clock) -> Self {
        Self { clock }
    }
}

impl Consumer for Payments {
    fn name(&self) -> &'static str {
        "payments"
    }

    fn apply<'a>(&'a self, tx: &'a mut Tx, facts: &'a [Told]) -> BoxFuture<'a, Result<(), Error>> {
        apply(tx, facts, self.clock.now_ms()).boxed()
    }
}

async fn apply(tx: &mut Tx, facts: &[Told], now_ms: i64) -> Result<(), Error> {
    // All orders at once: they come by the hundred. Nothing else of an order is told before it.
    let placed = facts.iter().filter_map(|told| match &told.fact {
        Fact::OrderPlaced(placed) => Some(&**placed),
        _ => None,
    });
    place_all(tx, &placed.collect::<Vec<_>>(), now_ms).await?;
    let orders: Vec<&str> =
        facts.iter().filter(|told| moves(&told.fact)).map(|told| told.fact.key()).collect();
    store::lock_all(tx, &orders).await?;
    for told in facts {
        if let Fact::PromotionWaived(fee) = &told.fact {
            fees::give_back(tx, &fee.promotion, now_ms).await?;
        }
        let order = told.fact.key();
        if !moves(&told.fact) {
            continue;
        }
        let Some((mut book, before)) = Book::open(tx, order, now_ms).await? else {
            tracing::warn!(order, fact = told.id, "a fact of an order whose payment is not known");
            continue;
        };
        match &told.fact {
            Fact::ParcelShipped(goods) => book.ship(goods),
            Fact::GoodsCancelled(goods) => book.cancel(goods),
            Fact::RefundDue(due) => book.refund(due),
            _ => {}
        }
        book.close(tx, &before).await?;
    }
    Ok(())
}

/// Whether a fact asks something of a payment.
const fn moves(fact: &Fact) -> bool {
    matches!(fact, Fact::ParcelShipped(_) | Fact::GoodsCancelled(_) | Fact::RefundDue(_))
}

async fn place_all(tx: &mut Tx, placed: &[&OrderPlaced], now_ms: i64) -> Result<(), Error> {
    if placed.is_empty() {
        return Ok(());
    }
    let mut taken = HashSet::new();
    for provider in [Provider::Stripe, Provider::Paypal] {
        let of = placed.iter().map(|placed| &placed.order.payment);
        let of = of.filter(|record| record.provider.as_deref() == Some(provider.name()));
        let references: Vec<&str> = of.filter_map(|record| record.reference.as_deref()).collect();
        let known = store::find_by_reference(tx, provider, &references).await?;
        taken.extend(known.into_iter().map(|(order, reference)| (provider.name(), reference, Some(order))));
    }
    let (mut payments, mut facts) = (Vec::with_capacity(placed.len()), Vec::new());
    for placed in placed {
        let record = &placed.order.payment;
        let (provider, reference) =
            (record.provider.as_deref().unwrap_or(""), record.reference.as_deref().unwrap_or(""));
        let used = !reference.is_empty()
            && taken.iter().any(|(by, name, order)| {
                *by == provider && name == reference && order.as_deref() != Some(placed.order.id.as_str())
            });
        let (payment, fact) = payment_of(&placed.order, used, now_ms);
        if let Some(provider) = Provider::parse(provider).filter(|_| !reference.is_empty()) {
            taken.insert((provider.name(), reference.to_owned(), Some(payment.order.clone())));
        }
        payments.push(payment);
        facts.extend(fact);
    }
    store::insert(tx, &payments).await?;
    let orders: Vec<&str> = payments.iter().map(|payment| &*payment.order).collect();
    webhook_store::wake(tx, &orders, now_ms).await?;
    if facts.is_empty() { Ok(()) } else { publish(tx, &facts, now_ms).await }
}
