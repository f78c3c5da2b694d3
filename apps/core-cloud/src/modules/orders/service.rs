//! What the shop does with orders. Functions on a [`Tx`] take part in another module's transaction.

use std::collections::{HashMap, HashSet};

use kiosk_ids::{OrderId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{FraudRecord, OrderLine, OrderRecord};
use serde::Serialize;

use super::consumer::REVIEW;
use super::parcels::{self, ParcelRow, vendors_of};
pub use super::parts::shared;
use super::{clearing_store, parcel_store, store};
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::error::Error;
use crate::modules::catalog::service as catalog;
use crate::page::List;

/// Most orders on one page.
pub const ORDERS_PER_PAGE_MAX: u32 = 100;
/// Status of an order that was placed and nothing more.
pub(super) const STATUS_PLACED: &str = "placed";
/// The order took stock that nobody has.
const STOCK_SHORT: &str = "stock_short";
/// A discount or a gift card had less left than the order took of it.
const OVERSPENT: &str = "overspent";
/// The sums of the order do not add up.
const TOTALS_DIFFER: &str = "totals_differ";

/// An order as the core has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderView {
    /// `ord_…`.
    pub id: String,
    /// The POP that sold it.
    pub pop: String,
    /// The POP's database.
    pub incarnation: String,
    /// The number of its event.
    pub seq: i64,
    /// `crt_…`.
    pub cart: String,
    /// Region of the POP.
    pub region: String,
    /// When the shopper placed it, Unix milliseconds of the POP's clock.
    pub placed_ms: i64,
    /// When the core applied it, Unix milliseconds.
    pub received_ms: i64,
    /// Pseudonym.
    pub customer: String,
    /// Pseudonym of the account that bought; none for guests.
    pub account: Option<String>,
    /// Country of delivery.
    pub country: String,
    /// First characters of the postcode.
    pub area: String,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Price of delivery.
    pub delivery: Money,
    /// Both.
    pub total: Money,
    /// What gift cards pay of that.
    pub gift_cards: Money,
    /// How it is delivered.
    pub delivery_kind: String,
    /// `pay_…`.
    pub payment: String,
    /// How it is paid.
    pub payment_method: String,
    /// `allow` or `review`.
    pub fraud_outcome: String,
    /// Probability of fraud, 0 to 1; none when no model answered.
    pub fraud_score: Option<f64>,
    /// Version of the model.
    pub fraud_model: String,
    /// Codes of the top reasons.
    pub fraud_reasons: Vec<String>,
    /// Where it stands, by the pieces of all vendors.
    pub status: String,
    /// Codes of what an operator should look at.
    pub attention: Vec<String>,
    /// What was bought; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<LineView>,
    /// The stock it took; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<TakeView>,
    /// The order of each vendor in it; empty in lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parcels: Vec<ParcelRow>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineView {
    /// What was bought.
    pub sku: String,
    /// Its product.
    pub product: String,
    /// Its seller.
    pub vendor: String,
    /// Pieces.
    pub quantity: i64,
    /// What the customer pays for one piece.
    pub unit_price: Money,
    /// Its listed price, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_price: Option<Money>,
    /// What the marketplace bears of its discount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subsidy: Option<Money>,
    /// Tax that was added to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added_tax: Option<Money>,
}

/// Stock that an order took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakeView {
    /// The stock item.
    pub item: String,
    /// Epoch of the lease.
    pub epoch: i64,
    /// Units.
    pub units: i64,
    /// Units of them that nobody has.
    pub short: i64,
}

/// An order that a POP reports.
#[derive(Clone, Debug)]
pub struct Placed<'a> {
    /// The number of its event.
    pub seq: i64,
    /// The order.
    pub order: &'a OrderRecord,
    /// For each of its takes, the units that nobody has.
    pub short: Vec<i64>,
    /// Whether a discount or a gift card had less left than it took.
    pub overspent: bool,
}

/// Where and when reports come in.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The POP.
    pub pop: &'a str,
    /// Its region.
    pub region: &'a str,
    /// Its database.
    pub incarnation: &'a str,
    /// Unix milliseconds of the core's clock.
    pub received_ms: i64,
}

/// A refused checkout that a POP reports.
#[derive(Clone, Copy, Debug)]
pub struct Blocked<'a> {
    /// Its event.
    pub event: &'a str,
    /// Unix milliseconds.
    pub occurred_ms: i64,
    /// The score that refused it.
    pub fraud: &'a FraudRecord,
}

/// What happened in one minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MinuteCounts {
    /// Orders that the fraud score allowed.
    pub allowed: i64,
    /// Orders to review.
    pub review: i64,
    /// Checkouts that were refused.
    pub blocked: i64,
}

/// A place in the list of orders, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// When the order was placed, Unix milliseconds.
    pub placed_ms: i64,
    /// The order.
    pub id: String,
}

impl Cursor {
    /// Before all orders.
    #[must_use]
    pub fn start() -> Self {
        Self { placed_ms: i64::MAX, id: String::new() }
    }

    /// After this order.
    #[must_use]
    pub fn after(order: &OrderView) -> Self {
        Self { placed_ms: order.placed_ms, id: order.id.clone() }
    }

    /// Reads what [`Self::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (placed_ms, id) = text.split_once('.')?;
        let id = OrderId::parse(id).ok()?;
        Some(Self { placed_ms: placed_ms.parse().ok()?, id: id.into() })
    }

    /// As it goes into an address.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}.{}", self.placed_ms, self.id)
    }
}

/// Orders as operators see them.
#[derive(Clone, Debug)]
pub struct Service {
    pub(super) db: Db,
    pub(super) clock: Clock,
}

impl Service {
    /// Over this database.
    #[must_use]
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Orders after a place in the list, newest first; of one POP, or of all when `pop` is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_orders(&self, pop: &str, after: &Cursor, limit: u32) -> Result<Vec<OrderView>, Error> {
        let conn = &mut *self.db.read().await?;
        Ok(store::list_orders(conn, pop, (after.placed_ms, &after.id), i64::from(limit)).await?)
    }

    /// Orders of a list, and whether there are more: its search is an order, a customer, an account or a POP, each as
    /// a whole; its states are those of fraud, of parcels, and `attention`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_orders(&self, list: &List) -> Result<(Vec<OrderView>, bool), Error> {
        let mut orders = store::find_orders(&mut *self.db.read().await?, list).await?;
        let more = list.cut(&mut orders);
        Ok((orders, more))
    }

    /// One order with its lines.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get_order(&self, id: &OrderId) -> Result<OrderView, Error> {
        let conn = &mut *self.db.read().await?;
        let mut order = store::get_order(conn, id.as_str()).await?.ok_or(Error::NotFound("order"))?;
        order.lines = store::list_lines(conn, id.as_str()).await?;
        order.takes = store::list_takes(conn, id.as_str()).await?;
        order.parcels = parcel_store::list_parcels(conn, id.as_str()).await?;
        Ok(order)
    }

    /// Orders in all, and those that an operator should look at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_orders(&self) -> Result<(i64, i64), Error> {
        Ok(store::count_orders(&mut *self.db.read().await?).await?)
    }

    /// What happened in each minute from `from_ms` on, by minute since 1970.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_by_minute(&self, from_ms: i64) -> Result<HashMap<i64, MinuteCounts>, Error> {
        let conn = &mut *self.db.read().await?;
        let mut minutes: HashMap<i64, MinuteCounts> = HashMap::new();
        for (minute, outcome, count) in store::count_by_minute(conn, from_ms).await? {
            let counts = minutes.entry(minute).or_default();
            // A buyer who was stepped up and ordered has passed.
            *(if outcome == REVIEW { &mut counts.review } else { &mut counts.allowed }) += count;
        }
        for (minute, count) in store::count_blocked_by_minute(conn, from_ms).await? {
            minutes.entry(minute).or_default().blocked += count;
        }
        Ok(minutes)
    }
}

/// Which of these orders the core has already.
///
/// # Errors
/// When the database fails.
pub async fn list_known(tx: &mut Tx, ids: &[&str]) -> Result<HashSet<String>, Error> {
    Ok(store::list_known(tx, ids).await?)
}

/// Stores orders that the core has not yet. One that does not add up or took stock that nobody has is stored too: a
/// shopper was promised it, and an operator has to see to it.
///
/// # Errors
/// When the database fails.
pub async fn insert_orders(tx: &mut Tx, source: Source<'_>, placed: &[Placed<'_>]) -> Result<(), Error> {
    let with_attention: Vec<_> = placed.iter().map(|placed| (placed, attention(placed).join(","))).collect();
    store::insert_orders(tx, source, &with_attention).await?;
    store::insert_lines(tx, placed).await?;
    store::insert_takes(tx, placed).await?;
    let mut skus: Vec<&str> =
        placed.iter().flat_map(|placed| &placed.order.lines).map(|line| line.sku.as_str()).collect();
    skus.sort_unstable();
    skus.dedup();
    let drawn = catalog::list_drawn(tx, &skus).await?;
    clearing_store::insert_vendor_orders(tx, source, placed).await?;
    clearing_store::insert_pieces(tx, placed, &drawn).await?;
    clearing_store::insert_holds(tx, placed).await?;
    parcels::tell_placed(tx, source, placed).await?;
    metrics::counter!("core_orders_total", "pop" => source.pop.to_owned()).increment(placed.len() as u64);
    Ok(())
}

/// Stores checkouts that were refused for fraud.
///
/// # Errors
/// When the database fails.
pub async fn insert_blocked(tx: &mut Tx, pop: &str, blocked: &[Blocked<'_>]) -> Result<(), Error> {
    Ok(store::insert_blocked(tx, pop, blocked).await?)
}

fn attention(placed: &Placed<'_>) -> Vec<&'static str> {
    let mut codes = Vec::new();
    if placed.short.iter().any(|units| *units > 0) {
        codes.push(STOCK_SHORT);
    }
    if placed.overspent {
        codes.push(OVERSPENT);
    }
    if !adds_up(placed.order) {
        codes.push(TOTALS_DIFFER);
    }
    codes
}

/// Longest pseudonym, in bytes.
const PSEUDONYM_BYTES_MAX: usize = 128;

/// Whether a text can be a pseudonym of a customer or an account: a POP makes them of plain characters.
#[must_use]
pub fn is_pseudonym(text: &str) -> bool {
    (1..=PSEUDONYM_BYTES_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The account that bought; one that cannot be is none.
#[must_use]
pub fn known_account(order: &OrderRecord) -> Option<&str> {
    order.account.as_deref().filter(|account| is_pseudonym(account))
}

/// An amount in a currency by its code; one that is not known any more is shown as without currency.
#[must_use]
pub fn price(amount: i64, currency: &str) -> Money {
    Money::new(amount, Currency::from_code(currency).unwrap_or(Currency::XXX))
}

/// The price of delivery, shared over the vendors of an order by the value of their goods.
#[must_use]
pub fn delivery_shares(order: &OrderRecord) -> Vec<(&VendorId, i64)> {
    let vendors = vendors_of(order);
    let value = |vendor: &&VendorId| {
        let own = order.lines.iter().filter(|line| line.vendor == **vendor);
        own.fold(0_i64, |sum, line| {
            sum.saturating_add(line.unit_price.amount.saturating_mul(i64::from(line.quantity)))
        })
    };
    let shares = shared(order.delivery.amount.max(0), &vendors.iter().map(value).collect::<Vec<_>>());
    vendors.into_iter().zip(shares).collect()
}

/// Whether the sums of an order add up.
fn adds_up(order: &OrderRecord) -> bool {
    let lines = order.lines.iter().try_fold(Money::zero(order.subtotal.currency), |sum, line| {
        sum.checked_add(line.unit_price.times(line.quantity)?)
    });
    lines == Ok(order.subtotal)
        && order.subtotal.checked_add(order.delivery) == Ok(order.total)
        && order.lines.iter().all(is_priced)
        && within(order.delivery_tax, order.delivery)
        && order
            .discounts
            .iter()
            .all(|used| within(Some(used.amount), Money::new(i64::MAX, order.total.currency)))
        && cards_add_up(order)
}

/// Whether a price is made of its parts: what the marketplace bears is a part of the discount, added tax one of the price.
fn is_priced(line: &OrderLine) -> bool {
    let paid = line.unit_price;
    let net = Money::new(paid.amount - line.added_tax.map_or(0, |tax| tax.amount), paid.currency);
    let discount = line.list_price.map_or(0, |list| list.amount - net.amount);
    paid.amount >= 0
        && within(line.added_tax, paid)
        && line.list_price.is_none_or(|list| list.currency == paid.currency && discount >= 0)
        && within(line.subsidy, Money::new(discount, paid.currency))
}

/// Whether gift cards pay no more than the order costs, and take from their balances what they pay.
fn cards_add_up(order: &OrderRecord) -> bool {
    let paid = order
        .gift_cards
        .iter()
        .try_fold(Money::zero(order.total.currency), |sum, used| sum.checked_add(used.amount));
    let taken = order.gift_cards.iter().all(|used| i64::from(used.take.units) == used.amount.amount);
    taken && paid.is_ok_and(|paid| within(Some(paid), order.total))
}

/// Whether an amount, if there is one, is a part of another.
fn within(part: Option<Money>, whole: Money) -> bool {
    part.is_none_or(|part| part.currency == whole.currency && (0..=whole.amount).contains(&part.amount))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use kiosk_wire::{GiftCardUse, PaymentRecord, StockTake};

    use super::*;

    fn eur(amount: i64) -> Money {
        Money::new(amount, Currency::EUR)
    }

    /// Two pieces listed at 10.00, 2.00 off each of which the marketplace bears 1.50, 1.00 tax added; a card pays 5.00.
    fn order() -> OrderRecord {
        let line = OrderLine {
            sku: "CUP".parse().unwrap(),
            product: "prd_cup".parse().unwrap(),
            vendor: "ven_v".parse().unwrap(),
            quantity: 2,
            unit_price: eur(900),
            list_price: Some(eur(1_000)),
            subsidy: Some(eur(150)),
            added_tax: Some(eur(100)),
        };
        let take = StockTake { item: "gft_c".parse().unwrap(), epoch: 1, units: 500 };
        let (pay, reasons) = ("pay_p".parse().unwrap(), Vec::new());
        OrderRecord {
            id: "ord_o".parse().unwrap(),
            cart: "crt_c".parse().unwrap(),
            region: "us".to_owned(),
            placed_ms: 0,
            customer: "c".to_owned(),
            account: None,
            country: "US".to_owned(),
            area: "902".to_owned(),
            lines: vec![line],
            takes: Vec::new(),
            subtotal: eur(1_800),
            delivery: eur(490),
            delivery_tax: Some(eur(40)),
            total: eur(2_290),
            discounts: Vec::new(),
            gift_cards: vec![GiftCardUse { card: "gft_c".parse().unwrap(), amount: eur(500), take }],
            delivery_kind: "parcel".to_owned(),
            payment: PaymentRecord {
                id: pay,
                method: "card".to_owned(),
                provider: None,
                reference: None,
                started: None,
            },
            fraud: FraudRecord { outcome: "allow".to_owned(), reasons, ..FraudRecord::default() },
        }
    }

    #[test]
    fn prices_are_made_of_their_parts() {
        assert!(adds_up(&order()));
        let breaks: [fn(&mut OrderRecord); 9] = [
            |order| order.lines[0].subsidy = Some(eur(201)),
            |order| order.lines[0].subsidy = Some(eur(-1)),
            |order| order.lines[0].list_price = None,
            |order| order.lines[0].added_tax = Some(eur(901)),
            |order| order.lines[0].added_tax = Some(Money::new(100, Currency::USD)),
            |order| order.delivery_tax = Some(eur(491)),
            |order| order.gift_cards[0].amount = eur(501),
            |order| order.gift_cards[0].amount = Money::new(500, Currency::USD),
            |order| {
                order.gift_cards[0].amount = eur(2_291);
                order.gift_cards[0].take.units = 2_291;
            },
        ];
        for (number, breaks) in breaks.into_iter().enumerate() {
            let mut order = order();
            breaks(&mut order);
            assert!(!adds_up(&order), "{number}");
        }
    }
}
