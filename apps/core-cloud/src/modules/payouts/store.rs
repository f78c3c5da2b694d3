//! Tables `payouts_terms`, `payouts_runs`, `payouts_reserves`, `payouts_payouts`, `payouts_lines`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{Payout, State};
use super::settle::StatementLine;
use super::terms::{Schedule, Terms};
use crate::db::{Conn, batches, lock_by, tuples};
use crate::page::List;
use kiosk_money::{Currency, Money};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, vendor, period_ms, state, currency, amount, provider, destination, reference, error, \
     created_ms, changed_ms, attempts";
/// Columns that payouts are sorted by.
const SORTS: &[(&str, &str)] =
    &[("created", "created_ms"), ("vendor", "vendor"), ("amount", "amount"), ("state", "state")];

/// The terms of a vendor.
pub async fn get_terms(conn: &mut Conn, vendor: &str) -> Result<Option<Terms>> {
    let query = sqlx::query(
        "SELECT schedule, currency, minimum, reserve_ppm, reserve_days, provider, destination FROM payouts_terms \
         WHERE vendor = $1",
    );
    let Some(row) = query.bind(vendor).fetch_optional(conn).await? else { return Ok(None) };
    let (schedule, code): (String, String) = (row.try_get("schedule")?, row.try_get("currency")?);
    Ok(Some(Terms {
        schedule: Schedule::parse(&schedule).ok_or_else(|| unreadable("no schedule"))?,
        minimum: money(&code, row.try_get("minimum")?)?,
        reserve_ppm: row.try_get("reserve_ppm")?,
        reserve_days: row.try_get("reserve_days")?,
        provider: row.try_get("provider")?,
        destination: row.try_get("destination")?,
    }))
}

/// Changes the terms of a vendor.
pub async fn put_terms(conn: &mut Conn, vendor: &str, terms: &Terms, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO payouts_terms (vendor, schedule, currency, minimum, reserve_ppm, reserve_days, provider, \
         destination, changed_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (vendor) DO UPDATE SET \
         schedule = excluded.schedule, currency = excluded.currency, minimum = excluded.minimum, \
         reserve_ppm = excluded.reserve_ppm, reserve_days = excluded.reserve_days, provider = excluded.provider, \
         destination = excluded.destination, changed_ms = excluded.changed_ms",
    );
    let query = query.bind(vendor).bind(terms.schedule.name()).bind(terms.minimum.currency.code());
    let query = query.bind(terms.minimum.amount).bind(terms.reserve_ppm).bind(terms.reserve_days);
    let query = query.bind(&*terms.provider).bind(&*terms.destination).bind(now_ms);
    query.execute(conn).await.map(|_| ())
}

/// Whether a period of a vendor was settled.
pub async fn has_run(conn: &mut Conn, vendor: &str, period_ms: i64) -> Result<bool> {
    let query = sqlx::query_as::<_, (i64,)>(
        "SELECT COUNT(*) FROM payouts_runs WHERE vendor = $1 AND period_ms >= $2",
    );
    Ok(query.bind(vendor).bind(period_ms).fetch_one(conn).await?.0 > 0)
}

/// The last entry of the journal that was settled with a vendor.
pub async fn last_entry(conn: &mut Conn, vendor: &str) -> Result<i64> {
    let query = sqlx::query_as::<_, (Option<i64>,)>("SELECT MAX(entry) FROM payouts_runs WHERE vendor = $1");
    Ok(query.bind(vendor).fetch_one(conn).await?.0.unwrap_or(0))
}

/// A period of a vendor is settled.
pub async fn insert_run(
    conn: &mut Conn,
    vendor: &str,
    period_ms: i64,
    entry: i64,
    now_ms: i64,
) -> Result<()> {
    let query =
        sqlx::query("INSERT INTO payouts_runs (vendor, period_ms, entry, run_ms) VALUES ($1, $2, $3, $4)");
    query.bind(vendor).bind(period_ms).bind(entry).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Releases what was held back long enough.
pub async fn release(conn: &mut Conn, vendor: &str, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payouts_reserves SET released = 1 WHERE vendor = $1 AND released = 0 AND release_ms <= $2",
    );
    query.bind(vendor).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Holds an amount back.
pub async fn hold(
    conn: &mut Conn,
    vendor: &str,
    period_ms: i64,
    amount: Money,
    release_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO payouts_reserves (vendor, period_ms, currency, amount, release_ms) VALUES ($1, $2, $3, $4, $5)",
    );
    let query = query.bind(vendor).bind(period_ms).bind(amount.currency.code()).bind(amount.amount);
    query.bind(release_ms).execute(conn).await.map(|_| ())
}

/// What is held back of a vendor, by currency.
pub async fn sum_held(conn: &mut Conn, vendor: &str) -> Result<Vec<Money>> {
    // CAST: PostgreSQL sums BIGINTs to NUMERIC.
    let query = sqlx::query_as::<_, (String, i64)>(
        "SELECT currency, CAST(SUM(amount) AS BIGINT) FROM payouts_reserves WHERE vendor = $1 AND released = 0 \
         GROUP BY currency ORDER BY currency",
    );
    let rows = query.bind(vendor).fetch_all(conn).await?;
    rows.into_iter().map(|(code, amount)| money(&code, amount)).collect()
}

/// Files a payout.
pub async fn insert(conn: &mut Conn, payout: &Payout) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO payouts_payouts (id, vendor, period_ms, state, currency, amount, provider, destination, reference, \
         error, created_ms, changed_ms, next_ms, attempts) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $11, 0)",
    );
    let query =
        query.bind(&*payout.id).bind(&*payout.vendor).bind(payout.period_ms).bind(payout.state.name());
    let query = query.bind(payout.amount.currency.code()).bind(payout.amount.amount).bind(&*payout.provider);
    let query = query.bind(&*payout.destination).bind(&*payout.reference).bind(&*payout.error);
    query.bind(payout.created_ms).execute(conn).await.map(|_| ())
}

/// Moves a payout, tried so often, to be tried next at a time.
pub async fn set(conn: &mut Conn, payout: &Payout, now_ms: i64, next_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payouts_payouts SET state = $2, reference = $3, error = $4, changed_ms = $5, next_ms = $6, attempts = $7 \
         WHERE id = $1",
    );
    let query =
        query.bind(&*payout.id).bind(payout.state.name()).bind(&*payout.reference).bind(&*payout.error);
    query.bind(now_ms).bind(next_ms).bind(payout.attempts).execute(conn).await.map(|_| ())
}

/// A payout.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Payout>> {
    let sql = format!("SELECT {COLUMNS} FROM payouts_payouts WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// A payout, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, id: &str) -> Result<Option<Payout>> {
    let sql = format!("SELECT {COLUMNS} FROM payouts_payouts WHERE id = $1{}", lock_by(conn, "id"));
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Payouts that are to be sent now, or asked about.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<Payout>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM payouts_payouts WHERE state = 'due' AND next_ms <= $1 ORDER BY next_ms, id LIMIT $2"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(now_ms).bind(limit);
    query.fetch_all(conn).await?.iter().map(read).collect()
}

/// Payouts of a vendor, or of all when it is empty, as the list asks for them.
pub async fn list(conn: &mut Conn, vendor: &str, list: &List) -> Result<Vec<Payout>> {
    let (limit, skip) = list.window();
    let sql = format!(
        "SELECT {COLUMNS} FROM payouts_payouts WHERE ($1 = '' OR vendor = $1) AND ($2 = '' OR state = $2) \
         AND (id LIKE $3 OR vendor LIKE $3) {} LIMIT $4 OFFSET $5",
        list.order_by(SORTS, "id")
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(vendor).bind(&*list.state).bind(list.like());
    query.bind(limit).bind(skip).fetch_all(conn).await?.iter().map(read).collect()
}

/// Writes the statement of a period.
pub async fn insert_lines(
    conn: &mut Conn,
    vendor: &str,
    period_ms: i64,
    lines: &[StatementLine],
) -> Result<()> {
    let lines: Vec<(i64, &StatementLine)> = (1..).zip(lines).collect();
    for lines in batches(&lines, 7) {
        let sql = format!(
            "INSERT INTO payouts_lines (vendor, period_ms, place, kind, subject, currency, amount) VALUES {}",
            tuples(lines.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (place, StatementLine { kind, subject, amount }) in lines {
            query = query.bind(vendor).bind(period_ms).bind(*place).bind(&**kind).bind(&**subject);
            query = query.bind(amount.currency.code()).bind(amount.amount);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// The statement of a period.
pub async fn list_lines(conn: &mut Conn, vendor: &str, period_ms: i64) -> Result<Vec<StatementLine>> {
    let query = sqlx::query_as::<_, (String, String, String, i64)>(
        "SELECT kind, subject, currency, amount FROM payouts_lines WHERE vendor = $1 AND period_ms = $2 ORDER BY place",
    );
    let rows = query.bind(vendor).bind(period_ms).fetch_all(conn).await?;
    let read = |(kind, subject, code, amount): (_, _, String, _)| {
        Ok(StatementLine { kind, subject, amount: money(&code, amount)? })
    };
    rows.into_iter().map(read).collect()
}

fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

fn money(code: &str, amount: i64) -> Result<Money> {
    Ok(Money::new(amount, Currency::from_code(code).ok_or_else(|| unreadable("no currency"))?))
}

fn read(row: &AnyRow) -> Result<Payout> {
    let (state, code): (String, String) = (row.try_get("state")?, row.try_get("currency")?);
    Ok(Payout {
        id: row.try_get("id")?,
        vendor: row.try_get("vendor")?,
        period_ms: row.try_get("period_ms")?,
        state: State::parse(&state).ok_or_else(|| unreadable("no state of a payout"))?,
        amount: money(&code, row.try_get("amount")?)?,
        provider: row.try_get("provider")?,
        destination: row.try_get("destination")?,
        reference: row.try_get("reference")?,
        error: row.try_get("error")?,
        created_ms: row.try_get("created_ms")?,
        changed_ms: row.try_get("changed_ms")?,
        attempts: row.try_get("attempts")?,
    })
}
