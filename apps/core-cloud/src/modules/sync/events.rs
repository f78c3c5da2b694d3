//! Applying a run of events: orders, stock, chats, reviews and the inbox number in one transaction (invariant I4).

use std::collections::HashSet;

use kiosk_money::Money;
use kiosk_wire::{Event, EventBody, FraudRecord, OrderRecord, RoomKey};

use crate::db::Tx;
use crate::error::Error;
use crate::modules::bus::fact::{self, Fact};
use crate::modules::bus::service as bus;
use crate::modules::catalog::service as catalog;
use crate::modules::discounts::service as discounts;
use crate::modules::fraud::appeals;
use crate::modules::fraud::service::{self as fraud, Kind as CaseKind, NewCase};
use crate::modules::gift_cards::service as gift_cards;
use crate::modules::inventory::service::{self as inventory, Holder, Movement};
use crate::modules::orders::asked as orders_asked;
use crate::modules::orders::service::{self as orders, Blocked, Placed, Source};
use crate::modules::{chats, models, reviews};

/// The events that are not applied yet. They must follow without a gap.
///
/// # Errors
/// [`Error::EventGap`] when one is missing.
pub fn unapplied(events: &[Event], applied_through: i64) -> Result<&[Event], Error> {
    let applied = u64::try_from(applied_through).unwrap_or(0);
    let known = events.iter().take_while(|event| event.seq <= applied).count();
    let events = &events[known..];
    for (event, expected_seq) in events.iter().zip(applied + 1..) {
        if event.seq != expected_seq {
            return Err(Error::EventGap { expected_seq });
        }
    }
    Ok(events)
}

/// Checks that the events before `unapplied` are those that were applied under their numbers. A POP whose database was
/// restored from a copy gives numbers a second time; to acknowledge them would lose what it sold since.
///
/// # Errors
/// [`Error::EventsRewound`] when an order, a message or a review among them is not known.
pub async fn check_applied(tx: &mut Tx, events: &[Event], unapplied: &[Event]) -> Result<(), Error> {
    let told_again = &events[..events.len() - unapplied.len()];
    let (mut messages, mut written) = (Vec::new(), Vec::new());
    for event in told_again {
        match &event.body {
            EventBody::MessageSent(record) => messages.push(record.id.as_str()),
            EventBody::ReviewWritten(record) => written.push(record.id.as_str()),
            _ => {}
        }
    }
    let known = chats::list_known(tx, &messages).await?;
    let known_reviews = reviews::service::list_known(tx, &written).await?;
    let known = messages.iter().all(|id| known.contains(*id))
        && written.iter().all(|id| known_reviews.contains(*id))
        && new_orders(tx, told_again).await?.is_empty();
    if known { Ok(()) } else { Err(Error::EventsRewound) }
}

/// Applies events in order.
///
/// # Errors
/// When the database fails; the transaction is not to be committed then.
pub async fn apply(tx: &mut Tx, source: Source<'_>, events: &[Event]) -> Result<(), Error> {
    // The feed before the stock, as imports do, so that nobody waits for each other in a circle.
    if events.iter().any(tells_pops) {
        catalog::lock_writers(tx).await?;
    }
    let mut new_orders = new_orders(tx, events).await?;
    let (mut talk, mut reviewed, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    let mut movements = Vec::new();
    let mut placed = Vec::new();
    let (mut blocked, mut refused, mut appealed) = (Vec::new(), Vec::new(), Vec::new());
    for event in events {
        match &event.body {
            EventBody::OrderPlaced(order) => {
                // An order that was told twice moves stock once.
                if new_orders.remove(order.id.as_str()) {
                    let seq = i64::try_from(event.seq).map_err(|_| Error::invalid("seq", "out of range"))?;
                    placed.push((movements.len(), seq, &**order));
                    movements.extend(order.takes.iter().map(Movement::Sold));
                    movements.extend(discounts::takes(order).map(Movement::Sold));
                    movements.extend(gift_cards::takes(order).map(Movement::Sold));
                }
            }
            EventBody::CheckoutBlocked { fraud, total } => {
                refused.push(refused_case(source, event, fraud, *total));
                blocked.push(Blocked { event: event.id.as_str(), occurred_ms: event.occurred_ms, fraud });
            }
            EventBody::AppealMade(record) => appealed.push(&**record),
            EventBody::StockReturned { take } => movements.push(Movement::Returned(take)),
            EventBody::ReturnAsked(record) => asked.push(&**record),
            EventBody::ReviewWritten(record) => reviewed.push(reviews::service::Deed::Written(record)),
            EventBody::ReviewWithdrawn { id } => reviewed.push(reviews::service::Deed::Withdrawn(id)),
            EventBody::MessageSent(record) => talk.push(chats::Deed::Sent(record)),
            EventBody::RoomRead { room, read_ms } => talk.push(chats::Deed::Read(room, *read_ms)),
            EventBody::RoomBlocked { room, blocked } => talk.push(chats::Deed::Blocked(room, *blocked)),
            EventBody::RoomReported { room, reason } => talk.push(chats::Deed::Reported(room, reason)),
        }
    }
    let holder = Holder { pop: source.pop, incarnation: source.incarnation };
    let short = inventory::apply_movements(tx, holder, &movements).await?;
    let (mut stored, mut budgets, mut cards) = (Vec::new(), Vec::new(), Vec::new());
    for (first, seq, order) in placed {
        let (goods, rest) = short[first..].split_at(order.takes.len());
        let (budget, rest) = rest.split_at(discounts::takes(order).count());
        let card = &rest[..gift_cards::takes(order).count()];
        let overspent = budget.iter().any(|units| *units > 0) || gift_cards::is_short(order, card);
        stored.push(Placed { seq, order, short: goods.to_vec(), overspent });
        budgets.push((order, budget));
        cards.push((order, card));
    }
    let placed = stored;
    orders::insert_orders(tx, source, &placed).await?;
    discounts::insert_uses(tx, &budgets).await?;
    let redeemed = gift_cards::redeem(tx, &cards, source.received_ms).await?;
    orders::insert_blocked(tx, source.pop, &blocked).await?;
    fraud::insert_refused(tx, &refused).await?;
    appeals::take(tx, source.region, &appealed, source.received_ms).await?;
    models::service::insert_blocked(tx, source.pop, &blocked).await?;
    let placed: Vec<_> = placed.iter().map(|placed| placed.order).collect();
    orders_asked::apply(tx, source, &asked).await?;
    chats::open_rooms(tx, source, &placed).await?;
    chats::apply(tx, source, &talk).await?;
    reviews::service::apply(tx, &reviewed, source.received_ms).await?;
    let mut facts: Vec<_> = placed.into_iter().map(|order| placed_fact(source, order)).collect();
    facts.extend(redeemed);
    bus::publish(tx, &facts, source.received_ms).await
}

fn refused_case<'a>(
    source: Source<'a>,
    event: &'a Event,
    fraud: &'a FraudRecord,
    total: Option<Money>,
) -> NewCase<'a> {
    NewCase {
        id: event.id.as_str(),
        kind: CaseKind::Refused,
        pop: source.pop,
        region: source.region,
        at_ms: event.occurred_ms,
        total,
        fraud,
        customer: None,
        account: None,
    }
}

fn placed_fact(source: Source<'_>, order: &OrderRecord) -> Fact {
    Fact::OrderPlaced(Box::new(fact::OrderPlaced {
        pop: source.pop.to_owned(),
        region: source.region.to_owned(),
        order: order.clone(),
    }))
}

/// The room that an event changes.
pub fn room_of(event: &Event) -> Option<&RoomKey> {
    match &event.body {
        EventBody::MessageSent(record) => Some(&record.room),
        EventBody::RoomRead { room, .. }
        | EventBody::RoomBlocked { room, .. }
        | EventBody::RoomReported { room, .. } => Some(room),
        _ => None,
    }
}

/// Whether POPs are told of what an event does.
fn tells_pops(event: &Event) -> bool {
    match &event.body {
        EventBody::OrderPlaced(order) => order.account.is_some(),
        EventBody::CheckoutBlocked { .. } | EventBody::StockReturned { .. } => false,
        EventBody::AppealMade(_)
        | EventBody::ReturnAsked(_)
        | EventBody::ReviewWritten(_)
        | EventBody::ReviewWithdrawn { .. }
        | EventBody::MessageSent(_)
        | EventBody::RoomRead { .. }
        | EventBody::RoomBlocked { .. }
        | EventBody::RoomReported { .. } => true,
    }
}

async fn new_orders<'a>(tx: &mut Tx, events: &'a [Event]) -> Result<HashSet<&'a str>, Error> {
    let ids: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::OrderPlaced(order) => Some(order.id.as_str()),
            _ => None,
        })
        .collect();
    let known = orders::list_known(tx, &ids).await?;
    Ok(ids.into_iter().filter(|id| !known.contains(*id)).collect())
}
