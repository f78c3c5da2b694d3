//! Preconditions of a batch that no constraint of a table can state, such as "this version is still current".
//!
//! The table `guard` is always empty. A statement of [`require`] inserts the name of a precondition into it exactly
//! when that does not hold, and a `CHECK` of that name refuses it, which undoes the batch. While it holds nothing is
//! inserted, so that a guard costs a read and no write.

use kiosk_edge_platform::{DbError, Statement};

use crate::StoreError;

/// The table: one `CHECK` for each [`Guard`].
pub(crate) const SCHEMA: &str = "CREATE TABLE guard (
    broken TEXT NOT NULL,
    CONSTRAINT cart_is_open CHECK (broken <> 'cart_is_open'),
    CONSTRAINT cart_version_is_current CHECK (broken <> 'cart_version_is_current'),
    CONSTRAINT cart_has_room CHECK (broken <> 'cart_has_room'),
    CONSTRAINT cart_has_one_currency CHECK (broken <> 'cart_has_one_currency'),
    CONSTRAINT leases_have_not_lapsed CHECK (broken <> 'leases_have_not_lapsed'),
    CONSTRAINT lease_epochs_are_current CHECK (broken <> 'lease_epochs_are_current')
) STRICT";

/// A precondition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The cart is there and not ordered yet.
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
}

impl Guard {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::CartIsOpen,
        Self::CartVersionIsCurrent,
        Self::CartHasRoom,
        Self::CartHasOneCurrency,
        Self::LeasesHaveNotLapsed,
        Self::LeaseEpochsAreCurrent,
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
        }
    }

    /// Whether this precondition undid the batch that failed with `error`.
    #[must_use]
    pub fn broke(self, error: &StoreError) -> bool {
        matches!(error, StoreError::Db(error @ DbError::Constraint(_)) if error.violates(self.name()))
    }
}

/// A statement that fails unless `condition` (SQL, with parameters from `?1` on) holds.
///
/// The text is built once for each call site, since it is the key under which a host keeps the prepared statement.
macro_rules! require {
    ($name:literal, $condition:literal) => {
        kiosk_edge_platform::Statement::new(concat!(
            "INSERT INTO guard (broken) SELECT '",
            $name,
            "' WHERE NOT (",
            $condition,
            ")"
        ))
    };
}

/// The cart is open.
pub(crate) fn cart_is_open(cart: &str) -> Statement {
    require!("cart_is_open", "EXISTS (SELECT 1 FROM cart WHERE id = ?1 AND order_id IS NULL)").bind(cart)
}

/// The cart has this version.
pub(crate) fn cart_version_is_current(cart: &str, version: u64) -> Statement {
    require!("cart_version_is_current", "EXISTS (SELECT 1 FROM cart WHERE id = ?1 AND version = ?2)")
        .bind(cart)
        .bind(integer(version))
}

/// The cart has at most `lines_max` lines.
pub(crate) fn cart_has_room(cart: &str, lines_max: u32) -> Statement {
    require!("cart_has_room", "(SELECT COUNT(*) FROM cart_line WHERE cart_id = ?1) <= ?2")
        .bind(cart)
        .bind(lines_max)
}

/// The cart is in this currency, or in none yet.
pub(crate) fn cart_has_one_currency(cart: &str, currency: &str) -> Statement {
    require!(
        "cart_has_one_currency",
        "EXISTS (SELECT 1 FROM cart WHERE id = ?1 AND COALESCE(currency, ?2) = ?2)"
    )
    .bind(cart)
    .bind(currency)
}

/// The leases run beyond `until_ms`.
pub(crate) fn leases_have_not_lapsed(until_ms: i64) -> Statement {
    require!(
        "leases_have_not_lapsed",
        "EXISTS (SELECT 1 FROM meta WHERE key = 'leases_expire_ms' AND CAST(value AS INTEGER) > ?1)"
    )
    .bind(until_ms)
}

/// Each of `takes` (a JSON array of objects with `item` and `epoch`) is from the epoch that holds.
pub(crate) fn lease_epochs_are_current(takes: &str) -> Statement {
    require!(
        "lease_epochs_are_current",
        "NOT EXISTS (SELECT 1 FROM json_each(?1) t WHERE NOT EXISTS (SELECT 1 FROM lease l
           WHERE l.item = t.value ->> 'item' AND l.epoch = t.value ->> 'epoch'))"
    )
    .bind(takes)
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
