//! Products as their vendors and admins see them: in every state, with a version and what they have cost.

use std::collections::HashMap;

use kiosk_ids::{ProductId, Sku, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_wire::{Product, Variant, Vendor};

use super::listing::Listing;
use super::store::{self, Kind};
use crate::db::{Conn, Tx};
use crate::error::Error;
use crate::page::List;

/// A product with where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The product.
    pub product: Product,
    /// Where it stands.
    pub state: Listing,
    /// Why it is suspended.
    pub reason: String,
    /// Counts its changes.
    pub version: i64,
    /// When it last changed, Unix milliseconds; 0 when it never did.
    pub changed_ms: i64,
}

/// What a piece has cost from a time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriceChange {
    /// The variant.
    pub sku: String,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Price of one piece.
    pub price: Money,
    /// The price before a reduction.
    pub compare_at: Option<Money>,
}

/// Products of a vendor, or of all, as the list asks for them; one more than a page when there are more.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, vendor: Option<&VendorId>, list: &List) -> Result<Vec<Listed>, Error> {
    read_all(store::list_products(conn, vendor.map(VendorId::as_str), list).await?)
}

/// Products of these ids.
///
/// # Errors
/// When the database fails.
pub async fn list_by_id(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<String, Listed>, Error> {
    let listed = read_all(store::list_products_by_id(conn, ids).await?)?;
    Ok(listed.into_iter().map(|listed| (listed.product.id.to_string(), listed)).collect())
}

/// One product.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(conn: &mut Conn, id: &ProductId) -> Result<Listed, Error> {
    list_by_id(conn, &[id.as_str()]).await?.remove(id.as_str()).ok_or(Error::NotFound("product"))
}

/// A vendor's record.
///
/// # Errors
/// When the database fails.
pub async fn get_vendor(conn: &mut Conn, id: &VendorId) -> Result<Option<Vendor>, Error> {
    let body = store::list_bodies(conn, Kind::Vendor, &[id.as_str()]).await?.remove(id.as_str());
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}

/// Whether a product of this vendor draws on this stock item.
///
/// # Errors
/// When the database fails.
pub async fn sells_item(conn: &mut Conn, vendor: &VendorId, item: &Sku) -> Result<bool, Error> {
    Ok(store::count_drawing(conn, vendor.as_str(), item.as_str()).await? > 0)
}

/// Whether a vendor sells this variant.
///
/// # Errors
/// When the database fails.
pub async fn sells_variant(conn: &mut Conn, vendor: &VendorId, sku: &Sku) -> Result<bool, Error> {
    Ok(store::count_variants(conn, vendor.as_str(), sku.as_str()).await? > 0)
}

/// What a product's variants have cost, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn list_prices(conn: &mut Conn, id: &ProductId) -> Result<Vec<PriceChange>, Error> {
    let rows = store::list_prices(conn, id.as_str()).await?;
    let read = |(sku, at_ms, amount, compare_at, currency): store::PriceRow| {
        let currency = Currency::from_code(&currency)?;
        let compare_at = compare_at.map(|amount| Money::new(amount, currency));
        Some(PriceChange { sku, at_ms, price: Money::new(amount, currency), compare_at })
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Moves a product; POPs are told when it comes into the shop or leaves it. The caller has checked that it may.
///
/// # Errors
/// When the database fails.
pub async fn set_state(
    tx: &mut Tx,
    listed: &Listed,
    next: Listing,
    reason: &str,
    now_ms: i64,
) -> Result<(), Error> {
    let id = listed.product.id.as_str();
    store::set_state(tx, id, next, reason, now_ms).await?;
    if (listed.state == Listing::Listed) != (next == Listing::Listed) {
        store::advance_feed(tx, &[(Kind::Product, id)]).await?;
    }
    Ok(())
}

/// Takes the listed products of a vendor off the shop, or brings them back.
///
/// # Errors
/// When the database fails.
pub async fn hide_vendor(tx: &mut Tx, id: &VendorId, hidden: bool) -> Result<(), Error> {
    if store::set_hidden(tx, id.as_str(), hidden).await? {
        let ids = store::list_listed_of_vendor(tx, id.as_str()).await?;
        let moved: Vec<_> = ids.iter().map(|id| (Kind::Product, id.as_str())).collect();
        store::advance_feed(tx, &moved).await?;
    }
    Ok(())
}

/// The variants of a product whose price is not what it was.
pub(super) fn repriced<'a>(
    product: &'a Product,
    before: Option<&'a Product>,
) -> impl Iterator<Item = &'a Variant> {
    let known: HashMap<&str, &Variant> = before
        .map(|before| before.variants.iter().map(|variant| (variant.sku.as_str(), variant)).collect())
        .unwrap_or_default();
    product.variants.iter().filter(move |variant| {
        known
            .get(variant.sku.as_str())
            .is_none_or(|known| (known.price, known.compare_at) != (variant.price, variant.compare_at))
    })
}

fn read_all(rows: Vec<store::ListedRow>) -> Result<Vec<Listed>, Error> {
    let read = |(body, state, reason, version, changed_ms): store::ListedRow| {
        let state =
            Listing::parse(&state).ok_or_else(|| sqlx::Error::Decode("no state of a product".into()))?;
        Ok(Listed { product: serde_json::from_str(&body)?, state, reason, version, changed_ms })
    };
    rows.into_iter().map(read).collect()
}
