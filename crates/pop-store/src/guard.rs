//! Preconditions of a write that no constraint of a table can state, such as "this version is still current".
//!
//! The table `guard` is always empty. A write inserts the name of a precondition into it exactly when that does not
//! hold, and a `CHECK` of that name refuses it, which undoes the write. While it holds nothing is inserted, so that a
//! guard costs a read and no write.

use kiosk_edge_platform::DbError;

use crate::StoreError;

/// The table: one `CHECK` for each [`Guard`].
pub(crate) const SCHEMA: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current'),
    CONSTRAINT customer_may_buy CHECK (broken <> 'customer_may_buy'),
    CONSTRAINT payments_have_room CHECK (broken <> 'payments_have_room'),
    CONSTRAINT payment_waits CHECK (broken <> 'payment_waits'),
    CONSTRAINT guesses_have_room CHECK (broken <> 'guesses_have_room'),
    CONSTRAINT gift_cards_have_room CHECK (broken <> 'gift_cards_have_room'),
    CONSTRAINT appeal_is_possible CHECK (broken <> 'appeal_is_possible')
) STRICT";

/// A precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The cart is there, and neither ordered nor merged into another.
    CartIsOpen,
    /// Nobody changed the cart since it was read.
    CartVersionIsCurrent,
    /// The cart has not more lines than it may.
    CartHasRoom,
    /// All lines of the cart are in one currency.
    CartHasOneCurrency,
    /// The core still holds the leased stock for this POP.
    LeasesHaveNotLapsed,
    /// The leased stock was not taken back and granted anew.
    LeaseEpochsAreCurrent,
    /// The buyer is not blocked.
    CustomerMayBuy,
    /// Not too many payments were started for the cart.
    PaymentsHaveRoom,
    /// The payment is not decided yet.
    PaymentWaits,
    /// Not too many codes were tried on the cart.
    GuessesHaveRoom,
    /// The cart has not more gift cards than it may.
    GiftCardsHaveRoom,
    /// The account is blocked and has made no appeal.
    AppealIsPossible,
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::CartIsOpen,
        Self::CartVersionIsCurrent,
        Self::CartHasRoom,
        Self::CartHasOneCurrency,
        Self::LeasesHaveNotLapsed,
        Self::LeaseEpochsAreCurrent,
        Self::CustomerMayBuy,
        Self::PaymentsHaveRoom,
        Self::PaymentWaits,
        Self::GuessesHaveRoom,
        Self::GiftCardsHaveRoom,
        Self::AppealIsPossible,
    ];

    /// Name of the `CHECK`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CartIsOpen => "cart_is_open",
            Self::CartVersionIsCurrent => "cart_version_is_current",
            Self::CartHasRoom => "cart_has_room",
            Self::CartHasOneCurrency => "cart_has_one_currency",
            Self::LeasesHaveNotLapsed => "leases_have_not_lapsed",
            Self::LeaseEpochsAreCurrent => "lease_epochs_are_current",
            Self::CustomerMayBuy => "customer_may_buy",
            Self::PaymentsHaveRoom => "payments_have_room",
            Self::PaymentWaits => "payment_waits",
            Self::GuessesHaveRoom => "guesses_have_room",
            Self::GiftCardsHaveRoom => "gift_cards_have_room",
            Self::AppealIsPossible => "appeal_is_possible",
        }
    }

    /// Whether this precondition undid the batch that failed with `error`.
    #[must_use]
    pub fn broke(self, error: &StoreError) -> bool {
        matches!(error, StoreError::Db(error @ DbError::Constraint(_)) if error.violates(self.name()))
    }
}

/// SQLite's integers are signed; versions and epochs count far below their limit.
pub(crate) fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_guard_has_its_check() {
        for guard in Guard::ALL {
            let check = format!("CONSTRAINT {0} CHECK (broken <> '{0}')", guard.name());
            assert!(SCHEMA.contains(&check), "{check}");
        }
        assert_eq!(SCHEMA.matches("CONSTRAINT").count(), Guard::ALL.len());
    }
}
