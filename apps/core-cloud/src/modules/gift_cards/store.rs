//! Tables `gift_cards_cards`, `gift_cards_uses`, `gift_cards_entries`.

use kiosk_ids::GiftCardId;
use kiosk_money::Money;
use kiosk_wire::GiftCardUse;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{Card, Entry, Origin, Used, currency};
use crate::db::{Conn, lock_by};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const COLUMNS: &str = "id, code_hash, amount, currency, until_ms, origin, note, blocked_ms, issued_ms";
/// Columns that gift cards are sorted by.
const SORTS: &[(&str, &str)] = &[("issued", "issued_ms"), ("until", "until_ms"), ("amount", "amount")];
/// Most entries of a card that are shown.
const ENTRIES_MAX: i64 = 500;

/// What a card pays of an order, for a change.
#[derive(Debug)]
pub struct UseRow {
    /// Its place among the order's cards.
    pub place: i64,
    /// `gft_…`.
    pub card: String,
    /// What it paid, minor units.
    pub paid: i64,
    /// What of that went back.
    pub returned: i64,
}

/// Stores a card.
pub async fn insert(conn: &mut Conn, card: &Card) -> Result<()> {
    let sql = format!("INSERT INTO gift_cards_cards ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(card.id.as_str()).bind(&*card.code_hash);
    let query = query.bind(card.amount.amount).bind(card.amount.currency.code()).bind(card.until_ms);
    let query = query.bind(card.origin.name()).bind(&*card.note).bind(card.blocked_ms).bind(card.issued_ms);
    query.execute(conn).await.map(|_| ())
}

/// A card.
pub async fn get(conn: &mut Conn, id: &str) -> Result<Option<Card>> {
    let sql = format!("SELECT {COLUMNS} FROM gift_cards_cards WHERE id = $1");
    sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.as_ref().map(read).transpose()
}

/// When a card was blocked; 0 lets it be used again.
pub async fn set_blocked(conn: &mut Conn, id: &str, blocked_ms: i64) -> Result<()> {
    let query = sqlx::query("UPDATE gift_cards_cards SET blocked_ms = $2 WHERE id = $1");
    query.bind(id).bind(blocked_ms).execute(conn).await.map(|_| ())
}

/// What the filter of the list says, over `$1` (its state) and `$2` (the time).
const FILTER: &str = "($1 = '' OR ($1 = 'blocked' AND blocked_ms > 0) OR ($1 = 'expired' AND blocked_ms = 0 \
     AND until_ms <= $2) OR ($1 = 'active' AND blocked_ms = 0 AND until_ms > $2)) \
     AND (LOWER(id) LIKE $3 OR LOWER(note) LIKE $3)";

/// Cards as the list asks for them; their balances are not in this table.
pub async fn list(conn: &mut Conn, list: &List, now_ms: i64) -> Result<Vec<Card>> {
    let (limit, skip) = list.window();
    let order = list.order_by(SORTS, "id");
    let sql = format!("SELECT {COLUMNS} FROM gift_cards_cards WHERE {FILTER} {order} LIMIT $4 OFFSET $5");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(&*list.state).bind(now_ms).bind(list.like());
    query.bind(limit).bind(skip).fetch_all(conn).await?.iter().map(read).collect()
}

/// Something happened to a card: what, with which order, how much, when.
pub async fn insert_entry(
    conn: &mut Conn,
    card: &str,
    (kind, order): (&str, &str),
    (amount, at_ms): (i64, i64),
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO gift_cards_entries (card, number, at_ms, kind, order_id, amount) VALUES ($1, \
         (SELECT COUNT(*) + 1 FROM gift_cards_entries WHERE card = $1), $2, $3, $4, $5)",
    );
    query.bind(card).bind(at_ms).bind(kind).bind(order).bind(amount).execute(conn).await.map(|_| ())
}

/// What happened to a card, the newest first.
pub async fn list_entries(conn: &mut Conn, card: &str) -> Result<Vec<Entry>> {
    let query = sqlx::query_as::<_, (i64, String, String, i64, String)>(
        "SELECT e.at_ms, e.kind, e.order_id, e.amount, c.currency FROM gift_cards_entries e \
         JOIN gift_cards_cards c ON c.id = e.card WHERE e.card = $1 ORDER BY e.number DESC LIMIT $2",
    );
    let rows = query.bind(card).bind(ENTRIES_MAX).fetch_all(conn).await?;
    let entry = |(at_ms, kind, order, amount, code): (i64, String, String, i64, String)| {
        Ok(Entry { at_ms, kind, order, amount: Money::new(amount, currency(&code)?) })
    };
    rows.into_iter().map(entry).collect()
}

/// A card pays a part of an order: what was asked of it, and what it had.
pub async fn insert_use(
    conn: &mut Conn,
    order: &str,
    place: i64,
    used: &GiftCardUse,
    paid: i64,
) -> Result<()> {
    let query = sqlx::query(
        "INSERT INTO gift_cards_uses (order_id, place, card, asked, paid, returned, currency) \
         VALUES ($1, $2, $3, $4, $5, 0, $6)",
    );
    let query = query.bind(order).bind(place).bind(used.card.as_str()).bind(used.amount.amount.max(0));
    query.bind(paid).bind(used.amount.currency.code()).execute(conn).await.map(|_| ())
}

/// What cards pay of an order, the last first, locked until the transaction ends.
pub async fn lock_uses(conn: &mut Conn, order: &str) -> Result<Vec<UseRow>> {
    let lock = lock_by(conn, "place");
    let sql = format!("SELECT place, card, paid, returned FROM gift_cards_uses WHERE order_id = $1{lock}");
    let query = sqlx::query_as::<_, (i64, String, i64, i64)>(AssertSqlSafe(sql)).bind(order);
    let rows = query.fetch_all(conn).await?;
    let used = |(place, card, paid, returned)| UseRow { place, card, paid, returned };
    let mut uses: Vec<UseRow> = rows.into_iter().map(used).collect();
    uses.sort_unstable_by_key(|used| -used.place);
    Ok(uses)
}

/// More of what a card paid went back onto it.
pub async fn add_returned(conn: &mut Conn, order: &str, place: i64, amount: i64) -> Result<()> {
    let query =
        sqlx::query("UPDATE gift_cards_uses SET returned = returned + $3 WHERE order_id = $1 AND place = $2");
    query.bind(order).bind(place).bind(amount).execute(conn).await.map(|_| ())
}

/// What cards pay of an order.
pub async fn list_of_order(conn: &mut Conn, order: &str) -> Result<Vec<Used>> {
    let query = sqlx::query_as::<_, (String, i64, i64, String)>(
        "SELECT card, paid, returned, currency FROM gift_cards_uses WHERE order_id = $1 ORDER BY place",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    let used = |(card, paid, returned, code): (String, i64, i64, String)| {
        let currency = currency(&code)?;
        Ok(Used { card, paid: Money::new(paid, currency), returned: Money::new(returned, currency) })
    };
    rows.into_iter().map(used).collect()
}

fn read(row: &AnyRow) -> Result<Card> {
    let text = |name: &str| row.try_get::<String, _>(name);
    let amount = Money::new(row.try_get("amount")?, currency(&text("currency")?)?);
    Ok(Card {
        id: GiftCardId::parse(&text("id")?).map_err(|error| sqlx::Error::Decode(error.into()))?,
        code_hash: text("code_hash")?,
        amount,
        left: Money::zero(amount.currency),
        until_ms: row.try_get("until_ms")?,
        origin: Origin::parse(&text("origin")?).ok_or_else(|| sqlx::Error::Decode("no origin".into()))?,
        note: text("note")?,
        blocked_ms: row.try_get("blocked_ms")?,
        issued_ms: row.try_get("issued_ms")?,
    })
}
