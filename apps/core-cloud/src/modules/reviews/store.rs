//! Tables `reviews_reviews`, `reviews_ratings`.

use std::collections::{HashMap, HashSet};

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::rules::{Content, Entry, State};
use crate::db::{Conn, batches, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, account, product, vendor, state, reason, draft, shown, stars, answer, changed_ms";
/// What reviews may be sorted by.
const SORTS: &[(&str, &str)] = &[("changed", "changed_ms"), ("stars", "stars")];

/// Reviews by id.
pub async fn list_entries(conn: &mut Conn, ids: &[&str]) -> Result<HashMap<String, Entry>> {
    let mut found = HashMap::new();
    for ids in batches(ids, 1) {
        let sql =
            format!("SELECT {COLUMNS} FROM reviews_reviews WHERE id IN ({})", placeholders(1, ids.len()));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        for row in &query.fetch_all(&mut *conn).await? {
            let entry = entry_of(row)?;
            found.insert(entry.id.clone(), entry);
        }
    }
    Ok(found)
}

/// Which of these reviews are there.
pub async fn list_known(conn: &mut Conn, ids: &[&str]) -> Result<HashSet<String>> {
    Ok(list_entries(conn, ids).await?.into_keys().collect())
}

/// Writes reviews as they now are, each once.
pub async fn put_entries(conn: &mut Conn, entries: &[&Entry]) -> Result<()> {
    for rows in batches(entries, 11) {
        let sql = format!(
            "INSERT INTO reviews_reviews ({COLUMNS}) VALUES {} ON CONFLICT (id) DO UPDATE SET \
             vendor = excluded.vendor, state = excluded.state, reason = excluded.reason, draft = excluded.draft, \
             shown = excluded.shown, stars = excluded.stars, answer = excluded.answer, \
             changed_ms = excluded.changed_ms",
            tuples(rows.len(), 11)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for entry in rows {
            query = query.bind(&*entry.id).bind(&*entry.account).bind(&*entry.product).bind(&*entry.vendor);
            query = query.bind(entry.state.name()).bind(&*entry.reason).bind(json(entry.draft.as_ref()));
            query = query.bind(json(entry.shown.as_ref())).bind(i64::from(entry.stars().unwrap_or(0)));
            query = query.bind(entry.answer.as_deref()).bind(entry.changed_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

fn json(content: Option<&Content>) -> Option<String> {
    content.and_then(|content| serde_json::to_string(content).ok())
}

/// Adds to the ratings of products, each once, and returns how they now are.
pub async fn add_ratings(conn: &mut Conn, deltas: &[(&str, [i64; 5])]) -> Result<Vec<(String, [i64; 5])>> {
    let mut now = Vec::with_capacity(deltas.len());
    for rows in batches(deltas, 6) {
        let sql = format!(
            "INSERT INTO reviews_ratings (product, one, two, three, four, five) VALUES {} \
             ON CONFLICT (product) DO UPDATE SET one = reviews_ratings.one + excluded.one, \
             two = reviews_ratings.two + excluded.two, three = reviews_ratings.three + excluded.three, \
             four = reviews_ratings.four + excluded.four, five = reviews_ratings.five + excluded.five \
             RETURNING product, one, two, three, four, five",
            tuples(rows.len(), 6)
        );
        let mut query = sqlx::query_as::<_, (String, i64, i64, i64, i64, i64)>(AssertSqlSafe(sql));
        for (product, delta) in rows {
            query = query.bind(*product);
            for step in delta {
                query = query.bind(*step);
            }
        }
        let rows = query.fetch_all(&mut *conn).await?;
        now.extend(rows.into_iter().map(|(product, a, b, c, d, e)| (product, [a, b, c, d, e])));
    }
    Ok(now)
}

/// Reviews of a list: those of a vendor that the shop shows, or all.
pub async fn list_reviews(conn: &mut Conn, vendor: Option<&str>, list: &List) -> Result<Vec<Entry>> {
    let of_vendor = if vendor.is_some() { "vendor = $1 AND shown IS NOT NULL" } else { "$1 = ''" };
    let sql = format!(
        "SELECT {COLUMNS} FROM reviews_reviews WHERE {of_vendor} AND ($2 = '' OR state = $2) \
         AND (id LIKE $3 OR product LIKE $3 OR account LIKE $3 OR LOWER(COALESCE(draft, shown, '')) LIKE $3) \
         {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor.unwrap_or("")).bind(&*list.state);
    let query = query.bind(list.like()).bind(limit).bind(offset);
    query.fetch_all(conn).await?.iter().map(entry_of).collect()
}

/// Reviews that wait for a moderator, by the time since when, after one of them.
pub async fn list_waiting(conn: &mut Conn, after: (i64, &str), limit: i64) -> Result<Vec<Entry>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM reviews_reviews WHERE state = 'pending' AND (changed_ms > $1 OR (changed_ms = $1 AND id > $2)) \
         ORDER BY changed_ms, id LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(after.0).bind(after.1).bind(limit);
    query.fetch_all(conn).await?.iter().map(entry_of).collect()
}

fn entry_of(row: &AnyRow) -> Result<Entry> {
    let state: String = row.try_get("state")?;
    let content = |column| {
        let body: Option<String> = row.try_get(column)?;
        let decoded = body.map(|body| serde_json::from_str(&body)).transpose();
        decoded.map_err(|error| sqlx::Error::Decode(error.into()))
    };
    Ok(Entry {
        id: row.try_get("id")?,
        account: row.try_get("account")?,
        product: row.try_get("product")?,
        vendor: row.try_get("vendor")?,
        state: State::parse(&state).ok_or_else(|| sqlx::Error::Decode("no state of a review".into()))?,
        reason: row.try_get("reason")?,
        draft: content("draft")?,
        shown: content("shown")?,
        answer: row.try_get("answer")?,
        changed_ms: row.try_get("changed_ms")?,
    })
}
