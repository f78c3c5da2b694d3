//! Table `fraud_appeals`.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::appeals::Appeal;
use crate::db::Conn;
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, account, text, made_ms, state, decided_by, decided_ms, reason";
/// What appeals may be sorted by.
const SORTS: &[(&str, &str)] = &[("made", "made_ms")];

/// Keeps an appeal, unless the account has one that waits.
pub async fn insert(
    conn: &mut Conn,
    (id, account): (&str, &str),
    (region, text): (&str, &str),
    now_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO fraud_appeals (id, account, region, text, made_ms, state) VALUES ($1, $2, $3, $4, $5, 'open') \
         ON CONFLICT DO NOTHING",
    );
    query.bind(id).bind(account).bind(region).bind(text).bind(now_ms).execute(conn).await.map(|_| ())
}

/// Appeals of a list.
pub async fn list(conn: &mut Conn, list: &List) -> Result<Vec<Appeal>> {
    let order = list.order_by(SORTS, "id");
    let sql = format!(
        "SELECT {COLUMNS} FROM fraud_appeals WHERE ($1 = '' OR state = $1) AND ($2 = '' OR account = $2 OR id = $2) \
         {order} LIMIT $3 OFFSET $4"
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*list.state).bind(list.search());
    query.bind(limit).bind(offset).fetch_all(conn).await?.iter().map(read).collect()
}

/// An appeal.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Appeal>> {
    let sql = format!("SELECT {COLUMNS} FROM fraud_appeals WHERE id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// Somebody decided: who and why.
pub async fn decide(
    conn: &mut Conn,
    id: &str,
    state: &str,
    (by, reason): (&str, &str),
    now_ms: i64,
) -> Result<()> {
    let query = sqlx::query(
        "UPDATE fraud_appeals SET state = $2, decided_by = $3, decided_ms = $4, reason = $5 WHERE id = $1",
    );
    query.bind(id).bind(state).bind(by).bind(now_ms).bind(reason).execute(conn).await.map(|_| ())
}

fn read(row: &AnyRow) -> Result<Appeal> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Appeal {
        id: text("id")?,
        account: text("account")?,
        text: text("text")?,
        made_ms: row.try_get("made_ms")?,
        state: text("state")?,
        decided_by: text("decided_by")?,
        decided_ms: row.try_get("decided_ms")?,
        reason: text("reason")?,
    })
}
