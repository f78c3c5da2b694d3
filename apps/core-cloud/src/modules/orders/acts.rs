//! What can be done with a purchase before and while it is sent. Each act counts pieces, then tells what it did.

use http::StatusCode;
use kiosk_ids::{OrderId, ParcelId, VendorId};
use kiosk_problem::Problem;

use super::flow::{Hold, ParcelState, Stage};
use super::purchase::{Charge, Parcel, Purchase};
use crate::error::Error;
use crate::modules::bus::fact::{Fact, OrderCleared, ParcelDelivered};
use crate::modules::warehouse::service::{PlaceAct, PlaceMove};
use crate::random::random;

/// Longest name of a carrier, in characters.
pub const CARRIER_CHARS_MAX: usize = 60;
/// Longest number of a parcel at its carrier, in characters.
pub const TRACKING_CHARS_MAX: usize = 64;
/// Longest note on a parcel's way, in characters.
pub const NOTE_CHARS_MAX: usize = 200;
/// The payment method that is cleared by money that came.
pub const BANK_TRANSFER: &str = "bank_transfer";
/// Of a purchase: more came than it costs.
const OVERPAID: &str = "overpaid";
/// Of a purchase: money came for what is cancelled.
const PAID_WHEN_CANCELLED: &str = "paid_when_cancelled";

/// Pieces of lines: number of the line, and how many.
pub type Count = (u32, i64);

impl Purchase {
    /// Lets go what held it up, unless its bank transfer has not come.
    ///
    /// # Errors
    /// See [`super::flow::Stage::moved`].
    pub(super) fn release(&mut self, now_ms: i64) -> Result<(), Error> {
        let due = self.method == BANK_TRANSFER && self.now.paid < self.owed()?;
        self.now.hold = if due { Hold::Payment } else { Hold::None };
        if !due && self.now.sellers.iter().any(|seller| seller.pieces().to_ship > 0) {
            self.effects.facts.push(Fact::OrderCleared(OrderCleared { order: self.id.clone() }));
        }
        self.settle_stages(now_ms)
    }

    /// What is to be paid for all that was not cancelled, in minor units. Gift cards pay for what is left first.
    fn owed(&self) -> Result<i64, Error> {
        let mut owed = self.due.amount;
        for seller in &self.now.sellers {
            for line in seller.lines.iter().filter(|line| line.instead_of.is_none()) {
                owed -= line.price_of(line.pieces.cancelled)?.amount;
            }
            if seller.charge == Charge::Dropped {
                owed -= seller.delivery.amount;
            }
        }
        Ok(owed.max(0))
    }

    /// Money came by bank transfer: the whole amount clears the purchase.
    ///
    /// # Errors
    /// See [`super::flow::Stage::moved`].
    pub(super) fn receive_payment(&mut self, amount: i64, now_ms: i64) -> Result<(), Error> {
        self.now.paid = self.now.paid.saturating_add(amount.max(0));
        if self.now.paid > self.due.amount {
            self.alert(OVERPAID);
        }
        if self.stage() == Stage::Cancelled {
            self.alert(PAID_WHEN_CANCELLED);
        }
        self.clear_paid(now_ms)
    }

    /// Lets go what waited for its bank transfer alone, when that has come.
    fn clear_paid(&mut self, now_ms: i64) -> Result<(), Error> {
        if self.now.hold == Hold::Payment && self.now.paid >= self.owed()? {
            self.release(now_ms)?;
        }
        Ok(())
    }

    /// Cancels all that was not sent, of all vendors.
    ///
    /// # Errors
    /// When an amount is out of range.
    pub(super) fn cancel_rest(&mut self, reason: &str, now_ms: i64) -> Result<(), Error> {
        let vendors: Vec<VendorId> = self.now.sellers.iter().map(|seller| seller.vendor.clone()).collect();
        for vendor in vendors {
            let lines = &self.seller(&vendor)?.lines;
            let rest: Vec<Count> = lines.iter().map(|line| (line.number, line.pieces.to_ship)).collect();
            self.drop_pieces(&vendor, &rest, reason, now_ms)?;
        }
        Ok(())
    }

    /// Cancels pieces that were not sent. What has come by bank transfer may be enough for the others.
    ///
    /// # Errors
    /// 409 `pieces_short` when there are not so many.
    pub(super) fn cancel(
        &mut self,
        vendor: &VendorId,
        counts: &[Count],
        reason: &str,
        now_ms: i64,
    ) -> Result<(), Error> {
        self.drop_pieces(vendor, counts, reason, now_ms)?;
        self.clear_paid(now_ms)
    }

    /// Pieces in no parcel go first, those of packed parcels last.
    fn drop_pieces(
        &mut self,
        vendor: &VendorId,
        counts: &[Count],
        reason: &str,
        now_ms: i64,
    ) -> Result<(), Error> {
        let (mut paid_for, mut instead) = (Vec::new(), Vec::new());
        for (number, count) in counts.iter().copied().filter(|(_, count)| *count > 0) {
            let pieces = self.seller(vendor)?.line(number)?.pieces;
            self.unplan(vendor, (number, (count - pieces.unplanned()).max(0)), now_ms)?;
            let line = self.seller(vendor)?.line(number)?;
            line.pieces.cancel(count)?;
            let (item, root) = (line.item.clone(), line.instead_of);
            self.release_stock(&item);
            match root {
                None => paid_for.push((number, count)),
                Some(root) => instead.extend(self.refund_instead(vendor, (root, count))?),
            }
        }
        if !paid_for.is_empty() {
            self.tell_moved(vendor, None, &paid_for, reason)?;
        }
        // When this was all that had not been lost, nothing is left that delivery was paid for.
        self.tell_refund(vendor, &instead, (instead.is_empty(), reason), now_ms)?;
        self.settle_stages(now_ms)
    }

    /// Pieces that were to be sent in place of others will not come: money is owed for those.
    fn refund_instead(&mut self, vendor: &VendorId, (root, count): Count) -> Result<Vec<Count>, Error> {
        let (mut left, mut owed) = (count, Vec::new());
        for line in self.seller(vendor)?.lines.iter_mut().filter(|line| line.root() == root) {
            let part = left.min(line.pieces.exchanged);
            line.pieces.refund_exchanged(part)?;
            owed.push((line.number, part));
            left -= part;
        }
        Ok(owed)
    }

    /// Takes pieces of a line out of parcels that have not left; a parcel with nothing in it is cancelled.
    fn unplan(&mut self, vendor: &VendorId, (number, count): Count, now_ms: i64) -> Result<(), Error> {
        let line = self.seller(vendor)?.line(number)?;
        line.pieces.unplan(count)?;
        let (item, units) = (line.item.clone(), line.units);
        let mut left = count;
        for state in [ParcelState::Planned, ParcelState::Picking, ParcelState::Packed] {
            let parcels = &mut self.now.parcels;
            for parcel in
                parcels.iter_mut().filter(|parcel| parcel.vendor == *vendor && parcel.state == state)
            {
                let Some((_, inside)) = parcel.contents.iter_mut().find(|(line, _)| *line == number) else {
                    continue;
                };
                let part = left.min(*inside);
                *inside -= part;
                left -= part;
                let back = place(&parcel.warehouse, &item, part * units, PlaceAct::Unreserve);
                self.effects.places.push(back);
                if part > 0 && parcel.contents.iter().all(|(_, inside)| *inside == 0) {
                    parcel.state = parcel.state.moved(ParcelState::Cancelled)?;
                    parcel.changed_ms = now_ms;
                }
            }
        }
        Ok(())
    }

    /// Plans parcels for pieces of one warehouse: bulky lines go by freight, each alone, all others together.
    ///
    /// # Errors
    /// 409 `order_held`, 409 `pieces_short`.
    pub fn plan(
        &mut self,
        vendor: &VendorId,
        warehouse: &str,
        counts: &[Count],
        now_ms: i64,
    ) -> Result<(), Error> {
        self.require_cleared()?;
        let mut together = Vec::new();
        for count in counts.iter().copied().filter(|(_, count)| *count > 0) {
            if self.seller(vendor)?.line(count.0)?.bulky {
                self.plan_one(vendor, (warehouse, true), &[count], now_ms)?;
            } else {
                together.push(count);
            }
        }
        if together.is_empty() {
            Ok(())
        } else {
            self.plan_one(vendor, (warehouse, false), &together, now_ms)
        }
    }

    fn plan_one(
        &mut self,
        vendor: &VendorId,
        (warehouse, freight): (&str, bool),
        counts: &[Count],
        now_ms: i64,
    ) -> Result<(), Error> {
        let mut contents = Vec::with_capacity(counts.len());
        for (number, count) in counts.iter().copied() {
            let line = self.seller(vendor)?.line(number)?;
            line.pieces.plan(count)?;
            let moved = place(warehouse, &line.item, count * line.units, PlaceAct::Reserve);
            self.effects.places.push(moved);
            contents.push((number, count));
        }
        self.now.parcels.push(Parcel {
            id: ParcelId::fresh(now_ms, &random()?),
            vendor: vendor.clone(),
            warehouse: warehouse.to_owned(),
            freight,
            state: ParcelState::Planned,
            carrier: String::new(),
            tracking: String::new(),
            created_ms: now_ms,
            changed_ms: now_ms,
            contents,
        });
        Ok(())
    }

    fn parcel(&mut self, id: &ParcelId) -> Result<&mut Parcel, Error> {
        self.now.parcels.iter_mut().find(|parcel| parcel.id == *id).ok_or(Error::NotFound("parcel"))
    }

    fn move_parcel(&mut self, id: &ParcelId, to: ParcelState, now_ms: i64) -> Result<Parcel, Error> {
        let parcel = self.parcel(id)?;
        parcel.state = parcel.state.moved(to)?;
        parcel.changed_ms = now_ms;
        let parcel = parcel.clone();
        self.effects.tracking.push((id.clone(), to.name().to_owned()));
        Ok(parcel)
    }

    /// Somebody fetches a parcel's goods.
    ///
    /// # Errors
    /// 409 `parcel_state`.
    pub(super) fn pick(&mut self, id: &ParcelId, now_ms: i64) -> Result<(), Error> {
        self.move_parcel(id, ParcelState::Picking, now_ms)?;
        self.settle_stages(now_ms)
    }

    /// Closes a parcel over these pieces of what was planned for it. What does not fit stays for another parcel.
    ///
    /// # Errors
    /// 409 `parcel_state`, 409 `pieces_short`, 422 when nothing is packed.
    pub(super) fn pack(&mut self, id: &ParcelId, counts: &[Count], now_ms: i64) -> Result<(), Error> {
        let before = self.move_parcel(id, ParcelState::Packed, now_ms)?;
        let packed =
            |number: u32| counts.iter().find(|(line, _)| *line == number).map_or(0, |(_, count)| *count);
        let (mut inside, mut left) = (Vec::new(), Vec::new());
        for (number, planned) in &before.contents {
            let count = packed(*number);
            if !(0..=*planned).contains(&count) {
                return Err(Error::invalid("pieces", format!("0 to {planned} of this line are planned")));
            }
            inside.push((*number, count));
            left.push((*number, planned - count));
        }
        if inside.iter().all(|(_, count)| *count == 0) {
            return Err(Error::invalid("pieces", "a parcel has something in it"));
        }
        self.parcel(id)?.contents = inside;
        if left.iter().any(|(_, count)| *count > 0) {
            for (number, count) in &left {
                let line = self.seller(&before.vendor)?.line(*number)?;
                line.pieces.unplan(*count)?;
                let back = place(&before.warehouse, &line.item, count * line.units, PlaceAct::Unreserve);
                self.effects.places.push(back);
            }
            self.plan(&before.vendor, &before.warehouse, &left, now_ms)?;
        }
        self.settle_stages(now_ms)
    }

    /// A parcel leaves.
    ///
    /// # Errors
    /// 409 `parcel_state`, 422 for a name or a number that cannot be.
    pub(super) fn ship(
        &mut self,
        id: &ParcelId,
        (carrier, tracking): (&str, &str),
        now_ms: i64,
    ) -> Result<(), Error> {
        self.require_cleared()?;
        let parcel = self.move_parcel(id, ParcelState::Shipped, now_ms)?;
        let named = self.parcel(id)?;
        named.carrier = checked("carrier", carrier, CARRIER_CHARS_MAX)?;
        named.tracking = checked("tracking", tracking, TRACKING_CHARS_MAX)?;
        for (number, count) in &parcel.contents {
            let line = self.seller(&parcel.vendor)?.line(*number)?;
            line.pieces.ship(*count)?;
            let (item, units) = (line.item.clone(), line.units * count);
            self.effects.places.push(place(&parcel.warehouse, &item, units, PlaceAct::Leave));
            self.ship_stock(&item, units);
        }
        self.tell_moved(&parcel.vendor, Some(id), &parcel.contents, "")?;
        self.settle_stages(now_ms)
    }

    /// A parcel arrived.
    ///
    /// # Errors
    /// 409 `parcel_state`.
    pub(super) fn deliver(&mut self, id: &ParcelId, now_ms: i64) -> Result<(), Error> {
        let parcel = self.move_parcel(id, ParcelState::Delivered, now_ms)?;
        for (number, count) in &parcel.contents {
            self.seller(&parcel.vendor)?.line(*number)?.pieces.deliver(*count)?;
        }
        let (order, vendor) = (self.id.clone(), parcel.vendor);
        self.effects.facts.push(Fact::ParcelDelivered(ParcelDelivered { order, vendor, parcel: id.clone() }));
        self.settle_stages(now_ms)
    }

    /// A parcel will never arrive: money is owed for what was in it.
    ///
    /// # Errors
    /// 409 `parcel_state`.
    pub(super) fn lose(&mut self, id: &ParcelId, now_ms: i64) -> Result<(), Error> {
        let parcel = self.move_parcel(id, ParcelState::Lost, now_ms)?;
        for (number, count) in &parcel.contents {
            self.seller(&parcel.vendor)?.line(*number)?.pieces.lose(*count)?;
        }
        self.tell_refund(&parcel.vendor, &parcel.contents, (true, "parcel_lost"), now_ms)?;
        self.settle_stages(now_ms)
    }

    /// Sends all parcels of a vendor's order that have not left.
    ///
    /// # Errors
    /// 409 `order_held`, 409 `order_state` when nothing is left.
    pub(super) fn ship_rest(&mut self, vendor: &VendorId, now_ms: i64) -> Result<(), Error> {
        self.require_cleared()?;
        let own = self.now.parcels.iter().filter(|parcel| parcel.vendor == *vendor && parcel.state.is_open());
        let own: Vec<Parcel> = own.cloned().collect();
        if own.is_empty() {
            return Err(self.nothing_to_do(vendor, "nothing of it is left to send"));
        }
        for Parcel { id, state, contents, .. } in own {
            if state != ParcelState::Packed {
                self.pack(&id, &contents, now_ms)?;
            }
            self.ship(&id, ("", ""), now_ms)?;
        }
        Ok(())
    }

    /// All parcels of a vendor's order that are on their way arrived.
    ///
    /// # Errors
    /// 409 `order_state` when none is.
    pub(super) fn deliver_rest(&mut self, vendor: &VendorId, now_ms: i64) -> Result<(), Error> {
        let own = self.now.parcels.iter().filter(|parcel| parcel.vendor == *vendor);
        let sent: Vec<ParcelId> = own
            .filter(|parcel| parcel.state == ParcelState::Shipped)
            .map(|parcel| parcel.id.clone())
            .collect();
        for id in &sent {
            self.deliver(id, now_ms)?;
        }
        if sent.is_empty() {
            return Err(self.nothing_to_do(vendor, "none of its parcels is on its way"));
        }
        Ok(())
    }

    fn nothing_to_do(&mut self, vendor: &VendorId, why: &str) -> Error {
        let stage = self.seller(vendor).map_or(Stage::Placed, |seller| seller.stage);
        let problem = Problem::new(StatusCode::CONFLICT, "order_state", "This cannot be done now");
        problem.detail(format!("The order is {}, and {why}.", stage.words())).into()
    }

    /// Notes where a parcel is.
    ///
    /// # Errors
    /// 422 for a note that cannot be.
    pub(super) fn note(&mut self, id: &ParcelId, text: &str) -> Result<(), Error> {
        let text = checked("note", text, NOTE_CHARS_MAX)?;
        if text.is_empty() {
            return Err(Error::invalid("note", "say where it is"));
        }
        self.parcel(id)?;
        self.effects.tracking.push((id.clone(), text));
        Ok(())
    }
}

fn place(warehouse: &str, item: &str, units: i64, act: PlaceAct) -> PlaceMove {
    PlaceMove { warehouse: warehouse.to_owned(), item: item.to_owned(), units, act }
}

/// One line of text.
fn checked(param: &str, text: &str, chars_max: usize) -> Result<String, Error> {
    let text = text.trim();
    if text.chars().any(char::is_control) || text.chars().count() > chars_max {
        return Err(Error::invalid(param, format!("one line of at most {chars_max} characters")));
    }
    Ok(text.to_owned())
}

/// The order of an id that was stored.
pub(super) fn stored_order(id: &str) -> Result<OrderId, Error> {
    OrderId::parse(id).map_err(super::parcels::not_an_id)
}
