//! The POP's database: its schema and every query on it.
//!
//! Reads are one statement; writes are atomic batches whose preconditions are constraints of the schema, because that
//! is what Spin's SQLite, D1 and a file have in common (see `kiosk_edge_platform::db`).

pub mod carts;
pub mod catalog;
pub mod checkout;
pub mod claims;
pub mod discounts;
pub mod guard;
pub mod idempotency;
pub mod incarnation;
pub mod leases;
pub mod loyalty;
pub mod mails;
pub mod media;
pub mod meta;
pub mod models;
pub mod order_states;
pub mod orders;
pub mod outbox;
pub mod payments;
pub mod returns;
pub mod schema;
pub mod social;
pub mod standings;
pub mod step_ups;
pub mod sync;
pub mod velocity;

use kiosk_edge_platform::DbError;

/// A query or a batch on the POP's database failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database said no.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A stored document is not what this version writes.
    #[error("a stored document cannot be read")]
    Document(#[from] serde_json::Error),
    /// A stored identifier is not one.
    #[error("a stored identifier cannot be read")]
    Id(#[from] kiosk_ids::InvalidId),
    /// A stored amount has an unknown currency.
    #[error("a stored currency is unknown: {0}")]
    Currency(String),
}

/// Where a page that goes back in time ended: its last row. The next page has what is older.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Before {
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Identifier of the row.
    pub id: String,
}

/// The last moment that every host can count to, Unix milliseconds: D1 takes the integers of JavaScript.
const TIME_MS_MAX: i64 = (1 << 53) - 1;

impl Before {
    /// Binds time and identifier; without a cursor, ones that are later than any row's.
    fn bind(
        cursor: Option<&Self>,
        statement: kiosk_edge_platform::Statement,
    ) -> kiosk_edge_platform::Statement {
        let (at_ms, id) = cursor.map_or((TIME_MS_MAX, ""), |cursor| (cursor.at_ms, cursor.id.as_str()));
        // A cursor comes from a client, who may have made it up.
        statement.bind(at_ms.clamp(0, TIME_MS_MAX)).bind(id)
    }
}

/// The currency of a stored code.
///
/// # Errors
/// [`StoreError::Currency`].
pub fn currency_of(code: &str) -> Result<kiosk_money::Currency, StoreError> {
    kiosk_money::Currency::from_code(code).ok_or_else(|| StoreError::Currency(code.to_owned()))
}
