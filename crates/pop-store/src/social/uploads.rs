//! Pictures that customers hand in. One is loose until a message or a review names it; then it waits to be handed to the
//! core, which has to have it before the event that names it.

use kiosk_edge_platform::{Database, Statement, Value};
use kiosk_ids::{EventId, ReviewId};

use super::SocialGuard;
use crate::StoreError;

/// Most pictures that an account keeps here at once.
pub const UPLOADS_MAX: u32 = 24;
/// A picture that waits for nothing is removed after this long, in milliseconds.
pub const UPLOAD_KEPT_MS: i64 = 24 * 3_600_000;
/// Most pictures that one [`prune`] removes.
pub const PRUNED_UPLOADS_MAX: u32 = 50;
/// Bytes of a picture in one row.
const PART_BYTES_MAX: usize = 1_000_000;

/// A picture as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// File ending that tells the media type.
    pub ext: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Stores a picture of `account` under the hash of its bytes; one that is there already stays as it is.
///
/// # Errors
/// [`SocialGuard::UploadsInBounds`], or when the database fails.
pub async fn put(
    db: &dyn Database,
    account: &str,
    hash: &str,
    upload: &Upload,
    now_ms: i64,
) -> Result<(), StoreError> {
    let guard = SocialGuard::UploadsInBounds
        .unless("(SELECT COUNT(*) FROM upload WHERE account = ?1 AND hash <> ?2) >= ?3");
    let insert = Statement::new(
        "INSERT INTO upload (account, hash, ext, state, created_ms) VALUES (?1, ?2, ?3, 'loose', ?4)
         ON CONFLICT (account, hash) DO UPDATE SET created_ms = excluded.created_ms WHERE state = 'loose'",
    );
    let mut batch = vec![
        guard.bind(account).bind(hash).bind(UPLOADS_MAX),
        insert.bind(account).bind(hash).bind(upload.ext.as_str()).bind(now_ms),
    ];
    for (number, part) in upload.bytes.chunks(PART_BYTES_MAX).enumerate() {
        let insert = Statement::new(
            "INSERT INTO upload_part (account, hash, part, bytes) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        );
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        batch.push(insert.bind(account).bind(hash).bind(number).bind(part.to_vec()));
    }
    db.batch(batch).await?;
    Ok(())
}

/// The picture `hash` of `account`.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, account: &str, hash: &str) -> Result<Option<Upload>, StoreError> {
    let select = Statement::new(
        "SELECT u.ext, p.bytes FROM upload u JOIN upload_part p ON p.account = u.account AND p.hash = u.hash
         WHERE u.account = ?1 AND u.hash = ?2 AND u.state <> 'refused' ORDER BY p.part",
    );
    let mut upload: Option<Upload> = None;
    for mut row in db.query(select.bind(account).bind(hash)).await? {
        let ext = row.take_text(0)?;
        let Some(Value::Blob(bytes)) = row.0.pop() else { continue };
        match &mut upload {
            None => upload = Some(Upload { ext, bytes }),
            Some(upload) => upload.bytes.extend(bytes),
        }
    }
    Ok(upload)
}

/// Statements that make the pictures `hashes` of `account` wait for the core before `event`. What is neither the
/// account's nor in its review `kept` breaks the batch by [`SocialGuard::UploadsAreThere`].
pub(super) fn attach(
    account: &str,
    hashes: &[String],
    kept: Option<&ReviewId>,
    event: &EventId,
) -> Result<Vec<Statement>, StoreError> {
    if hashes.is_empty() {
        return Ok(Vec::new());
    }
    let listed = serde_json::to_string(hashes)?;
    let guard = SocialGuard::UploadsAreThere.unless(
        "EXISTS (SELECT 1 FROM json_each(?2) named
           WHERE NOT EXISTS (SELECT 1 FROM upload u
               WHERE u.account = ?1 AND u.hash = named.value AND u.state <> 'refused')
             AND NOT EXISTS (SELECT 1 FROM own_review r, json_each(r.uploads) old
               WHERE r.id = ?3 AND r.account = ?1 AND old.value = named.value))",
    );
    let wait = Statement::new(
        "UPDATE upload SET state = 'waiting', event_id = ?3
         WHERE account = ?1 AND state = 'loose' AND hash IN (SELECT value FROM json_each(?2))",
    );
    Ok(vec![
        guard.bind(account).bind(listed.as_str()).bind(kept.map(ReviewId::as_str)),
        wait.bind(account).bind(listed).bind(event.as_str()),
    ])
}

/// Account and hash of up to `limit` pictures that wait to be handed in, those of the oldest events first.
///
/// # Errors
/// When the database fails.
pub async fn waiting(db: &dyn Database, limit: u32) -> Result<Vec<(String, String)>, StoreError> {
    let select = Statement::new(
        "SELECT u.account, u.hash FROM upload u LEFT JOIN outbox o ON o.id = u.event_id
         WHERE u.state = 'waiting' ORDER BY o.seq, u.hash LIMIT ?1",
    );
    let rows = db.query(select.bind(limit)).await?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// Remembers that the core has taken or refused a picture; what was refused is dropped.
#[must_use]
pub fn handed_in(account: &str, hash: &str, taken: bool) -> Vec<Statement> {
    let state =
        Statement::new("UPDATE upload SET state = ?3, event_id = NULL WHERE account = ?1 AND hash = ?2");
    let state = state.bind(account).bind(hash).bind(if taken { "handed" } else { "refused" });
    if taken {
        return vec![state];
    }
    let drop = Statement::new("DELETE FROM upload_part WHERE account = ?1 AND hash = ?2");
    vec![state, drop.bind(account).bind(hash)]
}

/// Removes up to [`PRUNED_UPLOADS_MAX`] pictures older than [`UPLOAD_KEPT_MS`] that the core does not wait for.
#[must_use]
pub fn prune(now_ms: i64) -> [Statement; 2] {
    const OLD: &str = "SELECT account, hash FROM upload WHERE state <> 'waiting' AND created_ms < ?1
        ORDER BY created_ms, account, hash LIMIT ?2";
    // Parts first: they are found by what they belong to.
    [
        format!("DELETE FROM upload_part WHERE (account, hash) IN ({OLD})"),
        format!("DELETE FROM upload WHERE (account, hash) IN ({OLD})"),
    ]
    .map(|sql| Statement::new(sql).bind(now_ms - UPLOAD_KEPT_MS).bind(PRUNED_UPLOADS_MAX))
}
