//! What a purchase is made of: vendors' orders with their lines, parcels, returns, and the stock it holds.

use kiosk_ids::{ParcelId, ReturnId, VendorId};
use kiosk_money::{Money, MoneyError};

use super::flow::{ParcelState, Stage};
use super::pieces::Pieces;
use super::returns::{Reason, ReturnState, Wish};
use crate::error::Error;

/// What is left to pay for delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// The share goes with the first parcel.
    Open,
    /// It went.
    Charged,
    /// Nothing was sent: nobody pays it.
    Dropped,
    /// It was paid back.
    Refunded,
}

impl Charge {
    const ALL: [Self; 4] = [Self::Open, Self::Charged, Self::Dropped, Self::Refunded];

    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Charged => "charged",
            Self::Dropped => "dropped",
            Self::Refunded => "refunded",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|charge| charge.name() == name)
    }
}

/// A line of a vendor's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its place in the purchase, from 0.
    pub number: u32,
    /// The line whose pieces it replaces, at no charge.
    pub instead_of: Option<u32>,
    /// What was bought.
    pub sku: String,
    /// Its product.
    pub product: String,
    /// Price of one piece.
    pub unit_price: Money,
    /// The stock item that a piece takes from.
    pub item: String,
    /// Units of it for a piece.
    pub units: i64,
    /// Whether it goes by freight, and shares no parcel.
    pub bulky: bool,
    /// Where its pieces are.
    pub pieces: Pieces,
}

impl Line {
    /// What facts name it: the line of the order as it was placed.
    #[must_use]
    pub fn root(&self) -> u32 {
        self.instead_of.unwrap_or(self.number)
    }

    pub(super) fn price_of(&self, count: i64) -> Result<Money, Error> {
        let count = u32::try_from(count).map_err(|_| out_of_range())?;
        self.unit_price.times(count).map_err(money)
    }
}

/// What one vendor sells in a purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VendorOrder {
    /// Who.
    pub vendor: VendorId,
    /// Where it stands.
    pub stage: Stage,
    /// Since when, Unix milliseconds.
    pub changed_ms: i64,
    /// Its share of the price of delivery.
    pub delivery: Money,
    /// What is left to pay of that.
    pub charge: Charge,
    /// Its lines.
    pub lines: Vec<Line>,
}

impl VendorOrder {
    /// Its pieces, summed over its lines.
    #[must_use]
    pub fn pieces(&self) -> Pieces {
        self.lines.iter().fold(Pieces::default(), |sum, line| sum.plus(&line.pieces))
    }

    pub(super) fn line(&mut self, number: u32) -> Result<&mut Line, Error> {
        self.lines.iter_mut().find(|line| line.number == number).ok_or(Error::NotFound("line"))
    }
}

/// A parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Identifier.
    pub id: ParcelId,
    /// Who sends it.
    pub vendor: VendorId,
    /// From which warehouse.
    pub warehouse: String,
    /// Whether it goes by freight, alone.
    pub freight: bool,
    /// Where it stands.
    pub state: ParcelState,
    /// Who carries it.
    pub carrier: String,
    /// The carrier's number of it.
    pub tracking: String,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
    /// Pieces of lines, by the lines' numbers.
    pub contents: Vec<(u32, i64)>,
}

/// Pieces of a line that are sent back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnLine {
    /// The line.
    pub line: u32,
    /// Pieces.
    pub quantity: i64,
    /// Of those that came: to be sold again.
    pub sellable: i64,
    /// Of those that came: not to be sold again.
    pub damaged: i64,
    /// Of those that came: paid back or exchanged.
    pub accepted: i64,
}

/// What a customer sends back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Identifier.
    pub id: ReturnId,
    /// To whom.
    pub vendor: VendorId,
    /// Why.
    pub reason: Reason,
    /// What for.
    pub wish: Wish,
    /// Where it stands.
    pub state: ReturnState,
    /// What the customer writes on the parcel.
    pub label: String,
    /// What the customer says of it, masked; empty when nothing.
    pub note: String,
    /// Unix milliseconds.
    pub opened_ms: i64,
    /// When it got this far, Unix milliseconds.
    pub changed_ms: i64,
    /// Which pieces.
    pub lines: Vec<ReturnLine>,
}

/// Units of an item that were sold for the purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The stock item.
    pub item: String,
    /// Units that were sold.
    pub sold: i64,
    /// Of those: left, or went back.
    pub moved: i64,
}

pub(super) fn money(error: MoneyError) -> Error {
    Error::invalid("amount", error.to_string())
}

pub(super) fn out_of_range() -> Error {
    Error::invalid("quantity", "out of range")
}

/// Shares a price over parts of so much value each, by largest remainder: the shares sum up to the price. Without
/// value, the first takes all.
#[must_use]
pub fn shared(price: i64, values: &[i64]) -> Vec<i64> {
    let whole: i128 = values.iter().map(|value| i128::from((*value).max(0))).sum();
    if whole == 0 {
        return (0..values.len()).map(|place| if place == 0 { price } else { 0 }).collect();
    }
    let exact = |value: &i64| i128::from(price) * i128::from((*value).max(0));
    let floor = |value: &i64| i64::try_from(exact(value).div_euclid(whole)).unwrap_or(0);
    let mut shares: Vec<i64> = values.iter().map(floor).collect();
    let mut left = price - shares.iter().sum::<i64>();
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by_key(|place| (-exact(&values[*place]).rem_euclid(whole), *place));
    for place in places {
        if left <= 0 {
            break;
        }
        shares[place] += 1;
        left -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::shared;

    #[test]
    fn shares_sum_up_to_the_price() {
        assert_eq!(shared(490, &[1_000, 1_000, 1_000]), [164, 163, 163]);
        assert_eq!(shared(100, &[1, 2]), [33, 67]);
        assert_eq!(shared(490, &[0, 0]), [490, 0]);
        assert_eq!(shared(0, &[5, 5]), [0, 0]);
        assert_eq!(shared(1, &[i64::MAX, i64::MAX]), [1, 0]);
        for price in 0..50 {
            assert_eq!(shared(price, &[7, 11, 13, 0]).iter().sum::<i64>(), price);
        }
    }
}
