//! What comes back: returns, exchanges, and parcels that could not be handed over.

use http::StatusCode;
use kiosk_ids::{ParcelId, ReturnId, VendorId};
use kiosk_money::Money;
use kiosk_problem::Problem;
use kiosk_wire::{ReturnReason, ReturnStatus, ReturnWish};

use super::acts::Count;
use super::flow::ParcelState;
use super::parts::{money, out_of_range};
use super::pieces::{Pieces, Settled};
use super::purchase::{Line, Purchase, Return, ReturnLine};
use crate::error::Error;
use crate::modules::bus::fact::{Fact, LineUnits, ReturnMoved, ReturnRejected};
use crate::modules::inventory::service::StockMove;
use crate::random::random;

/// How long after its delivery a piece can be sent back, in days.
pub const RETURN_WINDOW_DAYS: i64 = 30;
/// How long after its delivery a piece with a fault can be sent back, in days: the warranty of two years.
pub const FAULT_WINDOW_DAYS: i64 = 730;
const DAY_MS: i64 = 24 * 3_600_000;

/// Why something is sent back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The customer does not want it.
    ChangedMind,
    /// It does not work, or is broken.
    Faulty,
    /// It was damaged on its way.
    DamagedInTransit,
    /// It is not what was ordered or described.
    NotAsDescribed,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::ChangedMind, Self::Faulty, Self::DamagedInTransit, Self::NotAsDescribed];

    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ChangedMind => "changed_mind",
            Self::Faulty => "faulty",
            Self::DamagedInTransit => "damaged_in_transit",
            Self::NotAsDescribed => "not_as_described",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// For people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ChangedMind => "changed their mind",
            Self::Faulty => "faulty",
            Self::DamagedInTransit => "damaged on its way",
            Self::NotAsDescribed => "not as described",
        }
    }

    /// Whether it is not the customer's choice: delivery is paid back too when all of it comes back.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        !matches!(self, Self::ChangedMind)
    }

    const fn window_days(self) -> i64 {
        if self.is_fault() { FAULT_WINDOW_DAYS } else { RETURN_WINDOW_DAYS }
    }
}

impl From<ReturnReason> for Reason {
    fn from(reason: ReturnReason) -> Self {
        match reason {
            ReturnReason::ChangedMind => Self::ChangedMind,
            ReturnReason::Faulty => Self::Faulty,
            ReturnReason::DamagedInTransit => Self::DamagedInTransit,
            ReturnReason::NotAsDescribed => Self::NotAsDescribed,
        }
    }
}

/// What the customer wants for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Their money.
    Refund,
    /// Another piece.
    Exchange,
}

impl Wish {
    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refund => "refund",
            Self::Exchange => "exchange",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Refund, Self::Exchange].into_iter().find(|wish| wish.name() == name)
    }

    /// As customers are told.
    #[must_use]
    pub const fn told(self) -> ReturnWish {
        match self {
            Self::Refund => ReturnWish::Refund,
            Self::Exchange => ReturnWish::Exchange,
        }
    }
}

impl From<ReturnWish> for Wish {
    fn from(wish: ReturnWish) -> Self {
        match wish {
            ReturnWish::Refund => Self::Refund,
            ReturnWish::Exchange => Self::Exchange,
        }
    }
}

/// Where a return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnState {
    /// The customer may send it.
    Open,
    /// It is there, and nobody has looked into it.
    Received,
    /// It was inspected and answered.
    Closed,
    /// Nothing will be sent.
    Cancelled,
}

impl ReturnState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Received, Self::Closed, Self::Cancelled];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Received => "received",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// As customers are told.
    #[must_use]
    pub const fn told(self) -> ReturnStatus {
        match self {
            Self::Open => ReturnStatus::Expected,
            Self::Received => ReturnStatus::Received,
            Self::Closed => ReturnStatus::Inspected,
            Self::Cancelled => ReturnStatus::Cancelled,
        }
    }

    /// Moves there.
    ///
    /// # Errors
    /// 409 `return_state` when it cannot get there from here.
    pub fn moved(self, to: Self) -> Result<Self, Error> {
        if matches!(
            (self, to),
            (Self::Open, Self::Received | Self::Cancelled) | (Self::Received, Self::Closed)
        ) {
            return Ok(to);
        }
        let detail = format!("A return that is {} cannot become {}.", self.name(), to.name());
        let problem = Problem::new(StatusCode::CONFLICT, "return_state", "This return is further already");
        Err(problem.detail(detail).into())
    }
}

/// What an inspection found of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The line.
    pub line: u32,
    /// Pieces to be sold again.
    pub sellable: i64,
    /// Pieces that came, and are not to be sold again. What neither came nor is sellable is missing.
    pub damaged: i64,
    /// Of those that came: paid back or exchanged.
    pub accepted: i64,
}

/// What is asked for with a return.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The return that is to be.
    pub id: ReturnId,
    /// Why.
    pub reason: Reason,
    /// What for.
    pub wish: Wish,
    /// What the customer says of it, masked.
    pub note: String,
}

impl Purchase {
    /// Opens a return for delivered pieces.
    ///
    /// # Errors
    /// 409 `pieces_short` when not so many can come back, 409 `return_window` when they came too long ago, 422 when
    /// nothing is asked for.
    pub(super) fn open_return(
        &mut self,
        vendor: &VendorId,
        ask: Ask,
        counts: &[Count],
        now_ms: i64,
    ) -> Result<(), Error> {
        let Ask { id, reason, wish, note } = ask;
        let since_ms = now_ms - reason.window_days() * DAY_MS;
        let mut lines = Vec::new();
        for (number, count) in counts.iter().copied().filter(|(_, count)| *count != 0) {
            self.seller(vendor)?.line(number)?.pieces.open_return(count)?;
            if count > self.arrived_since(vendor, number, since_ms) {
                return Err(too_late(reason));
            }
            lines.push(ReturnLine { line: number, quantity: count, sellable: 0, damaged: 0, accepted: 0 });
        }
        if lines.is_empty() {
            return Err(Error::invalid("pieces", "say what comes back"));
        }
        let secret: [u8; 5] = random()?;
        let given = Return {
            id,
            vendor: vendor.clone(),
            reason,
            wish,
            state: ReturnState::Open,
            label: format!("RET-{}", hex::encode_upper(secret)),
            note,
            opened_ms: now_ms,
            changed_ms: now_ms,
            lines,
        };
        let expected: Vec<Count> = given.lines.iter().map(|line| (line.line, line.quantity)).collect();
        self.tell_return(&given, &expected, Fact::ReturnExpected)?;
        self.now.returns.push(given);
        self.settle_stages(now_ms)
    }

    /// Tells of pieces that come back, or that were accepted; of these, what is paid back.
    fn tell_return(
        &mut self,
        given: &Return,
        counts: &[Count],
        fact: fn(Box<ReturnMoved>) -> Fact,
    ) -> Result<(), Error> {
        let (mut lines, mut total) = (Vec::new(), Money::zero(self.currency()));
        for (number, count) in counts.iter().filter(|(_, count)| *count > 0) {
            let line = self.seller(&given.vendor)?.line(*number)?;
            let pays = given.wish == Wish::Refund && given.state == ReturnState::Closed;
            let amount = line.price_of(if pays { *count } else { 0 })?;
            let quantity = u32::try_from(*count).map_err(|_| out_of_range())?;
            lines.push(LineUnits { line: line.root(), quantity, amount });
            total = total.checked_add(amount).map_err(money)?;
        }
        self.effects.facts.push(fact(Box::new(ReturnMoved {
            given: given.id.clone(),
            order: self.id.clone(),
            vendor: given.vendor.clone(),
            label: given.label.clone(),
            lines,
            total,
        })));
        Ok(())
    }

    /// Pieces of a line in parcels that arrived since then.
    fn arrived_since(&self, vendor: &VendorId, number: u32, since_ms: i64) -> i64 {
        let arrived = self.now.parcels.iter().filter(|parcel| {
            parcel.vendor == *vendor
                && parcel.state == ParcelState::Delivered
                && parcel.changed_ms >= since_ms
        });
        let contents = arrived.flat_map(|parcel| &parcel.contents);
        contents.filter(|(line, _)| *line == number).map(|(_, count)| count).sum()
    }

    fn move_return(&mut self, id: &ReturnId, to: ReturnState, now_ms: i64) -> Result<&mut Return, Error> {
        let found = self.now.returns.iter_mut().find(|given| given.id == *id);
        let given = found.ok_or(Error::NotFound("return"))?;
        given.state = given.state.moved(to)?;
        given.changed_ms = now_ms;
        Ok(given)
    }

    /// It arrived.
    ///
    /// # Errors
    /// 409 `return_state`.
    pub(super) fn receive_return(&mut self, id: &ReturnId, now_ms: i64) -> Result<(), Error> {
        self.move_return(id, ReturnState::Received, now_ms).map(|_| ())
    }

    /// Nothing will be sent: its pieces can be sent back another time.
    ///
    /// # Errors
    /// 409 `return_state`.
    pub(super) fn cancel_return(&mut self, id: &ReturnId, now_ms: i64) -> Result<(), Error> {
        let given = self.move_return(id, ReturnState::Cancelled, now_ms)?.clone();
        for line in &given.lines {
            let pieces = &mut self.seller(&given.vendor)?.line(line.line)?.pieces;
            pieces.close_return(line.quantity, 0, Settled::Refunded(0))?;
        }
        self.settle_stages(now_ms)
    }

    /// Somebody looked into it: what is sellable goes back to stock, what is accepted is paid back or exchanged.
    ///
    /// # Errors
    /// 409 `return_state`, 422 for counts that do not fit.
    pub(super) fn inspect_return(
        &mut self,
        id: &ReturnId,
        found: &[Found],
        now_ms: i64,
    ) -> Result<(), Error> {
        let given = self.move_return(id, ReturnState::Closed, now_ms)?;
        for line in &mut given.lines {
            let zero = Found { line: line.line, sellable: 0, damaged: 0, accepted: 0 };
            let found = found.iter().find(|found| found.line == line.line).copied().unwrap_or(zero);
            let came = found.sellable.saturating_add(found.damaged);
            let counts = [found.sellable, found.damaged, found.accepted];
            if counts.iter().any(|count| *count < 0) || came > line.quantity || found.accepted > came {
                let detail = format!("at most {} came, and no more can be accepted than came", line.quantity);
                return Err(Error::invalid("found", detail));
            }
            (line.sellable, line.damaged, line.accepted) = (found.sellable, found.damaged, found.accepted);
        }
        let given = given.clone();
        for line in &given.lines {
            let settled = match given.wish {
                Wish::Refund => Settled::Refunded(line.accepted),
                Wish::Exchange => Settled::Exchanged(line.accepted),
            };
            let of = self.seller(&given.vendor)?.line(line.line)?;
            of.pieces.close_return(line.quantity, line.sellable + line.damaged, settled)?;
            let back = (of.item.clone(), StockMove::Restock, line.sellable * of.units);
            self.effects.stock.push(back);
        }
        let refused: i64 = given.lines.iter().map(|line| line.sellable + line.damaged - line.accepted).sum();
        if refused > 0 {
            let pieces = u32::try_from(refused).unwrap_or(u32::MAX);
            let (order, vendor) = (self.id.clone(), given.vendor.clone());
            let told = ReturnRejected { id: id.clone(), order, vendor, pieces };
            self.effects.facts.push(Fact::ReturnRejected(told));
        }
        let accepted: Vec<Count> = given.lines.iter().map(|line| (line.line, line.accepted)).collect();
        self.tell_return(&given, &accepted, Fact::ReturnInspected)?;
        match given.wish {
            Wish::Refund => {
                let why = (given.reason.is_fault(), given.reason.name());
                self.tell_refund(&given.vendor, &accepted, why, now_ms)?;
            }
            Wish::Exchange => self.exchange(&given.vendor, &accepted)?,
        }
        self.settle_stages(now_ms)
    }

    /// Adds lines that are sent in place of pieces that came back, at no charge. Their stock is taken from what is
    /// available.
    fn exchange(&mut self, vendor: &VendorId, counts: &[Count]) -> Result<(), Error> {
        for (number, count) in counts.iter().copied().filter(|(_, count)| *count > 0) {
            let numbers = self.now.sellers.iter().flat_map(|seller| &seller.lines).map(|line| line.number);
            let next = numbers.max().map_or(0, |last| last + 1);
            let seller = self.seller(vendor)?;
            let line = seller.line(number)?.clone();
            let units = line.units * count;
            seller.lines.push(Line {
                number: next,
                instead_of: Some(line.root()),
                pieces: Pieces::ordered(count),
                ..line.clone()
            });
            match self.now.held.iter_mut().find(|held| held.item == line.item) {
                Some(held) => held.sold += units,
                None => {
                    let item = line.item.clone();
                    self.now.held.push(super::purchase::Held { item, sold: units, moved: 0 });
                }
            }
            self.effects.stock.push((line.item, StockMove::Hold, units));
        }
        Ok(())
    }

    /// A parcel came back unopened: its goods are paid back, and go back to stock when they can be sold.
    ///
    /// # Errors
    /// 409 `parcel_state`.
    pub(super) fn take_back(&mut self, id: &ParcelId, sellable: bool, now_ms: i64) -> Result<(), Error> {
        let parcel = self.now.parcels.iter_mut().find(|parcel| parcel.id == *id);
        let parcel = parcel.ok_or(Error::NotFound("parcel"))?;
        parcel.state = parcel.state.moved(ParcelState::Returned)?;
        parcel.changed_ms = now_ms;
        let parcel = parcel.clone();
        self.effects.tracking.push((id.clone(), ParcelState::Returned.name().to_owned()));
        for (number, count) in &parcel.contents {
            let line = self.seller(&parcel.vendor)?.line(*number)?;
            line.pieces.deliver(*count)?;
            line.pieces.open_return(*count)?;
            line.pieces.close_return(*count, *count, Settled::Refunded(*count))?;
            let back = (line.item.clone(), StockMove::Restock, if sellable { count * line.units } else { 0 });
            self.effects.stock.push(back);
        }
        self.tell_refund(&parcel.vendor, &parcel.contents, (false, "undeliverable"), now_ms)?;
        self.settle_stages(now_ms)
    }
}

fn too_late(reason: Reason) -> Error {
    let detail = format!("What is {} can come back for {} days.", reason.words(), reason.window_days());
    Problem::new(StatusCode::CONFLICT, "return_window", "It is too late to send this back")
        .detail(detail)
        .into()
}
