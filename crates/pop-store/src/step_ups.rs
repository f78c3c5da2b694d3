//! Codes by mail that a doubtful checkout asks for: which cart waits for one, until when, and how often it was tried.
//!
//! The code itself is nowhere stored: it is derived from [`StepUp::nonce`] under a key of the region.

use kiosk_edge_platform::{Database, Row, Statement};

use crate::StoreError;

/// How long a code is good, in milliseconds.
pub const CODE_KEPT_MS: i64 = 15 * 60_000;
/// Most codes that are sent for one cart within [`CODE_KEPT_MS`].
pub const CODES_SENT_MAX: u32 = 3;
/// Most codes that are sent to one address within [`CODE_KEPT_MS`], whatever carts ask for them.
pub const CODES_TO_ADDRESS_MAX: u32 = 6;
/// Most tries at one code. With a million codes somebody guesses one cart in sixty thousand.
pub const TRIES_MAX: u32 = 5;
/// Most rows that one [`prune`] removes.
const PRUNED_ROWS_MAX: u32 = 500;

/// The table, one migration. `due_ms` is when the mail is to go, null once it went.
pub(crate) const SCHEMA: [&str; 4] = [
    "CREATE TABLE step_up (
        cart_id TEXT PRIMARY KEY, customer TEXT NOT NULL, nonce TEXT NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
        expires_ms INTEGER NOT NULL, sent INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
        passed INTEGER NOT NULL DEFAULT 0, mail_tries INTEGER NOT NULL DEFAULT 0, due_ms INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX step_up_due ON step_up (due_ms) WHERE due_ms IS NOT NULL",
    "CREATE INDEX step_up_by_customer ON step_up (customer, expires_ms)",
    "CREATE INDEX step_up_by_age ON step_up (expires_ms)",
];

/// A cart that waits for its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepUp {
    /// Pseudonym of the address that the code went to: the code of one address is none of another.
    pub customer: String,
    /// What the code is derived from.
    pub nonce: String,
    /// Until when the code is good, Unix milliseconds.
    pub expires_ms: i64,
    /// How many codes were sent.
    pub sent: u32,
    /// How often the code was tried.
    pub tries: u32,
    /// Whether it was right.
    pub passed: bool,
}

/// What `cart` waits for, unless that is over.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, cart: &str, now_ms: i64) -> Result<Option<StepUp>, StoreError> {
    let select = Statement::new(
        "SELECT customer, nonce, expires_ms, sent, tries, passed FROM step_up WHERE cart_id = ?1 AND expires_ms > ?2",
    );
    let read = |row: &Row| {
        Ok(StepUp {
            customer: row.get(0)?,
            nonce: row.get(1)?,
            expires_ms: row.get(2)?,
            sent: row.get(3)?,
            tries: row.get(4)?,
            passed: row.get::<i64>(5)? != 0,
        })
    };
    db.query(select.bind(cart).bind(now_ms)).await?.first().map(read).transpose()
}

/// A code to send.
#[derive(Clone, Copy, Debug)]
pub struct NewCode<'a> {
    /// The cart that it is for.
    pub cart: &'a str,
    /// Pseudonym of the address.
    pub customer: &'a str,
    /// What the code is derived from, never used before.
    pub nonce: &'a str,
    /// Who is greeted. Stays in the region, and here until the code is over.
    pub name: &'a str,
    /// Where it goes. Stays in the region, and here until the code is over.
    pub email: &'a str,
    /// Unix milliseconds.
    pub now_ms: i64,
}

/// Has a code sent in place of any other of the cart, unless too many were.
///
/// # Errors
/// When the database fails.
pub async fn put(db: &dyn Database, code: NewCode<'_>) -> Result<(), StoreError> {
    // A row that is over is as if it were not there; one that is not keeps its end, so that codes are few for all of it.
    let insert = Statement::new(
        "INSERT INTO step_up (cart_id, customer, nonce, name, email, expires_ms, sent, due_ms)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 + ?7, 1, ?6
         WHERE (SELECT COALESCE(SUM(sent), 0) FROM step_up WHERE customer = ?2 AND expires_ms > ?6) < ?9
         ON CONFLICT (cart_id) DO UPDATE SET customer = excluded.customer, nonce = excluded.nonce, name = excluded.name,
           email = excluded.email, passed = 0, tries = 0, mail_tries = 0, due_ms = excluded.due_ms,
           sent = CASE WHEN step_up.expires_ms > ?6 THEN step_up.sent + 1 ELSE 1 END,
           expires_ms = CASE WHEN step_up.expires_ms > ?6 THEN step_up.expires_ms ELSE excluded.expires_ms END
         WHERE step_up.expires_ms <= ?6 OR step_up.sent < ?8",
    );
    let NewCode { cart, customer, nonce, name, email, now_ms } = code;
    let insert = insert.bind(cart).bind(customer).bind(nonce).bind(name).bind(email).bind(now_ms);
    db.batch(vec![insert.bind(CODE_KEPT_MS).bind(CODES_SENT_MAX).bind(CODES_TO_ADDRESS_MAX)]).await?;
    Ok(())
}

/// Counts a try at the code of `nonce` before it is compared, and whether it may be compared.
///
/// # Errors
/// When the database fails.
pub async fn count_try(db: &dyn Database, cart: &str, step_up: &StepUp) -> Result<bool, StoreError> {
    if step_up.tries >= TRIES_MAX {
        return Ok(false);
    }
    let guard = "INSERT INTO guard (broken) SELECT 'guesses_have_room' WHERE NOT EXISTS \
         (SELECT 1 FROM step_up WHERE cart_id = ?1 AND nonce = ?2 AND tries < ?3)";
    let guard = Statement::new(guard).bind(cart).bind(step_up.nonce.as_str()).bind(TRIES_MAX);
    let count = Statement::new("UPDATE step_up SET tries = tries + 1 WHERE cart_id = ?1").bind(cart);
    match db.batch(vec![guard, count]).await.map_err(StoreError::from) {
        Ok(()) => Ok(true),
        Err(error) if crate::guard::Guard::GuessesHaveRoom.broke(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The code was right: the cart may be ordered with this address until the code is over.
///
/// # Errors
/// When the database fails.
pub async fn pass(db: &dyn Database, cart: &str, nonce: &str) -> Result<(), StoreError> {
    let update =
        Statement::new("UPDATE step_up SET passed = 1, due_ms = NULL WHERE cart_id = ?1 AND nonce = ?2");
    db.batch(vec![update.bind(cart).bind(nonce)]).await?;
    Ok(())
}

/// A code whose mail is due.
#[derive(Clone, Debug)]
pub struct DueCode {
    /// The cart.
    pub cart: String,
    /// What the code is derived from.
    pub nonce: String,
    /// Who is greeted.
    pub name: String,
    /// Where it goes.
    pub email: String,
    /// Failures so far.
    pub tries: u32,
}

/// Up to `limit` codes whose mail is due, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list_due(db: &dyn Database, now_ms: i64, limit: u32) -> Result<Vec<DueCode>, StoreError> {
    let select = Statement::new(
        "SELECT cart_id, nonce, name, email, mail_tries FROM step_up WHERE due_ms <= ?1 AND expires_ms > ?1 \
         ORDER BY due_ms LIMIT ?2",
    );
    let rows = db.query(select.bind(now_ms).bind(limit)).await?;
    let read = |row: &Row| {
        Ok(DueCode {
            cart: row.get(0)?,
            nonce: row.get(1)?,
            name: row.get(2)?,
            email: row.get(3)?,
            tries: row.get(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Takes a code to send it: it is due again at `again_ms` if nobody says that it went. Two that take it at once send the
/// same code twice.
#[must_use]
pub fn take(code: &DueCode, again_ms: i64) -> Statement {
    Statement::new(
        "UPDATE step_up SET mail_tries = mail_tries + 1, due_ms = ?3 WHERE cart_id = ?1 AND nonce = ?2",
    )
    .bind(code.cart.as_str())
    .bind(code.nonce.as_str())
    .bind(again_ms)
}

/// The mail went, or nobody takes it.
#[must_use]
pub fn close(code: &DueCode) -> Statement {
    Statement::new("UPDATE step_up SET due_ms = NULL WHERE cart_id = ?1 AND nonce = ?2")
        .bind(code.cart.as_str())
        .bind(code.nonce.as_str())
}

/// Removes up to [`PRUNED_ROWS_MAX`] codes that are over, with the addresses they went to.
#[must_use]
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM step_up WHERE cart_id IN (SELECT cart_id FROM step_up WHERE expires_ms <= ?1 ORDER BY expires_ms LIMIT ?2)",
    )
    .bind(now_ms)
    .bind(PRUNED_ROWS_MAX)
}
