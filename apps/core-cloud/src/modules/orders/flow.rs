//! The life of a vendor's order and of a parcel: the one table of moves that are allowed, and where an order stands by
//! its pieces.

use http::StatusCode;
use kiosk_problem::Problem;
use kiosk_wire::people::ParcelStatus;
use serde::Serialize;

use super::pieces::Pieces;
use crate::error::Error;

/// Where a vendor's order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The core has it, and nobody has looked at its payment yet.
    Placed,
    /// Its bank transfer has not come.
    AwaitingPayment,
    /// An admin has to look at it.
    InReview,
    /// Nothing holds it up: it is to be sent.
    Cleared,
    /// Somebody fetches or packs it.
    Picking,
    /// Some of it left.
    PartiallyShipped,
    /// All of it left.
    Shipped,
    /// The customer has it.
    Delivered,
    /// Some of it came back.
    PartiallyReturned,
    /// All of it came back.
    Returned,
    /// None of it will come.
    Cancelled,
    /// Money went back for some of it.
    PartiallyRefunded,
    /// Money went back for all of it.
    Refunded,
}

impl Stage {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Placed,
        Self::AwaitingPayment,
        Self::InReview,
        Self::Cleared,
        Self::Picking,
        Self::PartiallyShipped,
        Self::Shipped,
        Self::Delivered,
        Self::PartiallyReturned,
        Self::Returned,
        Self::Cancelled,
        Self::PartiallyRefunded,
        Self::Refunded,
    ];

    /// As it is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Placed => "placed",
            Self::AwaitingPayment => "awaiting_payment",
            Self::InReview => "in_review",
            Self::Cleared => "cleared",
            Self::Picking => "picking",
            Self::PartiallyShipped => "partially_shipped",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::PartiallyReturned => "partially_returned",
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// For people.
    #[must_use]
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// As customers are told: what holds an order up is between the shop and its payment.
    #[must_use]
    pub const fn told(self) -> ParcelStatus {
        match self {
            Self::Placed | Self::AwaitingPayment | Self::InReview | Self::Cleared => ParcelStatus::Placed,
            Self::Picking => ParcelStatus::Picking,
            Self::PartiallyShipped => ParcelStatus::PartiallyShipped,
            Self::Shipped => ParcelStatus::Shipped,
            Self::Delivered => ParcelStatus::Delivered,
            Self::PartiallyReturned => ParcelStatus::PartiallyReturned,
            Self::Returned => ParcelStatus::Returned,
            Self::Cancelled => ParcelStatus::Cancelled,
            Self::PartiallyRefunded => ParcelStatus::PartiallyRefunded,
            Self::Refunded => ParcelStatus::Refunded,
        }
    }

    /// Where it may get from here: the only moves there are. What was delivered goes back to `cleared` or
    /// `partially_shipped` when pieces are exchanged.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        use Stage::{
            AwaitingPayment, Cancelled, Cleared, Delivered, InReview, PartiallyRefunded, PartiallyReturned,
            PartiallyShipped, Picking, Refunded, Returned, Shipped,
        };
        match self {
            Self::Placed => &[AwaitingPayment, InReview, Cleared, Cancelled],
            Self::InReview => &[AwaitingPayment, Cleared, Cancelled],
            Self::AwaitingPayment => &[Cleared, Cancelled],
            Self::Cleared => &[Picking, PartiallyShipped, Shipped, Cancelled, PartiallyRefunded, Refunded],
            Self::Picking => &[Cleared, PartiallyShipped, Shipped, Cancelled, PartiallyRefunded, Refunded],
            Self::PartiallyShipped => {
                &[Cleared, Picking, Shipped, Delivered, PartiallyReturned, PartiallyRefunded]
            }
            Self::Shipped => &[PartiallyShipped, Delivered, PartiallyReturned, PartiallyRefunded, Refunded],
            Self::Delivered => {
                &[Cleared, PartiallyShipped, PartiallyReturned, Returned, PartiallyRefunded, Refunded]
            }
            Self::PartiallyReturned => &[Returned, PartiallyRefunded],
            Self::PartiallyRefunded => &[Refunded],
            Self::Returned | Self::Cancelled | Self::Refunded => &[],
        }
    }

    /// Moves there.
    ///
    /// # Errors
    /// 409 `order_state` when the table has no such move.
    pub fn moved(self, to: Self) -> Result<Self, Error> {
        if self == to || self.next().contains(&to) {
            return Ok(to);
        }
        let detail = format!("An order that is {} cannot become {}.", self.words(), to.words());
        Err(Problem::new(StatusCode::CONFLICT, "order_state", "This cannot be done now")
            .detail(detail)
            .into())
    }
}

/// What holds a whole purchase up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hold {
    /// Nobody has looked at it.
    New,
    /// An admin has to look at it.
    Review,
    /// Its bank transfer has not come.
    Payment,
    /// Nothing.
    None,
}

/// Where a vendor's order stands: by its pieces, what holds it up, and whether somebody is at it. Money that went back
/// comes before all else, so that nothing reads paid when it was refunded.
#[must_use]
pub fn stage_of(pieces: &Pieces, hold: Hold, picking: bool) -> Stage {
    // A piece that was exchanged stands aside for the one that is sent in its place.
    let Pieces { ordered, cancelled, shipped, delivered, lost, returned, refunded, exchanged, .. } = *pieces;
    let kept = ordered - cancelled - exchanged;
    let (shipped, delivered, returned) = (shipped - exchanged, delivered - exchanged, returned - exchanged);
    let whole = |count: i64, whole: Stage, part: Stage| if count >= kept { whole } else { part };
    if kept == 0 {
        Stage::Cancelled
    } else if refunded > 0 {
        whole(refunded, Stage::Refunded, Stage::PartiallyRefunded)
    } else if returned > 0 {
        whole(returned, Stage::Returned, Stage::PartiallyReturned)
    } else if shipped >= kept {
        whole(delivered + lost, Stage::Delivered, Stage::Shipped)
    } else if shipped > 0 {
        Stage::PartiallyShipped
    } else {
        match hold {
            Hold::New => Stage::Placed,
            Hold::Review => Stage::InReview,
            Hold::Payment => Stage::AwaitingPayment,
            Hold::None if picking => Stage::Picking,
            Hold::None => Stage::Cleared,
        }
    }
}

/// Where a parcel stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ParcelState {
    /// It is known what goes into it, and from where.
    Planned,
    /// Somebody fetches its goods.
    Picking,
    /// It is closed and waits for its carrier.
    Packed,
    /// On its way.
    Shipped,
    /// The customer has it.
    Delivered,
    /// It came back unopened.
    Returned,
    /// It will never arrive.
    Lost,
    /// It was not sent.
    Cancelled,
}

impl ParcelState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Planned,
        Self::Picking,
        Self::Packed,
        Self::Shipped,
        Self::Delivered,
        Self::Returned,
        Self::Lost,
        Self::Cancelled,
    ];

    /// As it is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Picking => "picking",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
            Self::Lost => "lost",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads what [`Self::name`] wrote.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it has not left yet, and will.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Planned | Self::Picking | Self::Packed)
    }

    /// Where it may get from here: the only moves there are.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Picking, Self::Packed, Self::Cancelled],
            Self::Picking => &[Self::Packed, Self::Cancelled],
            Self::Packed => &[Self::Shipped, Self::Cancelled],
            Self::Shipped => &[Self::Delivered, Self::Returned, Self::Lost],
            Self::Delivered | Self::Returned | Self::Lost | Self::Cancelled => &[],
        }
    }

    /// Moves there.
    ///
    /// # Errors
    /// 409 `parcel_state` when the table has no such move.
    pub fn moved(self, to: Self) -> Result<Self, Error> {
        if self.next().contains(&to) {
            return Ok(to);
        }
        let detail = format!("A parcel that is {} cannot become {}.", self.name(), to.name());
        let problem = Problem::new(StatusCode::CONFLICT, "parcel_state", "This parcel is further already");
        Err(problem.detail(detail).into())
    }
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
