//! Table `mail_queue`.

use super::service::Mail;
use crate::db::Conn;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// A mail that is due at once.
pub async fn insert(conn: &mut Conn, id: &str, mail: &Mail, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO mail_queue (id, receiver, subject, body, created_ms, tries, next_ms) \
         VALUES ($1, $2, $3, $4, $5, 0, $5)",
    );
    let query = query.bind(id).bind(&*mail.to).bind(&*mail.subject).bind(&*mail.text).bind(now_ms);
    query.execute(conn).await.map(|_| ())
}

/// Mails that are due, oldest first: id, mail, tries so far.
pub async fn list_due(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<(String, Mail, i64)>> {
    let query = sqlx::query_as::<_, (String, String, String, String, i64)>(
        "SELECT id, receiver, subject, body, tries FROM mail_queue WHERE next_ms <= $1 ORDER BY next_ms, id LIMIT $2",
    );
    let rows = query.bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows
        .into_iter()
        .map(|(id, to, subject, text, tries)| (id, Mail { to, subject, text }, tries))
        .collect())
}

/// The mail is sent or given up.
pub async fn delete(conn: &mut Conn, id: &str) -> Result<()> {
    sqlx::query("DELETE FROM mail_queue WHERE id = $1").bind(id).execute(conn).await.map(|_| ())
}

/// One more try failed; the next is at `next_ms`.
pub async fn set_next(conn: &mut Conn, id: &str, next_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE mail_queue SET tries = tries + 1, next_ms = $2 WHERE id = $1");
    query.bind(id).bind(next_ms).execute(conn).await.map(|_| ())
}
