//! The vault's tables.

use kiosk_edge_platform::{Database, DbError, Statement};

use super::{attempts, clients, links, nonces, registrations, sessions};

/// One migration after the other; never edit one that was released.
const MIGRATIONS: &[&[&str]] = &[FIRST, SHARED, SCORED];

const FIRST: &[&str] = &[
    // `lookup` is the keyed hash of the e-mail address; `sealed` holds name, address and telephone number.
    "CREATE TABLE account (
        id TEXT PRIMARY KEY, lookup TEXT NOT NULL UNIQUE, sealed BLOB NOT NULL, password TEXT NOT NULL,
        created_ms INTEGER NOT NULL, verified_ms INTEGER
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE session (
        token_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        created_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX session_by_account ON session (account)",
    "CREATE INDEX session_by_expiry ON session (expires_ms)",
    // What a mail's link does: one of each kind for an account, used once.
    "CREATE TABLE link (
        account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE, kind TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE, sealed BLOB, expires_ms INTEGER NOT NULL,
        PRIMARY KEY (account, kind)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX link_by_expiry ON link (expires_ms)",
    "CREATE TABLE address (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        sealed BLOB NOT NULL, changed_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX address_by_account ON address (account, id)",
    // What was tried in a row with an e-mail address, whether or not there is such an account.
    "CREATE TABLE attempt (
        what TEXT PRIMARY KEY, tries INTEGER NOT NULL, blocked_until_ms INTEGER NOT NULL,
        changed_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX attempt_by_age ON attempt (changed_ms)",
    // Passwords that are hashed now.
    "CREATE TABLE hashing (slot INTEGER PRIMARY KEY, holder TEXT NOT NULL, until_ms INTEGER NOT NULL) STRICT",
    // Always empty: a broken precondition is inserted, which undoes the batch.
    "CREATE TABLE guard (
        broken TEXT NOT NULL,
        CONSTRAINT link_is_there CHECK (broken <> 'link_is_there'),
        CONSTRAINT addresses_have_room CHECK (broken <> 'addresses_have_room')
    ) STRICT",
    // Mails that wait for the provider.
    "CREATE TABLE mail (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        sealed BLOB NOT NULL, due_ms INTEGER NOT NULL, tries INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX mail_due ON mail (due_ms)",
    "CREATE TABLE pruned (id INTEGER PRIMARY KEY CHECK (id = 1), at_ms INTEGER NOT NULL) STRICT",
];

const SHARED: &[&str] = &[
    // Signatures of requests that POPs of the region forwarded: each is good once.
    "CREATE TABLE nonce (nonce TEXT PRIMARY KEY, expires_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE INDEX nonce_by_expiry ON nonce (expires_ms)",
    // What clients used up of what they may do, by a keyed hash of their address: `used_until_ms` runs ahead of the
    // clock by what each request costs, and may run ten minutes ahead.
    "CREATE TABLE client (
        what TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, used_until_ms INTEGER NOT NULL,
        CONSTRAINT client_has_room CHECK (used_until_ms - at_ms <= 600000)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX client_by_use ON client (used_until_ms)",
    // `public_key` is the point, uncompressed; `sealed` holds the name that its owner gave it.
    "CREATE TABLE passkey (
        id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
        credential BLOB NOT NULL, public_key BLOB NOT NULL, sealed BLOB NOT NULL, sign_count INTEGER NOT NULL,
        created_ms INTEGER NOT NULL, used_ms INTEGER,
        nth INTEGER NOT NULL, CONSTRAINT passkeys_have_room CHECK (nth <= 10)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX passkey_by_account ON passkey (account, id)",
];

const SCORED: &[&str] = &[
    // Who asked for an account, also when none was opened, by keyed hashes: of the client's network (none where the host
    // does not know it), of the address's letters and domain, and of the domain.
    "CREATE TABLE registration (
        id TEXT PRIMARY KEY, at_ms INTEGER NOT NULL, client TEXT, alike TEXT NOT NULL, domain TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX registration_by_age ON registration (at_ms)",
    "CREATE INDEX registration_by_client ON registration (client, at_ms)",
    "CREATE INDEX registration_by_alike ON registration (alike, at_ms)",
    "CREATE INDEX registration_by_domain ON registration (domain, at_ms)",
    // Orders of an account whose registration was doubtful are stepped up until then; 0 for never.
    "ALTER TABLE account ADD COLUMN watched_until_ms INTEGER NOT NULL DEFAULT 0",
];

/// Brings the vault to this version's schema.
///
/// # Errors
/// When the database cannot be reached.
pub async fn migrate(db: &dyn Database) -> Result<(), DbError> {
    kiosk_edge_platform::migrate(db, MIGRATIONS).await
}

/// How often what is of no more use is removed, in milliseconds.
const PRUNE_MS: i64 = 10 * 60_000;

/// Whether it is time to remove what is of no more use.
pub async fn prune_is_due(db: &dyn Database, now_ms: i64) -> Result<bool, DbError> {
    let rows = db.query(Statement::new("SELECT at_ms FROM pruned")).await?;
    let at_ms = rows.first().map_or(Ok(0), |row| row.get::<i64>(0))?;
    Ok(!(0..PRUNE_MS).contains(&(now_ms - at_ms)))
}

/// Removes what is of no more use.
pub fn prune(now_ms: i64) -> Vec<Statement> {
    vec![
        sessions::prune(now_ms),
        links::prune(now_ms),
        attempts::prune(now_ms),
        clients::prune(now_ms),
        nonces::prune(now_ms),
        registrations::prune(now_ms),
        Statement::new(
            "INSERT INTO pruned (id, at_ms) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at_ms = ?1",
        )
        .bind(now_ms),
    ]
}
