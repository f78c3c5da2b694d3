//! Placing and clearing many orders at once: tables `orders_vendor_orders`, `orders_pieces`, `orders_holds`,
//! `orders_orders`.

use std::collections::{BTreeMap, HashMap};

use sqlx::AssertSqlSafe;

use super::flow::{Hold, Stage};
use super::parts::Charge;
use super::purchase_store::hold_name;
use super::service::{Placed, Source, delivery_shares};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};
use crate::modules::catalog::service::Drawn;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Stores an order for each vendor of new purchases. The price of delivery is shared over them by the value of their
/// goods.
pub async fn insert_vendor_orders(conn: &mut Conn, source: Source<'_>, placed: &[Placed<'_>]) -> Result<()> {
    let mut rows = Vec::new();
    for order in placed.iter().map(|placed| placed.order) {
        rows.extend(delivery_shares(order).into_iter().map(|(vendor, share)| (order, vendor, share)));
    }
    for rows in batches(&rows, 7) {
        let sql = format!(
            "INSERT INTO orders_vendor_orders (order_id, vendor, stage, placed_ms, changed_ms, delivery, charge) \
             VALUES {}",
            tuples(rows.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, vendor, share) in rows {
            query = query.bind(order.id.as_str()).bind(vendor.as_str()).bind(Stage::Placed.name());
            query = query.bind(order.placed_ms).bind(source.received_ms).bind(*share);
            query = query.bind(Charge::Open.name());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores where the pieces of new purchases are, each with the stock that it takes.
pub async fn insert_pieces(
    conn: &mut Conn,
    placed: &[Placed<'_>],
    drawn: &HashMap<String, Drawn>,
) -> Result<()> {
    let orders = placed.iter().map(|placed| placed.order);
    let rows: Vec<_> =
        orders.flat_map(|order| (0_i64..).zip(&order.lines).map(move |row| (order, row))).collect();
    for rows in batches(&rows, 7) {
        let values: Vec<String> = (0..rows.len())
            .map(|row| format!("({}, 0, 0, 0, 0, 0, 0, 0, 0, 0)", placeholders(row * 7 + 1, 7)))
            .collect();
        let sql = format!(
            "INSERT INTO orders_pieces (order_id, line, item, units, bulky, ordered, to_ship, cancelled, planned, \
             shipped, delivered, lost, coming_back, returned, refunded, exchanged) VALUES {}",
            values.join(",")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (order, (number, line)) in rows {
            let drawn = drawn.get(line.sku.as_str());
            let item = drawn.map_or(line.sku.as_str(), |drawn| drawn.item.as_str());
            let (units, bulky) = drawn.map_or((1, false), |drawn| (drawn.units, drawn.bulky));
            let quantity = i64::from(line.quantity);
            query = query.bind(order.id.as_str()).bind(*number).bind(item).bind(units);
            query = query.bind(i64::from(bulky)).bind(quantity).bind(quantity);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Stores the stock that new purchases hold: what they took and somebody has.
pub async fn insert_holds(conn: &mut Conn, placed: &[Placed<'_>]) -> Result<()> {
    let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for Placed { order, short, .. } in placed {
        for (take, short) in order.takes.iter().zip(short) {
            let sold = (i64::from(take.units) - short).max(0);
            *sums.entry((order.id.as_str(), take.item.as_str())).or_default() += sold;
        }
    }
    let rows: Vec<_> = sums.into_iter().collect();
    for rows in batches(&rows, 4) {
        let sql = format!(
            "INSERT INTO orders_holds (order_id, item, sold, moved) VALUES {}",
            tuples(rows.len(), 4)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for ((order, item), sold) in rows {
            query = query.bind(*order).bind(*item).bind(*sold).bind(0_i64);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Moves purchases that were placed and nothing more. Returns those that it moved.
pub async fn move_placed(
    conn: &mut Conn,
    ids: &[&str],
    hold: Hold,
    stage: Stage,
    now_ms: i64,
) -> Result<Vec<String>> {
    let mut moved = Vec::new();
    for ids in batches(ids, 1) {
        let sql = format!(
            "SELECT id FROM orders_orders WHERE hold = 'new' AND status = 'placed' AND id IN ({}){}",
            placeholders(1, ids.len()),
            lock_by(conn, "id")
        );
        let mut query = sqlx::query_as::<_, (String,)>(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        moved.extend(query.fetch_all(&mut *conn).await?.into_iter().map(|(id,)| id));
    }
    for ids in batches(&moved, 1) {
        let sql = format!(
            "UPDATE orders_orders SET hold = $1, status = $2 WHERE id IN ({})",
            placeholders(3, ids.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(hold_name(hold)).bind(stage.name());
        for id in ids {
            query = query.bind(&**id);
        }
        query.execute(&mut *conn).await?;
        let sql = format!(
            "UPDATE orders_vendor_orders SET stage = $1, changed_ms = $2 WHERE stage = 'placed' AND order_id IN ({})",
            placeholders(3, ids.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(stage.name()).bind(now_ms);
        for id in ids {
            query = query.bind(&**id);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(moved)
}
