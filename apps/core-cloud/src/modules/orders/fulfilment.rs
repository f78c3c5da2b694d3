//! Acts on purchases, each in one transaction with all that it brings about: pieces, stock, shelves, facts, and what the
//! region is told.

use kiosk_ids::{OrderId, ParcelId, ReturnId, VendorId};
use kiosk_money::Money;

use super::acts::{Count, stored_order};
use super::flow::{Hold, ParcelState, Stage};
use super::purchase::Purchase;
use super::returns::{Ask, Found, Reason, Wish};
use super::service::Service;
use super::{parcels, purchase_store, shipment_store, store};
use crate::db::Tx;
use crate::error::Error;
use crate::modules::audit::service::{self as audit, Act};
use crate::modules::bus::service as bus;
use crate::modules::catalog::service as catalog;
use crate::modules::customers::service::checked_reason;
use crate::modules::inventory::service as inventory;
use crate::modules::members::service::Member;
use crate::modules::warehouse::service as warehouse;
use crate::random::random;

/// What is done with a parcel.
#[derive(Clone, Debug)]
pub enum ParcelAct {
    /// Somebody fetches its goods.
    Pick,
    /// It is closed over these pieces.
    Pack(Vec<Count>),
    /// It leaves, with this carrier and number.
    Ship(String, String),
    /// It arrived.
    Deliver,
    /// It will never arrive.
    Lose,
    /// It came back unopened; whether its goods can be sold again.
    TakeBack(bool),
    /// Somebody says where it is.
    Note(String),
}

/// What is done with a return.
#[derive(Clone, Debug)]
pub enum ReturnAct {
    /// It arrived.
    Receive,
    /// Nothing will be sent.
    Cancel,
    /// Somebody looked into it.
    Inspect(Vec<Found>),
}

/// A purchase, locked until the transaction ends. The feed is locked before it, as everywhere.
///
/// # Errors
/// When the database fails.
pub async fn load(tx: &mut Tx, id: &OrderId) -> Result<Option<Purchase>, Error> {
    catalog::lock_writers(tx).await?;
    Ok(purchase_store::load(tx, id).await?)
}

/// The region of the POP that sold a purchase, and its total.
///
/// # Errors
/// When the database fails.
pub async fn get_sold(tx: &mut Tx, id: &OrderId) -> Result<Option<(String, Money)>, Error> {
    Ok(store::get_order(tx, id.as_str()).await?.map(|order| (order.region, order.total)))
}

/// A purchase to look at.
///
/// # Errors
/// When the database fails.
pub async fn get(tx: &mut Tx, id: &OrderId) -> Result<Option<Purchase>, Error> {
    Ok(purchase_store::get(tx, id).await?)
}

/// Writes a purchase with all that its acts bring about.
///
/// # Errors
/// 409 `stock_short` when pieces to be exchanged are not there.
pub async fn save(tx: &mut Tx, purchase: Purchase, now_ms: i64) -> Result<(), Error> {
    purchase_store::save(tx, &purchase, now_ms).await?;
    inventory::move_stock(tx, &purchase.effects.stock).await?;
    warehouse::apply(tx, &purchase.effects.places).await?;
    bus::publish(tx, &purchase.effects.facts, now_ms).await?;
    parcels::tell_moved(tx, &purchase).await
}

impl Service {
    async fn open(&self, id: &OrderId) -> Result<(Tx, Purchase), Error> {
        let mut tx = self.db.begin().await?;
        let purchase = load(&mut tx, id).await?.ok_or(Error::NotFound("order"))?;
        Ok((tx, purchase))
    }

    /// Writes it; what admins do is in the audit log.
    async fn close(
        &self,
        mut tx: Tx,
        purchase: Purchase,
        by: &Member,
        (action, detail): (&str, String),
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let subject = purchase.id.to_string();
        save(&mut tx, purchase, now_ms).await?;
        if by.vendor().is_none() {
            audit::append(&mut tx, &by.id, &Act { action, subject: &subject, detail }, now_ms).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Lets an order go that is in review, or rejects it: then all of it is cancelled. Both want a reason.
    ///
    /// # Errors
    /// 409 `not_in_review`, 422 without a reason.
    pub async fn review(&self, by: &Member, id: &OrderId, release: bool, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let (tx, mut purchase) = self.open(id).await?;
        if purchase.now.hold != Hold::Review || purchase.stage() != Stage::InReview {
            let title = "This order is not in review";
            return Err(
                kiosk_problem::Problem::new(http::StatusCode::CONFLICT, "not_in_review", title).into()
            );
        }
        let now_ms = self.clock.now_ms();
        if release {
            purchase.release(now_ms)?;
        } else {
            purchase.cancel_rest("review_rejected", now_ms)?;
        }
        let action = if release { "order.release" } else { "order.reject" };
        self.close(tx, purchase, by, (action, reason.to_owned())).await
    }

    /// Cancels all that was not sent of an order that is fraud, whoever sells it. What was sent stays sent.
    ///
    /// # Errors
    /// 422 without a reason, [`Error::NotFound`].
    pub async fn cancel_unsent(&self, by: &Member, id: &OrderId, reason: &str) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        let (tx, mut purchase) = self.open(id).await?;
        purchase.cancel_rest("review_rejected", self.clock.now_ms())?;
        self.close(tx, purchase, by, ("order.cancel", format!("all that was not sent: {reason}"))).await
    }

    /// Cancels pieces of a vendor's order that were not sent.
    ///
    /// # Errors
    /// 409 `pieces_short`, 422 without a reason or pieces.
    pub async fn cancel_pieces(
        &self,
        by: &Member,
        (id, vendor): (&OrderId, &VendorId),
        counts: &[Count],
        reason: &str,
    ) -> Result<(), Error> {
        let reason = checked_reason(reason)?;
        if counts.iter().all(|(_, count)| *count <= 0) {
            return Err(Error::invalid("pieces", "say what will not come"));
        }
        let (tx, mut purchase) = self.open(id).await?;
        purchase.seller(vendor)?;
        purchase.cancel(vendor, counts, reason, self.clock.now_ms())?;
        self.close(tx, purchase, by, ("order.cancel", format!("of {vendor}: {reason}"))).await
    }

    /// Moves a vendor's order as a whole: sends all that is left of it, says that all of it arrived, or cancels what
    /// was not sent.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the vendor has none in it, 409 when it cannot get there from where it is.
    pub async fn move_order(
        &self,
        by: &Member,
        (id, vendor): (&OrderId, &VendorId),
        to: Stage,
    ) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let (mut tx, mut purchase) = self.open(id).await?;
        let from = purchase.seller(vendor)?.stage;
        match to {
            Stage::Shipped => {
                warehouse::plan(&mut tx, &mut purchase, now_ms).await?;
                purchase.ship_rest(vendor, now_ms)?;
            }
            Stage::Delivered => purchase.deliver_rest(vendor, now_ms)?,
            Stage::Cancelled => {
                from.moved(Stage::Cancelled)?;
                let lines = purchase.seller(vendor)?.lines.iter();
                let rest: Vec<Count> = lines.map(|line| (line.number, line.pieces.to_ship)).collect();
                purchase.cancel(vendor, &rest, "cancelled_by_shop", now_ms)?;
            }
            _ => return Err(Error::invalid("status", "choose shipped, delivered or cancelled")),
        }
        self.close(tx, purchase, by, ("order.parcel", format!("parcel of {vendor} is {}", to.name()))).await
    }

    /// Does something with a parcel of a vendor.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the vendor's, 409 when it is no time for that.
    pub async fn act_on_parcel(
        &self,
        by: &Member,
        (vendor, id): (&VendorId, &ParcelId),
        act: ParcelAct,
    ) -> Result<(), Error> {
        let found = {
            let conn = &mut *self.db.read().await?;
            shipment_store::get_order(conn, id.as_str(), vendor.as_str()).await?
        };
        let order = stored_order(&found.ok_or(Error::NotFound("parcel"))?)?;
        let now_ms = self.clock.now_ms();
        let (tx, mut purchase) = self.open(&order).await?;
        let detail = match &act {
            ParcelAct::Pick => ParcelState::Picking.name(),
            ParcelAct::Pack(_) => ParcelState::Packed.name(),
            ParcelAct::Ship(..) => ParcelState::Shipped.name(),
            ParcelAct::Deliver => ParcelState::Delivered.name(),
            ParcelAct::Lose => ParcelState::Lost.name(),
            ParcelAct::TakeBack(_) => ParcelState::Returned.name(),
            ParcelAct::Note(_) => "noted",
        };
        match act {
            ParcelAct::Pick => purchase.pick(id, now_ms)?,
            ParcelAct::Pack(counts) => purchase.pack(id, &counts, now_ms)?,
            ParcelAct::Ship(carrier, tracking) => purchase.ship(id, (&carrier, &tracking), now_ms)?,
            ParcelAct::Deliver => purchase.deliver(id, now_ms)?,
            ParcelAct::Lose => purchase.lose(id, now_ms)?,
            ParcelAct::TakeBack(sellable) => purchase.take_back(id, sellable, now_ms)?,
            ParcelAct::Note(text) => purchase.note(id, &text)?,
        }
        self.close(tx, purchase, by, ("order.parcel", format!("{id} of {vendor} is {detail}"))).await
    }

    /// Opens a return for delivered pieces of a vendor's order.
    ///
    /// # Errors
    /// 409 `pieces_short`, 409 `return_window`, 422 when nothing is asked for.
    pub async fn open_return(
        &self,
        by: &Member,
        (id, vendor): (&OrderId, &VendorId),
        (reason, wish): (Reason, Wish),
        counts: &[Count],
    ) -> Result<ReturnId, Error> {
        let (tx, mut purchase) = self.open(id).await?;
        purchase.seller(vendor)?;
        let now_ms = self.clock.now_ms();
        let given = ReturnId::fresh(now_ms, &random()?);
        let ask = Ask { id: given.clone(), reason, wish, note: String::new() };
        purchase.open_return(vendor, ask, counts, now_ms)?;
        self.close(tx, purchase, by, ("order.return", format!("{given} of {vendor}"))).await?;
        Ok(given)
    }

    /// Does something with a return to a vendor, or to any. Pieces that are exchanged are planned at once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not the vendor's, 409 when it is no time for that or stock is short.
    pub async fn act_on_return(
        &self,
        by: &Member,
        (vendor, id): (Option<&VendorId>, &ReturnId),
        act: ReturnAct,
    ) -> Result<(), Error> {
        let (order, vendor) = self.get_key_of_return(vendor, id).await?;
        let now_ms = self.clock.now_ms();
        let (mut tx, mut purchase) = self.open(&order).await?;
        let detail = match &act {
            ReturnAct::Receive => "received",
            ReturnAct::Cancel => "cancelled",
            ReturnAct::Inspect(_) => "inspected",
        };
        match act {
            ReturnAct::Receive => purchase.receive_return(id, now_ms)?,
            ReturnAct::Cancel => purchase.cancel_return(id, now_ms)?,
            ReturnAct::Inspect(found) => {
                purchase.inspect_return(id, &found, now_ms)?;
                if purchase.now.hold == Hold::None {
                    warehouse::plan(&mut tx, &mut purchase, now_ms).await?;
                }
            }
        }
        self.close(tx, purchase, by, ("order.return", format!("{id} of {vendor} is {detail}"))).await
    }
}
