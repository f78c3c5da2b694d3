//! Tables `payments_payments`, `payments_refunds`.

use kiosk_money::Currency;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::state::{Claim, Hold, Payment, Provider};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "order_id, id, provider, method, reference, started, currency, total, cancelled, authorised, \
     captured, refunded, charged_back, state, hold, attention, placed_ms, changed_ms, lapses_ms, look_ms, \
     gift, gift_returned, to_come, kept, prepaid";
const COLUMN_COUNT: usize = 25;
/// Columns that payments are sorted by.
const SORTS: &[(&str, &str)] = &[
    ("placed", "placed_ms"),
    ("changed", "changed_ms"),
    ("total", "total"),
    ("captured", "captured"),
    ("refunded", "refunded"),
];

/// Stores payments; one that is there stays as it is.
pub async fn insert(conn: &mut Conn, payments: &[Payment]) -> Result<()> {
    for payments in batches(payments, COLUMN_COUNT) {
        let values = tuples(payments.len(), COLUMN_COUNT);
        let sql = format!(
            "INSERT INTO payments_payments ({COLUMNS}) VALUES {values} ON CONFLICT (order_id) DO NOTHING"
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for payment in payments {
            query = query.bind(&*payment.order).bind(&*payment.id).bind(payment.provider.name());
            query = query.bind(&*payment.method).bind(&*payment.reference).bind(&*payment.started);
            query = query.bind(payment.currency.code());
            query = query.bind(payment.total).bind(payment.cancelled).bind(payment.authorised);
            query = query.bind(payment.captured).bind(payment.refunded).bind(payment.charged_back);
            query = query.bind(payment.state().name()).bind(payment.hold.name()).bind(&*payment.attention);
            query = query.bind(payment.placed_ms).bind(payment.changed_ms);
            query = query.bind(payment.lapses_ms).bind(payment.look_ms);
            query = query.bind(payment.gift).bind(payment.gift_returned);
            query = query.bind(payment.to_come).bind(payment.kept).bind(i64::from(payment.prepaid));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores what changed of a payment.
pub async fn update(conn: &mut Conn, payment: &Payment) -> Result<()> {
    let query = sqlx::query(
        "UPDATE payments_payments SET cancelled = $2, authorised = $3, captured = $4, refunded = $5, \
         charged_back = $6, state = $7, hold = $8, attention = $9, changed_ms = $10, lapses_ms = $11, look_ms = $12, \
         gift_returned = $13, to_come = $14, kept = $15, prepaid = $16 WHERE order_id = $1",
    );
    let query = query.bind(&*payment.order).bind(payment.cancelled).bind(payment.authorised);
    let query = query.bind(payment.captured).bind(payment.refunded).bind(payment.charged_back);
    let query = query.bind(payment.state().name()).bind(payment.hold.name()).bind(&*payment.attention);
    let query = query
        .bind(payment.changed_ms)
        .bind(payment.lapses_ms)
        .bind(payment.look_ms)
        .bind(payment.gift_returned)
        .bind(payment.to_come)
        .bind(payment.kept)
        .bind(i64::from(payment.prepaid));
    query.execute(conn).await.map(|_| ())
}

/// The payment of an order.
pub async fn get(conn: &mut Conn, order: &str) -> Result<Option<Payment>> {
    let sql = format!("SELECT {COLUMNS} FROM payments_payments WHERE order_id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(order).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// The payment of an order, locked until the transaction ends.
pub async fn lock(conn: &mut Conn, order: &str) -> Result<Option<Payment>> {
    let lock = lock_by(conn, "order_id");
    let sql = format!("SELECT {COLUMNS} FROM payments_payments WHERE order_id = $1{lock}");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(order).fetch_optional(conn).await?;
    row.as_ref().map(read).transpose()
}

/// Locks payments until the transaction ends, in the byte order of their orders: before anything else of them is, by
/// whoever changes several.
pub async fn lock_all(conn: &mut Conn, orders: &[&str]) -> Result<()> {
    let mut orders = orders.to_vec();
    orders.sort_unstable();
    orders.dedup();
    for orders in batches(&orders, 1) {
        let sql = format!(
            "SELECT order_id FROM payments_payments WHERE order_id IN ({}){}",
            placeholders(1, orders.len()),
            lock_by(conn, "order_id")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for order in orders {
            query = query.bind(*order);
        }
        query.fetch_all(&mut *conn).await?;
    }
    Ok(())
}

/// The orders whose payment has one of these references at a provider, failed ones too.
pub async fn find_by_reference(
    conn: &mut Conn,
    provider: Provider,
    references: &[&str],
) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for references in batches(references, 1) {
        let places = placeholders(2, references.len());
        let sql = format!(
            "SELECT order_id, reference FROM payments_payments WHERE provider = $1 AND reference IN ({places}) \
             ORDER BY order_id"
        );
        let mut query = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql)).bind(provider.name());
        for reference in references {
            query = query.bind(*reference);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// Orders whose payment is to be looked at.
pub async fn list_to_look(conn: &mut Conn, now_ms: i64, limit: i64) -> Result<Vec<String>> {
    let query = sqlx::query_as::<_, (String,)>(
        "SELECT order_id FROM payments_payments WHERE look_ms > 0 AND look_ms <= $1 ORDER BY look_ms, order_id LIMIT $2",
    );
    let rows = query.bind(now_ms).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(order,)| order).collect())
}

/// What the filter of the list says, over `$1`: a state, a provider, or `attention`.
const FILTER: &str = "($1 = '' OR state = $1 OR provider = $1 OR ($1 = 'attention' AND attention <> '')) \
     AND (LOWER(order_id) LIKE $2 OR LOWER(id) LIKE $2 OR LOWER(reference) LIKE $2)";

/// Payments as the list asks for them.
pub async fn list(conn: &mut Conn, list: &List) -> Result<Vec<Payment>> {
    let (limit, skip) = list.window();
    let order = list.order_by(SORTS, "order_id");
    let sql = format!("SELECT {COLUMNS} FROM payments_payments WHERE {FILTER} {order} LIMIT $3 OFFSET $4");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*list.state).bind(list.like());
    query.bind(limit).bind(skip).fetch_all(conn).await?.iter().map(read).collect()
}

/// How many payments a person should look at.
pub async fn count_attention(conn: &mut Conn) -> Result<i64> {
    let query = sqlx::query_as::<_, (i64,)>("SELECT COUNT(*) FROM payments_payments WHERE attention <> ''");
    Ok(query.fetch_one(conn).await?.0)
}

/// What the customer of an order is owed back, in the order in which it came up.
pub async fn list_claims(conn: &mut Conn, order: &str) -> Result<Vec<Claim>> {
    let query = sqlx::query_as::<_, (String, i64, i64, i64)>(
        "SELECT id, amount, spread, parts FROM payments_refunds WHERE order_id = $1 ORDER BY created_ms, id",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(id, amount, spread, parts)| Claim { id, amount, spread, parts }).collect())
}

/// A refund that is due; a second one of the same id changes nothing.
pub async fn insert_claim(conn: &mut Conn, order: &str, claim: &Claim, now_ms: i64) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO payments_refunds (id, order_id, amount, spread, parts, created_ms) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
    );
    let query = query.bind(&*claim.id).bind(order).bind(claim.amount).bind(claim.spread);
    query.bind(claim.parts).bind(now_ms).execute(conn).await.map(|_| ())
}

/// More of a refund has become movements.
pub async fn update_claim(conn: &mut Conn, claim: &Claim) -> Result<()> {
    let query = sqlx::query("UPDATE payments_refunds SET spread = $2, parts = $3 WHERE id = $1");
    query.bind(&*claim.id).bind(claim.spread).bind(claim.parts).execute(conn).await.map(|_| ())
}

/// A stored word or number that says nothing.
pub(super) fn unreadable(what: &'static str) -> sqlx::Error {
    sqlx::Error::Decode(what.into())
}

fn read(row: &AnyRow) -> Result<Payment> {
    let text = |name: &str| row.try_get::<String, _>(name);
    Ok(Payment {
        order: text("order_id")?,
        id: text("id")?,
        provider: Provider::parse(&text("provider")?).ok_or_else(|| unreadable("no provider"))?,
        method: text("method")?,
        reference: text("reference")?,
        started: text("started")?,
        currency: Currency::from_code(&text("currency")?).ok_or_else(|| unreadable("no currency"))?,
        total: row.try_get("total")?,
        cancelled: row.try_get("cancelled")?,
        authorised: row.try_get("authorised")?,
        captured: row.try_get("captured")?,
        refunded: row.try_get("refunded")?,
        charged_back: row.try_get("charged_back")?,
        hold: Hold::parse(&text("hold")?).ok_or_else(|| unreadable("no hold"))?,
        attention: text("attention")?,
        placed_ms: row.try_get("placed_ms")?,
        changed_ms: row.try_get("changed_ms")?,
        lapses_ms: row.try_get("lapses_ms")?,
        look_ms: row.try_get("look_ms")?,
        gift: row.try_get("gift")?,
        gift_returned: row.try_get("gift_returned")?,
        to_come: row.try_get("to_come")?,
        kept: row.try_get("kept")?,
        prepaid: row.try_get::<i64, _>("prepaid")? != 0,
    })
}
