//! What customers write: rooms with their messages, reviews, and pictures for both.
//!
//! A room, a purchase and whatever vendors write come with the feed. What a customer writes here waits in the outbox, and
//! stands beside it as waiting until the feed tells it.

pub mod messages;
pub mod purchases;
pub mod reviews;
pub mod rooms;
pub mod uploads;

use kiosk_edge_platform::{DbError, Statement};

use crate::StoreError;

/// The tables, one migration.
pub(crate) const SCHEMA: [&str; 12] = [
    // A vendor of an order, and who bought. `read_ms` is how far the customer has read, here or at another POP.
    "CREATE TABLE room (
        order_id TEXT NOT NULL, vendor_id TEXT NOT NULL, account TEXT NOT NULL, titles TEXT NOT NULL,
        moved_ms INTEGER NOT NULL, closed_by TEXT, vendor_read_ms INTEGER NOT NULL DEFAULT 0,
        read_ms INTEGER NOT NULL DEFAULT 0, changed_ms INTEGER NOT NULL DEFAULT 0, reported_ms INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (order_id, vendor_id)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX room_by_account ON room (account, moved_ms DESC)",
    // One without a number waits for the core. `account` is whose it is among those written here.
    "CREATE TABLE message (
        place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, order_id TEXT NOT NULL, vendor_id TEXT NOT NULL,
        number INTEGER, sender TEXT NOT NULL, account TEXT, text TEXT NOT NULL, pictures TEXT NOT NULL,
        uploads TEXT NOT NULL, sent_ms INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX message_by_room ON message (order_id, vendor_id, number)",
    "CREATE INDEX message_by_account ON message (account, sent_ms) WHERE account IS NOT NULL",
    // What accounts bought, to know who may review what.
    "CREATE TABLE purchase (
        account TEXT NOT NULL, product_id TEXT NOT NULL, order_id TEXT NOT NULL, title TEXT NOT NULL,
        delivered INTEGER NOT NULL, PRIMARY KEY (account, product_id, order_id)
    ) STRICT, WITHOUT ROWID",
    // What was written here; one that is published is in the catalogue copy too.
    "CREATE TABLE own_review (
        id TEXT PRIMARY KEY, account TEXT NOT NULL, product_id TEXT NOT NULL, stars INTEGER NOT NULL, title TEXT NOT NULL,
        body TEXT NOT NULL, uploads TEXT NOT NULL, pictures TEXT NOT NULL, written_ms INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE upload (
        account TEXT NOT NULL, hash TEXT NOT NULL, ext TEXT NOT NULL, state TEXT NOT NULL, event_id TEXT,
        created_ms INTEGER NOT NULL, PRIMARY KEY (account, hash)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX upload_waiting ON upload (event_id) WHERE state = 'waiting'",
    "CREATE INDEX upload_by_age ON upload (created_ms)",
    // In parts, because D1 takes values of up to 2,000,000 bytes.
    "CREATE TABLE upload_part (
        account TEXT NOT NULL, hash TEXT NOT NULL, part INTEGER NOT NULL, bytes BLOB NOT NULL,
        PRIMARY KEY (account, hash, part)
    ) STRICT",
    SocialGuard::SCHEMA,
];

/// A precondition of a write, as [`crate::guard`] explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocialGuard {
    /// The room is the account's and nobody closed it.
    RoomIsOpen,
    /// The account has not written more than it may in a while.
    MessagesInBounds,
    /// The room was not reported a moment ago.
    ReportsInBounds,
    /// The pictures are the account's own and not refused.
    UploadsAreThere,
    /// The account does not keep more pictures than it may.
    UploadsInBounds,
    /// The account has a purchase of the product that was delivered.
    ProductWasDelivered,
    /// The room or the review was not changed a moment ago.
    ChangesInBounds,
}

impl SocialGuard {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RoomIsOpen,
        Self::MessagesInBounds,
        Self::ReportsInBounds,
        Self::UploadsAreThere,
        Self::UploadsInBounds,
        Self::ProductWasDelivered,
        Self::ChangesInBounds,
    ];

    const SCHEMA: &str = "CREATE TABLE social_guard (
        broken TEXT NOT NULL,
        CONSTRAINT room_is_open CHECK (broken <> 'room_is_open'),
        CONSTRAINT messages_in_bounds CHECK (broken <> 'messages_in_bounds'),
        CONSTRAINT reports_in_bounds CHECK (broken <> 'reports_in_bounds'),
        CONSTRAINT uploads_are_there CHECK (broken <> 'uploads_are_there'),
        CONSTRAINT uploads_in_bounds CHECK (broken <> 'uploads_in_bounds'),
        CONSTRAINT product_was_delivered CHECK (broken <> 'product_was_delivered'),
        CONSTRAINT changes_in_bounds CHECK (broken <> 'changes_in_bounds')
    ) STRICT";

    /// Name of the `CHECK`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RoomIsOpen => "room_is_open",
            Self::MessagesInBounds => "messages_in_bounds",
            Self::ReportsInBounds => "reports_in_bounds",
            Self::UploadsAreThere => "uploads_are_there",
            Self::UploadsInBounds => "uploads_in_bounds",
            Self::ProductWasDelivered => "product_was_delivered",
            Self::ChangesInBounds => "changes_in_bounds",
        }
    }

    /// The precondition that undid the batch that failed with `error`.
    #[must_use]
    pub fn broken(error: &StoreError) -> Option<Self> {
        let StoreError::Db(error @ DbError::Constraint(_)) = error else { return None };
        Self::ALL.into_iter().find(|guard| error.violates(guard.name()))
    }

    /// Refuses the batch where `condition`, a part of SQL with parameters from `?1` on, holds.
    fn unless(self, condition: &'static str) -> Statement {
        Statement::new(format!(
            "INSERT INTO social_guard (broken) SELECT '{}' WHERE {condition}",
            self.name()
        ))
    }
}

/// What a customer can change again and again can be changed this often, in milliseconds.
pub const CHANGE_AGAIN_MS: i64 = 2_000;

/// Whether the batch failed with `error` because the same idempotency key was answered meanwhile.
#[must_use]
pub fn was_answered(error: &StoreError) -> bool {
    matches!(error, StoreError::Db(error @ DbError::Constraint(_)) if error.violates("idempotency.scope"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_guard_has_its_check() {
        for guard in SocialGuard::ALL {
            let check = format!("CONSTRAINT {0} CHECK (broken <> '{0}')", guard.name());
            assert!(SocialGuard::SCHEMA.contains(&check), "{check}");
        }
        assert_eq!(SocialGuard::SCHEMA.matches("CONSTRAINT").count(), SocialGuard::ALL.len());
    }
}
