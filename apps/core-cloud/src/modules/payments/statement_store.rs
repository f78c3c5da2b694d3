//! Tables `payments_statements`, `payments_lines`.

use kiosk_money::{Currency, Money};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::statements::{Imported, Stored};
use super::store::unreadable;
use crate::db::{Conn, batches, lock_by, placeholders};

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str =
    "id, statement, account, entry, part, way, amount, currency, booked, said, state, reason, settled";

/// Stores a statement.
pub async fn insert(conn: &mut Conn, statement: &Imported) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO payments_statements (id, name, account, imported_ms, imported_by, lines, known) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    );
    let query = query.bind(&*statement.id).bind(&*statement.name).bind(&*statement.account);
    let query = query.bind(statement.imported_ms).bind(&*statement.imported_by);
    query.bind(statement.lines).bind(statement.known).execute(conn).await.map(|_| ())
}

/// Lines of an account that are here already, of these entries.
pub async fn list_known(conn: &mut Conn, account: &str, entries: &[&str]) -> Result<Vec<Stored>> {
    let mut found = Vec::new();
    for entries in batches(entries, 1) {
        let places = placeholders(2, entries.len());
        let sql = format!("SELECT {COLUMNS} FROM payments_lines WHERE account = $1 AND entry IN ({places})");
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(account);
        for entry in entries {
            query = query.bind(*entry);
        }
        for row in query.fetch_all(&mut *conn).await? {
            found.push(read(&row)?);
        }
    }
    Ok(found)
}

/// Stores a line; whether its entry is new.
pub async fn insert_line(conn: &mut Conn, line: &Stored) -> Result<bool> {
    let sql = format!(
        "INSERT INTO payments_lines ({COLUMNS}) VALUES {} ON CONFLICT (account, entry, part) DO NOTHING",
        crate::db::tuples(1, 13)
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*line.id).bind(&*line.statement).bind(&*line.account);
    let query = query.bind(&*line.entry).bind(line.part).bind(&*line.way).bind(line.amount.amount);
    let query = query.bind(line.amount.currency.code()).bind(&*line.booked).bind(&*line.said);
    let query = query.bind(&*line.state).bind(&*line.reason).bind(&*line.settled);
    Ok(query.execute(conn).await?.rows_affected() == 1)
}

/// A line, locked until the transaction ends.
pub async fn lock_line(conn: &mut Conn, id: &str) -> Result<Option<Stored>> {
    let lock = lock_by(conn, "id");
    let sql = format!("SELECT {COLUMNS} FROM payments_lines WHERE id = $1{lock}");
    sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Stores what became of a line.
pub async fn update_line(conn: &mut Conn, line: &Stored) -> Result<()> {
    let query = sqlx::query("UPDATE payments_lines SET state = $2, reason = $3, settled = $4 WHERE id = $1");
    let query = query.bind(&*line.id).bind(&*line.state).bind(&*line.reason).bind(&*line.settled);
    query.execute(conn).await.map(|_| ())
}

/// Lines that a person is to decide, oldest first.
pub async fn list_open(conn: &mut Conn, limit: i64) -> Result<Vec<Stored>> {
    let sql =
        format!("SELECT {COLUMNS} FROM payments_lines WHERE state = 'open' ORDER BY booked, id LIMIT $1");
    sqlx::query(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await?.iter().map(read).collect()
}

/// Statements, newest first.
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<Imported>> {
    let query = sqlx::query_as::<_, (String, String, String, i64, String, i64, i64)>(
        "SELECT id, name, account, imported_ms, imported_by, lines, known FROM payments_statements \
         ORDER BY imported_ms DESC, id LIMIT $1",
    );
    let rows = query.bind(limit).fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, account, imported_ms, imported_by, lines, known)| Imported {
            id,
            name,
            account,
            imported_ms,
            imported_by,
            lines,
            known,
        })
        .collect())
}

fn read(row: &AnyRow) -> Result<Stored> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let currency = Currency::from_code(&text("currency")?).ok_or_else(|| unreadable("no currency"))?;
    Ok(Stored {
        id: text("id")?,
        statement: text("statement")?,
        account: text("account")?,
        entry: text("entry")?,
        part: row.try_get("part")?,
        way: text("way")?,
        amount: Money::new(row.try_get("amount")?, currency),
        booked: text("booked")?,
        said: text("said")?,
        state: text("state")?,
        reason: text("reason")?,
        settled: text("settled")?,
    })
}
