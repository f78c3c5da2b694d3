//! Tables `orders_orders`, `orders_lines`, `orders_takes`, `orders_blocked`.

use std::collections::HashSet;

use kiosk_money::Money;
use kiosk_wire::{FraudRecord, OrderRecord};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use super::service::{
    Blocked, LineView, OrderView, Placed, STATUS_PLACED, Source, TakeView, known_account, price,
};
use crate::db::{Conn, batches, may_be_cached, placeholders, tuples};
use crate::page::List;

type Result<T> = std::result::Result<T, sqlx::Error>;

const ORDER_COLUMNS: &str = "id, pop, incarnation, seq, cart, region, placed_ms, received_ms, customer, country, \
     area, currency, subtotal, delivery, total, delivery_kind, payment, payment_method, fraud_outcome, \
     fraud_score, fraud_model, fraud_reasons, status, attention, account, gift_cards";
const ORDER_COLUMNS_COUNT: usize = 26;

/// Which of these orders are there.
pub async fn list_known(conn: &mut Conn, ids: &[&str]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for ids in batches(ids, 1) {
        let sql = format!("SELECT id FROM orders_orders WHERE id IN ({})", placeholders(1, ids.len()));
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        known.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(id,)| id));
    }
    Ok(known)
}

/// Stores orders, each with the codes of what an operator should look at.
pub async fn insert_orders(
    conn: &mut Conn,
    source: Source<'_>,
    placed: &[(&Placed<'_>, String)],
) -> Result<()> {
    for placed in batches(placed, ORDER_COLUMNS_COUNT) {
        let values = tuples(placed.len(), ORDER_COLUMNS_COUNT);
        let sql = format!("INSERT INTO orders_orders ({ORDER_COLUMNS}) VALUES {values}");
        let scores = placed.iter().map(|(placed, _)| placed.order.fraud.score);
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(may_be_cached(scores));
        for (Placed { seq, order, .. }, attention) in placed {
            let OrderRecord { payment, fraud, .. } = order;
            query = query.bind(order.id.as_str()).bind(source.pop).bind(source.incarnation).bind(*seq);
            query = query.bind(order.cart.as_str()).bind(source.region).bind(order.placed_ms);
            query = query.bind(source.received_ms).bind(&*order.customer).bind(&*order.country);
            query = query.bind(&*order.area).bind(order.total.currency.code()).bind(order.subtotal.amount);
            query = query.bind(order.delivery.amount).bind(order.total.amount).bind(&*order.delivery_kind);
            query = query.bind(payment.id.as_str()).bind(&*payment.method).bind(&*fraud.outcome);
            query = query.bind(fraud.score.map(f64::from)).bind(&*fraud.model).bind(reasons(fraud));
            query = query.bind(STATUS_PLACED).bind(attention);
            query = query.bind(known_account(order)).bind(order.paid_by_gift_cards().amount);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

fn reasons(fraud: &FraudRecord) -> String {
    serde_json::to_string(&fraud.reasons).unwrap_or_default()
}

/// Stores the lines of orders.
pub async fn insert_lines(conn: &mut Conn, placed: &[Placed<'_>]) -> Result<()> {
    let orders = placed.iter().map(|placed| placed.order);
    let rows: Vec<_> =
        orders.flat_map(|order| (0_i64..).zip(&order.lines).map(move |row| (order, row))).collect();
    for rows in batches(&rows, 11) {
        let sql = format!(
            "INSERT INTO orders_lines (order_id, line, sku, product, vendor, quantity, unit_amount, currency, \
             list_amount, subsidy, added_tax) VALUES {}",
            tuples(rows.len(), 11)
        );
        let amount = |money: Option<Money>| money.map(|money| money.amount);
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, (number, line)) in rows {
            query = query.bind(order.id.as_str()).bind(*number).bind(line.sku.as_str());
            query = query.bind(line.product.as_str()).bind(line.vendor.as_str());
            query = query.bind(i64::from(line.quantity)).bind(line.unit_price.amount);
            query = query.bind(line.unit_price.currency.code()).bind(amount(line.list_price));
            query = query.bind(amount(line.subsidy)).bind(amount(line.added_tax));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores the stock that orders took, each with the units that were short.
pub async fn insert_takes(conn: &mut Conn, placed: &[Placed<'_>]) -> Result<()> {
    let takes = placed.iter().flat_map(|placed| {
        let takes = placed.order.takes.iter().zip(&placed.short);
        (0_i64..).zip(takes).map(move |(number, take)| (placed.order, number, take))
    });
    for takes in batches(&takes.collect::<Vec<_>>(), 6) {
        let sql = format!(
            "INSERT INTO orders_takes (order_id, take, item, epoch, units, short) VALUES {}",
            tuples(takes.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, number, (take, short)) in takes {
            let epoch = i64::try_from(take.epoch).unwrap_or(i64::MAX);
            query = query.bind(order.id.as_str()).bind(*number).bind(take.item.as_str());
            query = query.bind(epoch).bind(i64::from(take.units)).bind(**short);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores refused checkouts that are not there yet.
pub async fn insert_blocked(conn: &mut Conn, pop: &str, blocked: &[Blocked<'_>]) -> Result<()> {
    for blocked in batches(blocked, 6) {
        let sql = format!(
            "INSERT INTO orders_blocked (event, pop, occurred_ms, score, model, reasons) VALUES {} \
             ON CONFLICT (event) DO NOTHING",
            tuples(blocked.len(), 6)
        );
        let scores = blocked.iter().map(|blocked| blocked.fraud.score);
        let mut query = sqlx::query(AssertSqlSafe(sql)).persistent(may_be_cached(scores));
        for Blocked { event, occurred_ms, fraud } in blocked {
            query = query.bind(*event).bind(pop).bind(*occurred_ms).bind(fraud.score.map(f64::from));
            query = query.bind(&*fraud.model).bind(reasons(fraud));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Orders before a place in the list, newest first; of one POP, or of all when `pop` is empty.
pub async fn list_orders(
    conn: &mut Conn,
    pop: &str,
    before: (i64, &str),
    limit: i64,
) -> Result<Vec<OrderView>> {
    // One statement for each case, so that each runs along its index.
    let of_pop = if pop.is_empty() { "$4 = ''" } else { "pop = $4" };
    let sql = format!(
        "SELECT {ORDER_COLUMNS} FROM orders_orders WHERE (placed_ms, id) < ($1, $2) AND {of_pop} \
         ORDER BY placed_ms DESC, id DESC LIMIT $3"
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(before.0).bind(before.1).bind(limit).bind(pop);
    query.fetch_all(conn).await?.iter().map(order_of).collect()
}

/// What orders may be sorted by.
const SORTS: &[(&str, &str)] = &[("placed", "placed_ms"), ("total", "total")];

/// Orders of a list: its search is an order, a customer, an account or a POP, each as a whole.
pub async fn find_orders(conn: &mut Conn, list: &List) -> Result<Vec<OrderView>> {
    // One statement for each case, so that a search runs along the indexes.
    let search = list.search();
    let found =
        if search.is_empty() { "$1 = ''" } else { "(id = $1 OR customer = $1 OR account = $1 OR pop = $1)" };
    let of_state = match list.state.as_str() {
        "" => "$2 = ''",
        "attention" => "$2 = 'attention' AND attention <> ''",
        "allow" | "step_up" | "review" => "fraud_outcome = $2",
        _ => "status = $2",
    };
    let sql = format!(
        "SELECT {ORDER_COLUMNS} FROM orders_orders WHERE {found} AND {of_state} {} LIMIT $3 OFFSET $4",
        list.order_by(SORTS, "id")
    );
    let (limit, offset) = list.window();
    let query = sqlx::query(AssertSqlSafe(sql)).bind(search).bind(&*list.state).bind(limit).bind(offset);
    query.fetch_all(conn).await?.iter().map(order_of).collect()
}

/// One order, without its lines.
pub async fn get_order(conn: &mut Conn, id: &str) -> Result<Option<OrderView>> {
    let sql = format!("SELECT {ORDER_COLUMNS} FROM orders_orders WHERE id = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?;
    row.as_ref().map(order_of).transpose()
}

fn order_of(row: &AnyRow) -> Result<OrderView> {
    let attention: String = row.try_get("attention")?;
    let currency: String = row.try_get("currency")?;
    let reasons: String = row.try_get("fraud_reasons")?;
    let price = |column| Ok::<_, sqlx::Error>(price(row.try_get(column)?, &currency));
    Ok(OrderView {
        id: row.try_get("id")?,
        pop: row.try_get("pop")?,
        incarnation: row.try_get("incarnation")?,
        seq: row.try_get("seq")?,
        cart: row.try_get("cart")?,
        region: row.try_get("region")?,
        placed_ms: row.try_get("placed_ms")?,
        received_ms: row.try_get("received_ms")?,
        customer: row.try_get("customer")?,
        account: row.try_get("account")?,
        country: row.try_get("country")?,
        area: row.try_get("area")?,
        subtotal: price("subtotal")?,
        delivery: price("delivery")?,
        total: price("total")?,
        gift_cards: price("gift_cards")?,
        delivery_kind: row.try_get("delivery_kind")?,
        payment: row.try_get("payment")?,
        payment_method: row.try_get("payment_method")?,
        fraud_outcome: row.try_get("fraud_outcome")?,
        fraud_score: row.try_get("fraud_score")?,
        fraud_model: row.try_get("fraud_model")?,
        fraud_reasons: serde_json::from_str(&reasons).unwrap_or_default(),
        status: row.try_get("status")?,
        attention: attention.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
        lines: Vec::new(),
        takes: Vec::new(),
        parcels: Vec::new(),
    })
}

/// The lines of an order.
pub async fn list_lines(conn: &mut Conn, order: &str) -> Result<Vec<LineView>> {
    let query = sqlx::query(
        "SELECT sku, product, vendor, quantity, unit_amount, currency, list_amount, subsidy, added_tax FROM orders_lines \
         WHERE order_id = $1 ORDER BY line",
    );
    let rows = query.bind(order).fetch_all(conn).await?;
    rows.iter().map(line_of).collect()
}

pub(super) fn line_of(row: &AnyRow) -> Result<LineView> {
    let currency: String = row.try_get("currency")?;
    let money = |column| {
        let amount: Option<i64> = row.try_get(column)?;
        Ok::<_, sqlx::Error>(amount.map(|amount| price(amount, &currency)))
    };
    Ok(LineView {
        sku: row.try_get("sku")?,
        product: row.try_get("product")?,
        vendor: row.try_get("vendor")?,
        quantity: row.try_get("quantity")?,
        unit_price: price(row.try_get("unit_amount")?, &currency),
        list_price: money("list_amount")?,
        subsidy: money("subsidy")?,
        added_tax: money("added_tax")?,
    })
}

/// The stock that an order took.
pub async fn list_takes(conn: &mut Conn, order: &str) -> Result<Vec<TakeView>> {
    let query =
        sqlx::query("SELECT item, epoch, units, short FROM orders_takes WHERE order_id = $1 ORDER BY take");
    let rows = query.bind(order).fetch_all(conn).await?;
    let take_of = |row: &AnyRow| {
        Ok(TakeView {
            item: row.try_get("item")?,
            epoch: row.try_get("epoch")?,
            units: row.try_get("units")?,
            short: row.try_get("short")?,
        })
    };
    rows.iter().map(take_of).collect()
}

/// Orders placed in each minute from `from_ms` on: minute since 1970, outcome of the fraud score, count.
pub async fn count_by_minute(conn: &mut Conn, from_ms: i64) -> Result<Vec<(i64, String, i64)>> {
    sqlx::query_as(
        "SELECT placed_ms / 60000 AS minute, fraud_outcome, COUNT(*) FROM orders_orders \
         WHERE placed_ms >= $1 GROUP BY placed_ms / 60000, fraud_outcome ORDER BY 1",
    )
    .bind(from_ms)
    .fetch_all(conn)
    .await
}

/// Refused checkouts in each minute from `from_ms` on.
pub async fn count_blocked_by_minute(conn: &mut Conn, from_ms: i64) -> Result<Vec<(i64, i64)>> {
    sqlx::query_as(
        "SELECT occurred_ms / 60000 AS minute, COUNT(*) FROM orders_blocked \
         WHERE occurred_ms >= $1 GROUP BY occurred_ms / 60000 ORDER BY 1",
    )
    .bind(from_ms)
    .fetch_all(conn)
    .await
}

/// Orders in all, and those that an operator should look at.
pub async fn count_orders(conn: &mut Conn) -> Result<(i64, i64)> {
    sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN attention <> '' THEN 1 ELSE 0 END), 0) AS BIGINT) \
         FROM orders_orders",
    )
    .fetch_one(conn)
    .await
}
