//! Customers' own reviews. One that was written at another POP of the region is known once the feed shows it.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::{EventId, ProductId, ReviewId};
use kiosk_privacy::Masked;
use kiosk_wire::{EventBody, Picture, ReviewRecord};

use super::{CHANGE_AGAIN_MS, SocialGuard, uploads};
use crate::{StoreError, outbox};

/// State of one that was taken back and that the feed may still show.
const WITHDRAWN: &str = "withdrawn";

/// One's own review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnReview {
    /// Identifier.
    pub id: ReviewId,
    /// 1 to 5.
    pub stars: u8,
    /// A line.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// SHA-256, hex, of its pictures as they were handed in.
    pub uploads: Vec<String>,
    /// Its pictures as the core made them.
    pub pictures: Vec<Picture>,
    /// When it was written or changed, Unix milliseconds.
    pub written_ms: i64,
    /// `waiting`, `published`, or `removed` by a moderator.
    pub state: String,
}

/// The review `id`, as it was written here or is published; `None` when there is none or it was taken back.
///
/// # Errors
/// When the database fails.
pub async fn get(db: &dyn Database, id: &ReviewId) -> Result<Option<OwnReview>, StoreError> {
    Ok(list(db, std::slice::from_ref(id)).await?.pop())
}

/// Those of the reviews `ids` that there are, as [`get`] answers each, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &dyn Database, ids: &[ReviewId]) -> Result<Vec<OwnReview>, StoreError> {
    // What was written here stands for what is published, also when it was taken back.
    let select = Statement::new(
        "SELECT id, stars, title, body, uploads, pictures, written_ms, state FROM own_review
           WHERE id IN (SELECT value FROM json_each(?1)) AND state <> ?2
         UNION ALL SELECT r.id, r.doc ->> 'stars', r.doc ->> 'title', r.doc ->> 'body', '[]', r.doc ->> 'pictures',
             r.written_ms, 'published' FROM review r
           WHERE r.id IN (SELECT value FROM json_each(?1))
             AND NOT EXISTS (SELECT 1 FROM own_review o WHERE o.id = r.id)
         ORDER BY 1",
    );
    let names: Vec<&str> = ids.iter().map(ReviewId::as_str).collect();
    let rows = db.query(select.bind(serde_json::to_string(&names)?).bind(WITHDRAWN)).await?;
    let reviews = rows.iter().map(|row| {
        Ok(OwnReview {
            id: ReviewId::parse(row.get(0)?)?,
            stars: u8::try_from(row.get::<u32>(1)?).unwrap_or(0),
            title: row.get(2)?,
            body: row.get(3)?,
            uploads: serde_json::from_str(row.get(4)?)?,
            pictures: serde_json::from_str(row.get(5)?)?,
            written_ms: row.get(6)?,
            state: row.get(7)?,
        })
    });
    reviews.collect()
}

/// A review that is written or changed.
#[derive(Clone, Debug)]
pub struct NewReview<'a> {
    /// Identifier.
    pub id: &'a ReviewId,
    /// Who.
    pub account: &'a str,
    /// The product.
    pub product: &'a ProductId,
    /// 1 to 5.
    pub stars: u8,
    /// A line.
    pub title: Masked,
    /// The text.
    pub body: Masked,
    /// SHA-256, hex, of the account's pictures, or of those the review has.
    pub uploads: &'a [String],
    /// Unix milliseconds.
    pub now_ms: i64,
    /// Names the event.
    pub event: &'a EventId,
}

/// Writes a review: it waits for the core, and its pictures with it. All or nothing.
///
/// # Errors
/// A constraint that names a [`SocialGuard`], or when the database fails.
pub async fn put(db: &dyn Database, review: NewReview<'_>) -> Result<(), StoreError> {
    let NewReview { id, account, product, stars, uploads: hashes, now_ms, event, .. } = review;
    let delivered = SocialGuard::ProductWasDelivered.unless(
        "NOT EXISTS (SELECT 1 FROM purchase WHERE account = ?1 AND product_id = ?2 AND delivered = 1)",
    );
    let insert = Statement::new(
        "INSERT INTO own_review (id, account, product_id, stars, title, body, uploads, pictures, written_ms, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '[]', ?8, 'waiting')
         ON CONFLICT (id) DO UPDATE SET stars = excluded.stars, title = excluded.title, body = excluded.body,
           uploads = excluded.uploads, written_ms = excluded.written_ms, state = 'waiting'",
    );
    let again = SocialGuard::ChangesInBounds
        .unless("EXISTS (SELECT 1 FROM own_review WHERE id = ?1 AND written_ms > ?2)");
    // The guards look at the pictures the review has until now.
    let mut batch = vec![
        delivered.bind(account).bind(product.as_str()),
        again.bind(id.as_str()).bind(now_ms - CHANGE_AGAIN_MS),
    ];
    batch.extend(uploads::attach(account, hashes, Some(id), event)?);
    batch.push(
        insert
            .bind(id.as_str())
            .bind(account)
            .bind(product.as_str())
            .bind(stars)
            .bind(review.title.as_str())
            .bind(review.body.as_str())
            .bind(serde_json::to_string(hashes)?)
            .bind(now_ms),
    );
    let record = ReviewRecord {
        id: id.clone(),
        account: account.to_owned(),
        product: product.clone(),
        stars,
        title: review.title.into(),
        body: review.body.into(),
        uploads: hashes.to_vec(),
        written_ms: now_ms,
    };
    batch.push(outbox::append(event, now_ms, &EventBody::ReviewWritten(Box::new(record)))?);
    db.batch(batch).await?;
    Ok(())
}

/// Takes the review `id`, which `account` wrote of `product`, back.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(
    db: &dyn Database,
    id: &ReviewId,
    (account, product): (&str, &ProductId),
    event: &EventId,
    now_ms: i64,
) -> Result<(), StoreError> {
    // Remembered, so that the published one is not taken for one's own until the feed takes it away.
    let remove = Statement::new(
        "INSERT INTO own_review (id, account, product_id, stars, title, body, uploads, pictures, written_ms, state)
         VALUES (?1, ?2, ?3, 0, '', '', '[]', '[]', ?4, ?5)
         ON CONFLICT (id) DO UPDATE SET stars = 0, title = '', body = '', uploads = '[]', pictures = '[]',
           written_ms = excluded.written_ms, state = excluded.state",
    );
    let remove = remove.bind(id.as_str()).bind(account).bind(product.as_str()).bind(now_ms).bind(WITHDRAWN);
    let told = outbox::append(event, now_ms, &EventBody::ReviewWithdrawn { id: id.clone() })?;
    db.batch(vec![remove, told]).await?;
    Ok(())
}
