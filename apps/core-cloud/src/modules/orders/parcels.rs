//! Vendors' orders: what each vendor sends, and how far it is. Orders of accounts are told to their region.

use std::collections::HashMap;

use kiosk_ids::{InvalidId, OrderId, Sku, VendorId};
use kiosk_money::Money;
use kiosk_wire::people::{
    OrderReturn, OrderReturnLine, OrderState, OrderedLine, Parcel, ParcelStatus, Shipment,
};
use kiosk_wire::{Change, OrderRecord};
use serde::Serialize;

use super::flow::{ParcelState, Stage};
use super::purchase::{Line, Purchase, State};
use super::service::{LineView, Placed, Service, Source, known_account};
use super::{parcel_store, store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::catalog::{feed, service as catalog};
use crate::page::List;

/// A vendor's order in a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParcelRow {
    /// Who sends it.
    pub vendor: String,
    /// Where it stands.
    pub status: Stage,
    /// When it got there, Unix milliseconds.
    pub changed_ms: i64,
}

/// A vendor's order as its vendor sees it: nothing of other vendors, and of the customer the country alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelView {
    /// The order.
    pub order: String,
    /// Where it stands.
    pub status: Stage,
    /// When the order was placed, Unix milliseconds.
    pub placed_ms: i64,
    /// When it got this far, Unix milliseconds.
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
    /// A vendor's orders, and whether there are more. The search is part of an order's id, the states are stages, or
    /// `to_send`.
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

    /// A vendor's order in a purchase.
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
        returnable: 0,
    };
    let parcel_of = |vendor: &VendorId| Parcel::new(vendor.clone(), ParcelStatus::Placed);
    OrderState {
        id: order.id.clone(),
        account: account.to_owned(),
        placed_ms: order.placed_ms,
        total: order.total,
        lines: order.lines.iter().map(line_of).collect(),
        parcels: vendors_of(order).into_iter().map(parcel_of).collect(),
        returns: Vec::new(),
    }
}

/// Tells the region of a purchase that got further, if there is something to see.
pub(super) async fn tell_moved(tx: &mut Tx, purchase: &Purchase) -> Result<(), Error> {
    let told = |state: &State| Ok::<_, Error>((told_parcels(state), returnable(state), told_returns(state)?));
    if told(&purchase.now)? == told(&purchase.was)? {
        return Ok(());
    }
    let id = &purchase.id;
    let order = store::get_order(tx, id.as_str()).await?.ok_or(Error::NotFound("order"))?;
    let mut lines: Vec<(&VendorId, &Line)> = Vec::new();
    for seller in &purchase.now.sellers {
        // What is sent in place of other pieces was not bought.
        let bought = seller.lines.iter().filter(|line| line.instead_of.is_none());
        lines.extend(bought.map(|line| (&seller.vendor, line)));
    }
    lines.sort_unstable_by_key(|(_, line)| line.number);
    let products: Vec<&str> = lines.iter().map(|(_, line)| line.product.as_str()).collect();
    let titles = catalog::list_product_titles(tx, &products).await?;
    let line_of = |(vendor, line): &(&VendorId, &Line)| {
        Ok(OrderedLine {
            sku: line.sku.parse()?,
            product: line.product.parse()?,
            title: titles.get(&line.product).cloned().unwrap_or_default(),
            vendor: (*vendor).clone(),
            quantity: pieces(line.pieces.ordered),
            unit_price: line.unit_price,
            returnable: returnable_of(&purchase.now, line),
        })
    };
    let lines: Result<Vec<_>, InvalidId> = lines.iter().map(line_of).collect();
    let state = OrderState {
        id: id.clone(),
        account: order.account.unwrap_or_default(),
        placed_ms: order.placed_ms,
        total: order.total,
        lines: lines.map_err(not_an_id)?,
        parcels: told_parcels(&purchase.now),
        returns: told_returns(&purchase.now)?,
    };
    feed::publish(tx, Some(&order.region), &[Change::Order(Box::new(state))]).await
}

/// What customers see of what each vendor sends.
fn told_parcels(state: &State) -> Vec<Parcel> {
    let shipment_of = |parcel: &super::purchase::Parcel| Shipment {
        id: parcel.id.clone(),
        carrier: parcel.carrier.clone(),
        tracking: parcel.tracking.clone(),
        status: match parcel.state {
            ParcelState::Delivered => ParcelStatus::Delivered,
            ParcelState::Returned => ParcelStatus::Returned,
            ParcelState::Lost => ParcelStatus::Refunded,
            _ => ParcelStatus::Shipped,
        },
    };
    let parcel_of = |seller: &super::purchase::VendorOrder| {
        let left = state.parcels.iter().filter(|parcel| parcel.vendor == seller.vendor);
        let left = left.filter(|parcel| !parcel.state.is_open() && parcel.state != ParcelState::Cancelled);
        Parcel {
            shipments: left.map(shipment_of).collect(),
            ..Parcel::new(seller.vendor.clone(), seller.stage.told())
        }
    };
    state.sellers.iter().map(parcel_of).collect()
}

/// Pieces that can be sent back, of a line and of what was sent in place of it.
fn returnable_of(state: &State, line: &Line) -> u32 {
    let lines = state.sellers.iter().flat_map(|seller| &seller.lines);
    pieces(lines.filter(|other| other.root() == line.number).map(|other| other.pieces.returnable()).sum())
}

fn returnable(state: &State) -> i64 {
    state.sellers.iter().map(|seller| seller.pieces().returnable()).sum()
}

fn pieces(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

/// What customers see of what comes back.
fn told_returns(state: &State) -> Result<Vec<OrderReturn>, Error> {
    let lines: HashMap<u32, &Line> =
        state.sellers.iter().flat_map(|seller| &seller.lines).map(|line| (line.number, line)).collect();
    let line_of = |line: &super::purchase::ReturnLine| {
        let sku: Sku =
            lines.get(&line.line).map_or("", |line| line.sku.as_str()).parse().map_err(not_an_id)?;
        Ok::<_, Error>(OrderReturnLine {
            sku,
            quantity: pieces(line.quantity),
            accepted: pieces(line.accepted),
        })
    };
    let return_of = |given: &super::purchase::Return| {
        Ok::<_, Error>(OrderReturn {
            id: given.id.clone(),
            vendor: given.vendor.clone(),
            status: given.state.told(),
            wish: given.wish.told(),
            label: given.label.clone(),
            changed_ms: given.changed_ms,
            lines: given.lines.iter().map(line_of).collect::<Result<_, Error>>()?,
        })
    };
    state.returns.iter().map(return_of).collect()
}

pub(super) fn not_an_id(error: InvalidId) -> Error {
    Error::Database(sqlx::Error::Decode(error.into()))
}
