//! Who asked for an account in the last days, by keyed hashes, to count it.

use kiosk_edge_platform::{Database, DbError, Statement};

/// An hour, in milliseconds.
const HOUR_MS: i64 = 3_600_000;
/// A day, in milliseconds.
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long a registration is counted, in milliseconds.
const COUNTED_MS: i64 = 7 * DAY_MS;
/// A count goes no further: what is more makes no difference, and somebody who sends floods shall not make counting dear.
const COUNT_MAX: u32 = 10_000;

/// What a registration is counted by.
pub struct Traits {
    /// Keyed hash of the client's network; `None` where the host does not know it, and nothing is counted by it.
    pub client: Option<String>,
    /// Keyed hash of the address's letters and domain.
    pub alike: String,
    /// Keyed hash of the domain.
    pub domain: String,
}

/// Other registrations, up to 10,000 each.
pub struct Counts {
    /// From the same network in the last hour.
    pub client_hour: u32,
    /// From the same network in the last day.
    pub client_day: u32,
    /// With an address of the same letters and domain in the last day.
    pub alike_day: u32,
    /// The same in the last seven days.
    pub alike_week: u32,
    /// With the same domain in the last hour.
    pub domain_hour: u32,
    /// All in the last hour.
    pub hour: u32,
}

/// Adds a registration under an id of its own, and counts the others. It is added first, so that of many at once each is
/// seen by the others.
pub async fn count(db: &dyn Database, id: &str, traits: &Traits, now_ms: i64) -> Result<Counts, DbError> {
    let insert = Statement::new(
        "INSERT INTO registration (id, at_ms, client, alike, domain) VALUES (?1, ?2, ?3, ?4, ?5)",
    );
    let (client, alike, domain) = (traits.client.as_deref(), traits.alike.as_str(), traits.domain.as_str());
    let insert = insert.bind(id).bind(now_ms).bind(client).bind(alike).bind(domain);
    db.batch(vec![insert]).await?;
    let others = |by: &str| {
        format!("(SELECT COUNT(*) FROM (SELECT 1 FROM registration WHERE {by} AND id <> ?1 LIMIT ?8))")
    };
    let counts = [
        "client = ?2 AND at_ms > ?5",
        "client = ?2 AND at_ms > ?6",
        "alike = ?3 AND at_ms > ?6",
        "alike = ?3 AND at_ms > ?7",
        "domain = ?4 AND at_ms > ?5",
        "at_ms > ?5",
    ];
    let select = Statement::new(format!("SELECT {}", counts.map(others).join(", ")));
    let select = select.bind(id).bind(client).bind(alike).bind(domain);
    let since = [HOUR_MS, DAY_MS, COUNTED_MS].map(|window_ms| now_ms - window_ms);
    let rows = db.query(since.into_iter().fold(select, Statement::bind).bind(COUNT_MAX)).await?;
    let row = rows.first().ok_or_else(|| DbError::Host("counts without a row".to_owned()))?;
    Ok(Counts {
        client_hour: row.get(0)?,
        client_day: row.get(1)?,
        alike_day: row.get(2)?,
        alike_week: row.get(3)?,
        domain_hour: row.get(4)?,
        hour: row.get(5)?,
    })
}

/// Removes those that are not counted any more.
pub fn prune(now_ms: i64) -> Statement {
    Statement::new(
        "DELETE FROM registration WHERE id IN (SELECT id FROM registration WHERE at_ms <= ?1 LIMIT 10000)",
    )
    .bind(now_ms - COUNTED_MS)
}
