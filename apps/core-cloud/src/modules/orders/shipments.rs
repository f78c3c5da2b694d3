//! Purchases, parcels and returns as people look at them.

use std::collections::HashMap;

use kiosk_ids::{OrderId, ParcelId, ReturnId, VendorId};

use super::acts::stored_order;
use super::flow::ParcelState;
use super::purchase::{Parcel, Purchase, Return, VendorOrder};
use super::returns::{Reason, ReturnState, Wish};
use super::service::Service;
use super::{purchase_store, shipment_store};
use crate::error::Error;
use crate::modules::catalog::service as catalog;
use crate::page::List;

/// A parcel in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelEntry {
    /// `par_…`.
    pub id: String,
    /// The order.
    pub order: String,
    /// The warehouse that sends it.
    pub warehouse: String,
    /// Whether it goes by freight.
    pub freight: bool,
    /// Where it stands.
    pub state: ParcelState,
    /// Since when, Unix milliseconds.
    pub changed_ms: i64,
    /// Country of delivery.
    pub country: String,
    /// How it is delivered.
    pub delivery_kind: String,
    /// Pieces in it.
    pub pieces: i64,
}

/// A step of a parcel's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Track {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub text: String,
}

/// A return in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnEntry {
    /// `ret_…`.
    pub id: String,
    /// The order.
    pub order: String,
    /// To whom.
    pub vendor: String,
    /// Why.
    pub reason: Reason,
    /// What for.
    pub wish: Wish,
    /// Where it stands.
    pub state: ReturnState,
    /// What the customer writes on the parcel.
    pub label: String,
    /// Unix milliseconds.
    pub opened_ms: i64,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
}

/// A vendor's part of a purchase, with what its products are called, by product.
#[derive(Clone, Debug)]
pub struct Part {
    /// The purchase.
    pub order: OrderId,
    /// Country of delivery.
    pub country: String,
    /// How it is delivered.
    pub delivery_kind: String,
    /// The vendor's order.
    pub seller: VendorOrder,
    /// Its parcels.
    pub parcels: Vec<Parcel>,
    /// What comes back to it.
    pub returns: Vec<Return>,
    /// What products are called.
    pub titles: HashMap<String, String>,
}

impl Part {
    /// What a line is called, and its SKU.
    #[must_use]
    pub fn name_of(&self, number: u32) -> (String, String) {
        let line = self.seller.lines.iter().find(|line| line.number == number);
        line.map_or_else(Default::default, |line| {
            (self.titles.get(&line.product).cloned().unwrap_or_default(), line.sku.clone())
        })
    }
}

impl Service {
    /// A purchase to look at.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none.
    pub async fn get_purchase(&self, id: &OrderId) -> Result<Purchase, Error> {
        let found = purchase_store::get(&mut *self.db.read().await?, id).await?;
        found.ok_or(Error::NotFound("order"))
    }

    /// A vendor's part of a purchase.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the vendor has none in it.
    pub async fn get_part(&self, vendor: &VendorId, id: &OrderId) -> Result<Part, Error> {
        let conn = &mut *self.db.read().await?;
        let mut purchase = purchase_store::get(conn, id).await?.ok_or(Error::NotFound("order"))?;
        let seller = purchase.seller(vendor)?.clone();
        let products: Vec<&str> = seller.lines.iter().map(|line| line.product.as_str()).collect();
        let titles = catalog::list_product_titles(conn, &products).await?;
        let Purchase { id, country, delivery_kind, now, .. } = purchase;
        let parcels = now.parcels.into_iter().filter(|parcel| parcel.vendor == *vendor).collect();
        let returns = now.returns.into_iter().filter(|given| given.vendor == *vendor).collect();
        Ok(Part { order: id, country, delivery_kind, seller, parcels, returns, titles })
    }

    /// A vendor's parcels, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_shipments(
        &self,
        vendor: &VendorId,
        list: &List,
    ) -> Result<(Vec<ParcelEntry>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut parcels = shipment_store::list_parcels(conn, vendor.as_str(), list).await?;
        let more = list.cut(&mut parcels);
        Ok((parcels, more))
    }

    /// A vendor's parcel, with its part of the purchase and what is known of its way.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the vendor's.
    pub async fn get_shipment(
        &self,
        vendor: &VendorId,
        id: &ParcelId,
    ) -> Result<(Parcel, Part, Vec<Track>), Error> {
        let (order, tracks) = {
            let conn = &mut *self.db.read().await?;
            let order = shipment_store::get_order(conn, id.as_str(), vendor.as_str()).await?;
            (order, shipment_store::list_tracks(conn, id.as_str()).await?)
        };
        let order = stored_order(&order.ok_or(Error::NotFound("parcel"))?)?;
        let part = self.get_part(vendor, &order).await?;
        let found = part.parcels.iter().find(|parcel| parcel.id == *id).cloned();
        Ok((found.ok_or(Error::NotFound("parcel"))?, part, tracks))
    }

    /// Returns to a vendor, or to all, and whether there are more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_returns(
        &self,
        vendor: Option<&VendorId>,
        list: &List,
    ) -> Result<(Vec<ReturnEntry>, bool), Error> {
        let conn = &mut *self.db.read().await?;
        let mut returns = shipment_store::list_returns(conn, vendor.map(VendorId::as_str), list).await?;
        let more = list.cut(&mut returns);
        Ok((returns, more))
    }

    /// A return to a vendor, or to any, with its part of the purchase.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the vendor's.
    pub async fn get_return(
        &self,
        vendor: Option<&VendorId>,
        id: &ReturnId,
    ) -> Result<(Return, Part), Error> {
        let (order, vendor) = self.get_key_of_return(vendor, id).await?;
        let part = self.get_part(&vendor, &order).await?;
        let found = part.returns.iter().find(|given| given.id == *id).cloned();
        Ok((found.ok_or(Error::NotFound("return"))?, part))
    }

    /// The order and the vendor of a return, if it is this vendor's.
    pub(super) async fn get_key_of_return(
        &self,
        vendor: Option<&VendorId>,
        id: &ReturnId,
    ) -> Result<(OrderId, VendorId), Error> {
        let found = shipment_store::get_key_of_return(&mut *self.db.read().await?, id.as_str()).await?;
        let (order, of) = found.ok_or(Error::NotFound("return"))?;
        let of = VendorId::parse(&of).map_err(super::parcels::not_an_id)?;
        if vendor.is_some_and(|vendor| *vendor != of) {
            return Err(Error::NotFound("return"));
        }
        Ok((stored_order(&order)?, of))
    }
}
