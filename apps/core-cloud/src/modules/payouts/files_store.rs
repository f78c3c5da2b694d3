//! Tables `payouts_files`, `payouts_file_lines`.

use sqlx::AssertSqlSafe;

use super::files::PayoutFile;
use crate::db::{Conn, lock_by};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Payouts that wait for the bank and are in no file, locked until the transaction ends: payout, vendor, account.
pub async fn lock_waiting(conn: &mut Conn, limit: i64) -> Result<Vec<(String, String, String)>> {
    let lock = lock_by(conn, "id");
    let sql = format!(
        "SELECT id, vendor, destination FROM payouts_payouts WHERE id IN (SELECT p.id FROM payouts_payouts p \
         WHERE p.provider = 'bank' AND p.state = 'due' \
         AND NOT EXISTS (SELECT 1 FROM payouts_file_lines l WHERE l.payout = p.id) \
         ORDER BY p.created_ms, p.id LIMIT $1) AND state = 'due'{lock}"
    );
    sqlx::query_as(AssertSqlSafe(sql)).bind(limit).fetch_all(conn).await
}

/// Makes a file.
pub async fn insert(conn: &mut Conn, id: &str, made_ms: i64, made_by: &str) -> Result<()> {
    let query = sqlx::query("INSERT INTO payouts_files (id, made_ms, made_by) VALUES ($1, $2, $3)");
    query.bind(id).bind(made_ms).bind(made_by).execute(conn).await.map(|_| ())
}

/// Puts a payout into a file: whose account it goes to.
pub async fn insert_line(
    conn: &mut Conn,
    file: &str,
    payout: &str,
    (name, iban): (&str, &str),
) -> Result<()> {
    let query =
        sqlx::query("INSERT INTO payouts_file_lines (payout, file, name, iban) VALUES ($1, $2, $3, $4)");
    query.bind(payout).bind(file).bind(name).bind(iban).execute(conn).await.map(|_| ())
}

/// Whether a payout is in a file.
pub async fn has_line(conn: &mut Conn, payout: &str) -> Result<bool> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM payouts_file_lines WHERE payout = $1");
    Ok(query.bind(payout).fetch_one(conn).await?.0 > 0)
}

/// When a file was made.
pub async fn get_made(conn: &mut Conn, id: &str) -> Result<Option<i64>> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT made_ms FROM payouts_files WHERE id = $1");
    Ok(query.bind(id).fetch_optional(conn).await?.map(|(made_ms,)| made_ms))
}

/// Payouts of a file: payout, name, IBAN.
pub async fn list_lines(conn: &mut Conn, id: &str) -> Result<Vec<(String, String, String)>> {
    let query =
        sqlx::query_as("SELECT payout, name, iban FROM payouts_file_lines WHERE file = $1 ORDER BY payout");
    query.bind(id).fetch_all(conn).await
}

/// Files, newest first.
pub async fn list(conn: &mut Conn, limit: i64) -> Result<Vec<PayoutFile>> {
    let query = sqlx::query_as::<_, (String, i64, String, i64, i64)>(
        "SELECT f.id, f.made_ms, f.made_by, COUNT(*), CAST(SUM(CASE WHEN p.state = 'due' THEN 1 ELSE 0 END) AS BIGINT) \
         FROM payouts_files f JOIN payouts_file_lines l ON l.file = f.id JOIN payouts_payouts p ON p.id = l.payout \
         GROUP BY f.id, f.made_ms, f.made_by ORDER BY f.made_ms DESC, f.id DESC LIMIT $1",
    );
    let rows = query.bind(limit).fetch_all(conn).await?.into_iter();
    let file =
        |(id, made_ms, made_by, payouts, waiting)| PayoutFile { id, made_ms, made_by, payouts, waiting };
    Ok(rows.map(file).collect())
}
