//! Where the pieces of a line are. The database holds the same sums as constraints.

use http::StatusCode;
use kiosk_problem::Problem;

use crate::error::Error;

/// Pieces of a line, or of several. `ordered = cancelled + to_ship + shipped`, and each later count is a part of an
/// earlier one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pieces {
    /// Bought.
    pub ordered: i64,
    /// Will not come.
    pub cancelled: i64,
    /// Not sent yet.
    pub to_ship: i64,
    /// Of those: in a parcel that has not left.
    pub planned: i64,
    /// Left.
    pub shipped: i64,
    /// Of those: arrived.
    pub delivered: i64,
    /// Of those that left: will never arrive.
    pub lost: i64,
    /// Of those that arrived: on their way back.
    pub returning: i64,
    /// Of those that arrived: came back.
    pub returned: i64,
    /// Of those that came back or were lost: money is owed for them, or was paid back.
    pub refunded: i64,
    /// Of those that came back: others are sent in their place.
    pub exchanged: i64,
}

impl Pieces {
    /// New ones.
    #[must_use]
    pub fn ordered(count: i64) -> Self {
        Self { ordered: count, to_ship: count, ..Self::default() }
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: &Self) -> Self {
        Self {
            ordered: self.ordered + other.ordered,
            cancelled: self.cancelled + other.cancelled,
            to_ship: self.to_ship + other.to_ship,
            planned: self.planned + other.planned,
            shipped: self.shipped + other.shipped,
            delivered: self.delivered + other.delivered,
            lost: self.lost + other.lost,
            returning: self.returning + other.returning,
            returned: self.returned + other.returned,
            refunded: self.refunded + other.refunded,
            exchanged: self.exchanged + other.exchanged,
        }
    }

    /// Pieces that are in no parcel yet.
    #[must_use]
    pub fn unplanned(&self) -> i64 {
        self.to_ship - self.planned
    }

    /// Pieces that can be sent back.
    #[must_use]
    pub fn returnable(&self) -> i64 {
        self.delivered - self.returning - self.returned
    }

    /// Puts pieces into a parcel.
    ///
    /// # Errors
    /// 409 `pieces_short`, as with all that follow.
    pub fn plan(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.unplanned())?;
        self.planned += count;
        Ok(())
    }

    /// Takes pieces out of a parcel that has not left.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn unplan(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.planned)?;
        self.planned -= count;
        Ok(())
    }

    /// Pieces in no parcel will not come.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn cancel(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.unplanned())?;
        self.to_ship -= count;
        self.cancelled += count;
        Ok(())
    }

    /// Pieces of a parcel leave.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn ship(&mut self, count: i64) -> Result<(), Error> {
        self.unplan(count)?;
        self.to_ship -= count;
        self.shipped += count;
        Ok(())
    }

    /// Pieces arrive.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn deliver(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.shipped - self.delivered - self.lost)?;
        self.delivered += count;
        Ok(())
    }

    /// Pieces that left will never arrive: money is owed.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn lose(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.shipped - self.delivered - self.lost)?;
        self.lost += count;
        self.refunded += count;
        Ok(())
    }

    /// Pieces are to be sent back.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn open_return(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.returnable())?;
        self.returning += count;
        Ok(())
    }

    /// Of pieces that were to be sent back, some came: of those, so many are paid back or exchanged.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn close_return(&mut self, count: i64, came: i64, settled: Settled) -> Result<(), Error> {
        enough(count, self.returning)?;
        enough(came, count)?;
        let (refunded, exchanged) = match settled {
            Settled::Refunded(count) => (count, 0),
            Settled::Exchanged(count) => (0, count),
        };
        enough(refunded + exchanged, came)?;
        self.returning -= count;
        self.returned += came;
        self.refunded += refunded;
        self.exchanged += exchanged;
        Ok(())
    }

    /// What was to be sent in place of pieces will not come: money is owed for them instead.
    ///
    /// # Errors
    /// See [`Self::plan`].
    pub fn refund_exchanged(&mut self, count: i64) -> Result<(), Error> {
        enough(count, self.exchanged)?;
        self.exchanged -= count;
        self.refunded += count;
        Ok(())
    }
}

/// What pieces that came back are answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// Money, for so many.
    Refunded(i64),
    /// Others, for so many.
    Exchanged(i64),
}

fn enough(asked: i64, there: i64) -> Result<(), Error> {
    if (0..=there).contains(&asked) {
        return Ok(());
    }
    let detail = format!("{asked} are asked for, and {there} are there.");
    Err(Problem::new(StatusCode::CONFLICT, "pieces_short", "There are not so many pieces")
        .detail(detail)
        .into())
}
