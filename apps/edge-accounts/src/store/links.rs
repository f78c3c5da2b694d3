//! Links in mails: each is used once, expires, and is replaced by the next of its kind.

use kiosk_edge_platform::{Database, DbError, Statement};
use kiosk_ids::CustomerId;

use super::accounts::{self, Account};

/// What a link does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Verifies the address of a new account.
    Verify,
    /// Sets another password.
    Reset,
    /// Changes to the address that it was sent to.
    Email,
}

impl Kind {
    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::Email => "email",
        }
    }

    /// How long it can be used, in milliseconds.
    pub const fn lasts_ms(self) -> i64 {
        match self {
            Self::Verify => 24 * 3_600_000,
            Self::Reset | Self::Email => 3_600_000,
        }
    }
}

/// A link that can be used: its account, and what was sealed with it.
pub struct Link {
    /// Whose it is.
    pub account: Account,
    /// The new address of [`Kind::Email`], sealed.
    pub sealed: Option<Vec<u8>>,
}

/// The link of this kind with this token.
pub async fn find(
    db: &dyn Database,
    kind: Kind,
    token_hash: &str,
    now_ms: i64,
) -> Result<Option<Link>, DbError> {
    let rest =
        "JOIN link l ON l.account = a.id WHERE l.token_hash = ?1 AND l.kind = ?2 AND l.expires_ms > ?3";
    let mut statement = accounts::select(rest);
    statement.sql = statement.sql.replacen(" FROM ", ", l.sealed FROM ", 1).into();
    let rows = db.query(statement.bind(token_hash).bind(kind.name()).bind(now_ms)).await?;
    let read = |row: &kiosk_edge_platform::Row| {
        let sealed = row.get::<Option<&[u8]>>(accounts::COLUMNS_COUNT)?;
        Ok(Link { account: accounts::read(row)?, sealed: sealed.map(<[u8]>::to_vec) })
    };
    rows.first().map(read).transpose()
}

/// A new link; the one before it cannot be used any more.
pub fn put(
    account: &CustomerId,
    kind: Kind,
    token_hash: String,
    sealed: Option<Vec<u8>>,
    now_ms: i64,
) -> Statement {
    Statement::new(
        "INSERT INTO link (account, kind, token_hash, sealed, expires_ms) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, kind) DO UPDATE SET token_hash = excluded.token_hash, sealed = excluded.sealed,
           expires_ms = excluded.expires_ms",
    )
    .bind(account.as_str())
    .bind(kind.name())
    .bind(token_hash)
    .bind(sealed)
    .bind(now_ms + kind.lasts_ms())
}

/// Uses a link up, in the batch of what it does. Of two requests with one link the second fails by `link_is_there`.
pub fn take(kind: Kind, token_hash: &str) -> [Statement; 2] {
    [
        Statement::new(
            "INSERT INTO guard (broken) SELECT 'link_is_there'
             WHERE NOT EXISTS (SELECT 1 FROM link WHERE token_hash = ?1 AND kind = ?2)",
        )
        .bind(token_hash)
        .bind(kind.name()),
        Statement::new("DELETE FROM link WHERE token_hash = ?1").bind(token_hash),
    ]
}

/// Removes what has expired.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new("DELETE FROM link WHERE expires_ms <= ?1").bind(now_ms)
}
