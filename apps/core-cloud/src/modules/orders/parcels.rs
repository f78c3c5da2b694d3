//! Parcels: what each vendor sends for an order, and how far it is. Orders of accounts are told to their region.

use std::collections::HashMap;

use http::StatusCode;
use kiosk_ids::{InvalidId, OrderId, VendorId};
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::people::{OrderState, OrderedLine, Parcel, ParcelStatus};
use kiosk_wire::{Change, OrderRecord};
use serde::Serialize;

use super::service::{LineView, OrderView, Placed, Service, Source, known_account};
use super::{parcel_store, store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::catalog::{feed, service as catalog};
use crate::modules::members::service::Member;
use crate::page::List;

/// All states of a parcel.
pub const STATES: [ParcelStatus; 4] =
    [ParcelStatus::Placed, ParcelStatus::Shipped, ParcelStatus::Delivered, ParcelStatus::Cancelled];

/// Whether a parcel in one state may get into another. What arrived or was cancelled stays so.
#[must_use]
pub const fn may_move(from: ParcelStatus, to: ParcelStatus) -> bool {
    use ParcelStatus::{Cancelled, Delivered, Placed, Shipped};
    matches!((from, to), (Placed, Shipped | Delivered | Cancelled) | (Shipped, Delivered | Cancelled))
}

/// As it is stored and shown.
#[must_use]
pub const fn name_of(status: ParcelStatus) -> &'static str {
    match status {
        ParcelStatus::Placed => "placed",
        ParcelStatus::Shipped => "shipped",
        ParcelStatus::Delivered => "delivered",
        ParcelStatus::Cancelled => "cancelled",
    }
}

/// Reads what [`name_of`] wrote.
#[must_use]
pub fn parse(name: &str) -> Option<ParcelStatus> {
    STATES.into_iter().find(|status| name_of(*status) == name)
}

/// How far an order is: as far as the parcel that is least far, of those that will come.
fn whole(parcels: &[ParcelRow]) -> ParcelStatus {
    let all = parcels.iter().map(|parcel| parcel.status);
    let place = |status: &ParcelStatus| STATES.iter().position(|known| known == status);
    all.min_by_key(place).unwrap_or(ParcelStatus::Placed)
}

/// A parcel of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelRow {
    /// Who sends it.
    pub vendor: String,
    /// How far it is.
    pub status: ParcelStatus,
    /// When it got there, Unix milliseconds.
    pub changed_ms: i64,
}

/// A parcel as its vendor sees it: nothing of other vendors, and of the customer the country alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelView {
    /// The order.
    pub order: String,
    /// How far it is.
    pub status: ParcelStatus,
    /// When the order was placed, Unix milliseconds.
    pub placed_ms: i64,
    /// When the parcel got this far, Unix milliseconds.
    pub changed_ms: i64,
    /// Country of delivery.
    pub country: String,
    /// How it is delivered.
    pub delivery_kind: String,
    /// The vendor's lines, each with what the product is called.
    pub lines: Vec<(LineView, String)>,
}

impl ParcelView {
    /// The sum of its lines; none when they are of several currencies.
    #[must_use]
    pub fn total(&self) -> Option<Money> {
        let mut sums = self.lines.iter().map(|(line, _)| {
            let quantity = u32::try_from(line.quantity).ok()?;
            line.unit_price.times(quantity).ok()
        });
        let first = sums.next()??;
        sums.try_fold(first, |sum, line| sum.checked_add(line?).ok())
    }
}

impl Service {
    /// A vendor's parcels, and whether there are more. The search is part of an order's id, the states are a parcel's.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_parcels(
        &self,
        vendor: &VendorId,
        list: &List,
    ) -> Result<(Vec<ParcelView>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut parcels = parcel_store::list_of_vendor(conn, vendor.as_str(), list).await?;
        let more = list.cut(&mut parcels);
        Ok((parcels, more))
    }

    /// A vendor's parcel of an order.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the vendor has none in it.
    pub async fn get_parcel(&self, vendor: &VendorId, order: &OrderId) -> Result<ParcelView, Error> {
        let conn = &mut *self.db.read().await?;
        let mut parcel = parcel_store::get_of_vendor(conn, vendor.as_str(), order.as_str())
            .await?
            .ok_or(Error::NotFound("order"))?;
        let lines = store::list_lines(conn, order.as_str()).await?;
        let lines: Vec<_> = lines.into_iter().filter(|line| line.vendor == vendor.as_str()).collect();
        let products: Vec<&str> = lines.iter().map(|line| line.product.as_str()).collect();
        let titles = catalog::list_product_titles(conn, &products).await?;
        let named = |line: LineView| {
            let title = titles.get(&line.product).cloned().unwrap_or_default();
            (line, title)
        };
        parcel.lines = lines.into_iter().map(named).collect();
        Ok(parcel)
    }

    /// Says how far a vendor's parcel of an order is.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such parcel, 409 `parcel_state` when it cannot get there from where it is.
    pub async fn move_parcel(
        &self,
        by: &Member,
        (order, vendor): (&OrderId, &VendorId),
        to: ParcelStatus,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let mut tx = self.db.begin().await?;
        catalog::lock_writers(&mut tx).await?;
        let mut parcels = parcel_store::list_parcels(&mut tx, order.as_str()).await?;
        let found = parcels.iter_mut().find(|parcel| parcel.vendor == vendor.as_str());
        let parcel = found.ok_or(Error::NotFound("order"))?;
        if !may_move(parcel.status, to) {
            return Err(cannot_move(parcel.status, to));
        }
        parcel.status = to;
        parcel_store::set_parcel(&mut tx, (order.as_str(), vendor.as_str()), to, now_ms).await?;
        parcel_store::set_order(&mut tx, order.as_str(), whole(&parcels)).await?;
        tell_moved(&mut tx, order, &parcels).await?;
        if by.vendor().is_none() {
            let detail = format!("parcel of {vendor} is {}", name_of(to));
            let act = Act { action: "order.parcel", subject: order.as_str(), detail };
            audit::append(&mut tx, &by.id, &act, now_ms).await?;
        }
        Ok(tx.commit().await?)
    }
}

/// Who sold and delivered a product to an account, of these accounts and products: vendor by account and product.
///
/// # Errors
/// When the database fails.
pub async fn list_delivered(
    tx: &mut Tx,
    accounts: &[&str],
    products: &[&str],
) -> Result<HashMap<(String, String), String>, Error> {
    Ok(parcel_store::list_delivered(tx, accounts, products).await?)
}

/// The vendors of an order, each once.
#[must_use]
pub fn vendors_of(order: &OrderRecord) -> Vec<&VendorId> {
    let mut vendors: Vec<_> = order.lines.iter().map(|line| &line.vendor).collect();
    vendors.sort_unstable();
    vendors.dedup();
    vendors
}

/// Tells the region of orders of accounts that were placed.
pub(super) async fn tell_placed(tx: &mut Tx, source: Source<'_>, placed: &[Placed<'_>]) -> Result<(), Error> {
    let orders: Vec<_> =
        placed.iter().filter_map(|placed| Some((placed.order, known_account(placed.order)?))).collect();
    if orders.is_empty() {
        return Ok(());
    }
    let lines = orders.iter().flat_map(|(order, _)| &order.lines);
    let mut products: Vec<&str> = lines.map(|line| line.product.as_str()).collect();
    products.sort_unstable();
    products.dedup();
    let titles = catalog::list_product_titles(tx, &products).await?;
    let states = orders.iter().map(|(order, account)| state_of(order, account, &titles));
    let changes: Vec<_> = states.map(|state| Change::Order(Box::new(state))).collect();
    feed::publish(tx, Some(source.region), &changes).await
}

fn state_of(order: &OrderRecord, account: &str, titles: &HashMap<String, String>) -> OrderState {
    let line_of = |line: &kiosk_wire::OrderLine| OrderedLine {
        sku: line.sku.clone(),
        product: line.product.clone(),
        title: titles.get(line.product.as_str()).cloned().unwrap_or_default(),
        vendor: line.vendor.clone(),
        quantity: line.quantity,
        unit_price: line.unit_price,
    };
    let parcel_of = |vendor: &VendorId| Parcel { vendor: vendor.clone(), status: ParcelStatus::Placed };
    OrderState {
        id: order.id.clone(),
        account: account.to_owned(),
        placed_ms: order.placed_ms,
        total: order.total,
        lines: order.lines.iter().map(line_of).collect(),
        parcels: vendors_of(order).into_iter().map(parcel_of).collect(),
    }
}

/// Tells the region of an order that got further, if an account bought it.
async fn tell_moved(tx: &mut Tx, id: &OrderId, parcels: &[ParcelRow]) -> Result<(), Error> {
    let order = store::get_order(tx, id.as_str()).await?.ok_or(Error::NotFound("order"))?;
    let Some(account) = order.account.clone() else { return Ok(()) };
    let lines = store::list_lines(tx, id.as_str()).await?;
    let products: Vec<&str> = lines.iter().map(|line| line.product.as_str()).collect();
    let titles = catalog::list_product_titles(tx, &products).await?;
    let state = read_state(id, account, &order, &lines, parcels, &titles).map_err(not_an_id)?;
    feed::publish(tx, Some(&order.region), &[Change::Order(Box::new(state))]).await
}

fn read_state(
    id: &OrderId,
    account: String,
    order: &OrderView,
    lines: &[LineView],
    parcels: &[ParcelRow],
    titles: &HashMap<String, String>,
) -> Result<OrderState, InvalidId> {
    let line_of = |line: &LineView| {
        Ok(OrderedLine {
            sku: line.sku.parse()?,
            product: line.product.parse()?,
            title: titles.get(&line.product).cloned().unwrap_or_default(),
            vendor: line.vendor.parse()?,
            quantity: u32::try_from(line.quantity).unwrap_or(u32::MAX),
            unit_price: line.unit_price,
        })
    };
    let parcel_of = |parcel: &ParcelRow| Ok(Parcel { vendor: parcel.vendor.parse()?, status: parcel.status });
    Ok(OrderState {
        id: id.clone(),
        account,
        placed_ms: order.placed_ms,
        total: order.total,
        lines: lines.iter().map(line_of).collect::<Result<_, _>>()?,
        parcels: parcels.iter().map(parcel_of).collect::<Result<_, _>>()?,
    })
}

fn not_an_id(error: InvalidId) -> Error {
    Error::Database(sqlx::Error::Decode(error.into()))
}

fn cannot_move(from: ParcelStatus, to: ParcelStatus) -> Error {
    let detail = format!("A parcel that is {} cannot become {}.", name_of(from), name_of(to));
    Problem::new(StatusCode::CONFLICT, "parcel_state", "This parcel is further already").detail(detail).into()
}

#[cfg(test)]
mod tests {
    use super::ParcelStatus::{Cancelled, Delivered, Placed, Shipped};
    use super::*;

    #[test]
    fn parcels_move_forward_only() {
        let allowed = [
            (Placed, Shipped),
            (Placed, Delivered),
            (Placed, Cancelled),
            (Shipped, Delivered),
            (Shipped, Cancelled),
        ];
        for from in STATES {
            for to in STATES {
                assert_eq!(may_move(from, to), allowed.contains(&(from, to)), "{from:?} to {to:?}");
            }
            assert_eq!(parse(name_of(from)), Some(from));
        }
        assert_eq!(parse("lost"), None);
    }

    #[test]
    fn an_order_is_as_far_as_its_last_parcel() {
        let of = |states: &[ParcelStatus]| {
            let row =
                |status: &ParcelStatus| ParcelRow { vendor: String::new(), status: *status, changed_ms: 0 };
            whole(&states.iter().map(row).collect::<Vec<_>>())
        };
        assert_eq!(of(&[Delivered, Shipped, Cancelled]), Shipped);
        assert_eq!(of(&[Delivered, Cancelled]), Delivered);
        assert_eq!(of(&[Cancelled, Cancelled]), Cancelled);
        assert_eq!(of(&[Cancelled, Placed]), Placed);
    }
}
