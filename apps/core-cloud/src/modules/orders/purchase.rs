//! A purchase as one transaction works on it: all vendors' orders, parcels and returns of it, what is to be told of it,
//! and what is to be done with stock. What is changed here is written by [`super::purchase_store::save`].

use http::StatusCode;
use kiosk_ids::{OrderId, ParcelId, RefundId, VendorId};
use kiosk_money::{Currency, Money};
use kiosk_problem::Problem;

use super::flow::{Hold, ParcelState, Stage, stage_of};
pub use super::parts::{Charge, Held, Line, Parcel, Return, ReturnLine, VendorOrder};
use super::parts::{money, out_of_range};
use super::pieces::Pieces;
use crate::error::Error;
use crate::modules::bus::fact::{Fact, GoodsMoved, LineUnits, RefundDue};
use crate::modules::inventory::service::StockMove;
use crate::modules::warehouse::service::PlaceMove;
use crate::random::random;

/// What the acts on a purchase bring about elsewhere.
#[derive(Clone, Debug, Default)]
pub struct Effects {
    /// To be told.
    pub facts: Vec<Fact>,
    /// To be done with stock: item, what, units.
    pub stock: Vec<(String, StockMove, i64)>,
    /// To be done in warehouses.
    pub places: Vec<PlaceMove>,
    /// What happened to parcels.
    pub tracking: Vec<(ParcelId, String)>,
}

/// What of a purchase can change.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What holds it up.
    pub hold: Hold,
    /// Minor units that came by bank transfer.
    pub paid: i64,
    /// Codes of what an operator should look at.
    pub attention: Vec<String>,
    /// One order for each vendor.
    pub sellers: Vec<VendorOrder>,
    /// Their parcels.
    pub parcels: Vec<Parcel>,
    /// What comes back.
    pub returns: Vec<Return>,
    /// The stock it holds.
    pub held: Vec<Held>,
}

/// A purchase.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// Identifier.
    pub id: OrderId,
    /// Country of delivery.
    pub country: String,
    /// How it is delivered.
    pub delivery_kind: String,
    /// How it is paid.
    pub method: String,
    /// What is to be paid: its total, less what gift cards pay of it.
    pub due: Money,
    /// What can change of it, as it is now.
    pub now: State,
    /// The same as it was loaded.
    pub(super) was: State,
    /// What that brings about.
    pub(super) effects: Effects,
}

impl Purchase {
    /// The order of a vendor in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it has none.
    pub fn seller(&mut self, vendor: &VendorId) -> Result<&mut VendorOrder, Error> {
        self.now.sellers.iter_mut().find(|seller| seller.vendor == *vendor).ok_or(Error::NotFound("order"))
    }

    pub(super) fn currency(&self) -> Currency {
        self.due.currency
    }

    /// Notes that an operator should look at it.
    pub(super) fn alert(&mut self, code: &str) {
        if !self.now.attention.iter().any(|known| known == code) {
            self.now.attention.push(code.to_owned());
        }
    }

    /// Where the purchase stands as a whole: by the pieces of all vendors.
    #[must_use]
    pub fn stage(&self) -> Stage {
        let sum = self.now.sellers.iter().fold(Pieces::default(), |sum, seller| sum.plus(&seller.pieces()));
        stage_of(&sum, self.now.hold, self.now.sellers.iter().any(|seller| self.is_picked(&seller.vendor)))
    }

    fn is_picked(&self, vendor: &VendorId) -> bool {
        let own = self.now.parcels.iter().filter(|parcel| parcel.vendor == *vendor);
        own.into_iter().any(|parcel| matches!(parcel.state, ParcelState::Picking | ParcelState::Packed))
    }

    /// Sets each vendor's order to where its pieces say.
    ///
    /// # Errors
    /// 409 `order_state` when the table of moves has none such.
    pub(super) fn settle_stages(&mut self, now_ms: i64) -> Result<(), Error> {
        let picked: Vec<bool> =
            self.now.sellers.iter().map(|seller| self.is_picked(&seller.vendor)).collect();
        for (seller, picked) in self.now.sellers.iter_mut().zip(picked) {
            let stage = seller.stage.moved(stage_of(&seller.pieces(), self.now.hold, picked))?;
            if stage != seller.stage {
                (seller.stage, seller.changed_ms) = (stage, now_ms);
            }
        }
        Ok(())
    }

    /// Refuses while something holds the purchase up.
    ///
    /// # Errors
    /// 409 `order_held`.
    pub(super) fn require_cleared(&self) -> Result<(), Error> {
        let why = match self.now.hold {
            Hold::None => return Ok(()),
            Hold::New => "Its payment is being looked at.",
            Hold::Review => "An admin has to look at it first.",
            Hold::Payment => "Its bank transfer has not come yet.",
        };
        let problem = Problem::new(StatusCode::CONFLICT, "order_held", "This order is not to be sent yet");
        Err(problem.detail(why).into())
    }

    /// Whether nothing that was paid for is left to ship.
    fn is_last(&self) -> bool {
        let lines = self.now.sellers.iter().flat_map(|seller| &seller.lines);
        lines.filter(|line| line.instead_of.is_none()).all(|line| line.pieces.to_ship == 0)
    }

    /// Tells of pieces that left or will not come, after they were counted. The share of delivery goes with the first
    /// parcel, or with the cancellation that leaves nothing.
    pub(super) fn tell_moved(
        &mut self,
        vendor: &VendorId,
        parcel: Option<&ParcelId>,
        moved: &[(u32, i64)],
        reason: &str,
    ) -> Result<(), Error> {
        let currency = self.currency();
        let seller = self.seller(vendor)?;
        let (mut lines, mut total, mut paid_for) = (Vec::new(), Money::zero(currency), false);
        for (number, count) in moved.iter().filter(|(_, count)| *count > 0) {
            let line = seller.line(*number)?;
            let replaces = line.instead_of.is_some();
            let amount = if replaces { Money::zero(currency) } else { line.price_of(*count)? };
            paid_for |= !replaces;
            total = total.checked_add(amount).map_err(money)?;
            let quantity = u32::try_from(*count).map_err(|_| out_of_range())?;
            lines.push(LineUnits { line: line.root(), quantity, amount });
        }
        let pieces = seller.pieces();
        let mut delivery = Money::zero(currency);
        let nothing_sent = pieces.to_ship == 0 && pieces.shipped == 0;
        if seller.charge == Charge::Open && (parcel.is_some() || nothing_sent) {
            delivery = seller.delivery;
            seller.charge = if parcel.is_some() { Charge::Charged } else { Charge::Dropped };
        }
        let moved = GoodsMoved {
            order: self.id.clone(),
            vendor: vendor.clone(),
            parcel: parcel.cloned(),
            lines,
            delivery,
            total: total.checked_add(delivery).map_err(money)?,
            last: paid_for && self.is_last(),
            reason: reason.to_owned(),
        };
        let moved = Box::new(moved);
        let fact = if parcel.is_some() { Fact::ParcelShipped(moved) } else { Fact::GoodsCancelled(moved) };
        self.effects.facts.push(fact);
        Ok(())
    }

    /// Tells that money is owed for pieces, after they were counted. Of delivery too when `fault` is the shop's and
    /// nothing is left of the vendor's order.
    pub(super) fn tell_refund(
        &mut self,
        vendor: &VendorId,
        owed: &[(u32, i64)],
        (fault, reason): (bool, &str),
        now_ms: i64,
    ) -> Result<(), Error> {
        let currency = self.currency();
        let all_for_faults = fault && self.all_refunds_are_for_faults(vendor);
        let seller = self.seller(vendor)?;
        let (mut lines, mut total) = (Vec::new(), Money::zero(currency));
        for (number, count) in owed.iter().filter(|(_, count)| *count > 0) {
            let line = seller.line(*number)?;
            let amount = line.price_of(*count)?;
            total = total.checked_add(amount).map_err(money)?;
            let quantity = u32::try_from(*count).map_err(|_| out_of_range())?;
            lines.push(LineUnits { line: line.root(), quantity, amount });
        }
        let nothing_kept = matches!(stage_of(&seller.pieces(), Hold::None, false), Stage::Refunded);
        let mut delivery = Money::zero(currency);
        if seller.charge == Charge::Charged && all_for_faults && nothing_kept {
            delivery = seller.delivery;
            seller.charge = Charge::Refunded;
        }
        if lines.is_empty() && delivery.amount == 0 {
            return Ok(());
        }
        let due = RefundDue {
            refund: RefundId::fresh(now_ms, &random()?),
            order: self.id.clone(),
            vendor: vendor.clone(),
            lines,
            delivery,
            total: total.checked_add(delivery).map_err(money)?,
            reason: reason.to_owned(),
        };
        self.effects.facts.push(Fact::RefundDue(Box::new(due)));
        Ok(())
    }

    fn all_refunds_are_for_faults(&self, vendor: &VendorId) -> bool {
        let other = |given: &Return| {
            given.vendor == *vendor
                && !given.reason.is_fault()
                && given.lines.iter().any(|line| line.accepted > 0)
        };
        let refused = |parcel: &Parcel| parcel.vendor == *vendor && parcel.state == ParcelState::Returned;
        !self.now.returns.iter().any(other) && !self.now.parcels.iter().any(refused)
    }

    /// Units of an item that pieces to ship still need.
    pub(super) fn needed(&self, item: &str) -> i64 {
        let lines = self.now.sellers.iter().flat_map(|seller| &seller.lines);
        lines.filter(|line| line.item == item).map(|line| line.pieces.to_ship * line.units).sum()
    }

    /// Stock of pieces that left, after they were counted: with the last ones all that is held goes.
    pub(super) fn ship_stock(&mut self, item: &str, units: i64) {
        let needed = self.needed(item);
        let Some(held) = self.now.held.iter_mut().find(|held| held.item == item) else { return };
        let rest = held.sold - held.moved;
        let units = if needed == 0 { rest } else { units.min(rest) };
        held.moved += units;
        self.effects.stock.push((item.to_owned(), StockMove::Ship, units));
    }

    /// Stock of pieces that will not come, after they were counted: what is held beyond what is needed. An order that
    /// is short gives back less.
    pub(super) fn release_stock(&mut self, item: &str) {
        let needed = self.needed(item);
        let Some(held) = self.now.held.iter_mut().find(|held| held.item == item) else { return };
        let units = (held.sold - held.moved - needed).max(0);
        held.moved += units;
        self.effects.stock.push((item.to_owned(), StockMove::Release, units));
    }
}
