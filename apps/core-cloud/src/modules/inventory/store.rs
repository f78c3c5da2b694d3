//! Tables `inventory_items`, `inventory_accounts`, `inventory_write_offs`.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, Row};

use super::escrow::{Account, Item, Kind};
use crate::db::{Conn, batches, lock_by, placeholders, tuples};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Items of these names, locked in the order of their names until the transaction ends.
pub async fn lock_items(conn: &mut Conn, names: &[&str]) -> Result<HashMap<String, Item>> {
    let lock = lock_by(conn, "item");
    read_items(conn, names, &lock).await
}

/// Items of these names, to look at.
pub async fn list_levels(conn: &mut Conn, names: &[&str]) -> Result<HashMap<String, Item>> {
    read_items(conn, names, "").await
}

async fn read_items(conn: &mut Conn, names: &[&str], lock: &str) -> Result<HashMap<String, Item>> {
    let mut items = HashMap::with_capacity(names.len());
    let mut sorted = names.to_vec();
    sorted.sort_unstable();
    for names in batches(&sorted, 1) {
        let sql = format!(
            "SELECT item, on_hand, available, leased, sold, imported, kind FROM inventory_items \
             WHERE item IN ({}){lock}",
            placeholders(1, names.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for name in names {
            query = query.bind(*name);
        }
        for row in query.fetch_all(&mut *conn).await? {
            items.insert(row.try_get(0)?, item_of(&row)?);
        }
    }
    Ok(items)
}

fn item_of(row: &sqlx::any::AnyRow) -> Result<Item> {
    Ok(Item {
        on_hand: row.try_get("on_hand")?,
        available: row.try_get("available")?,
        leased: row.try_get("leased")?,
        sold: row.try_get("sold")?,
        imported: row.try_get("imported")?,
        kind: Kind::parse(&row.try_get::<String, _>("kind")?)
            .ok_or_else(|| sqlx::Error::Decode("no kind of an item".into()))?,
    })
}

/// Writes items as they now are; new ones too.
pub async fn put_items(conn: &mut Conn, items: &[(&str, Item)]) -> Result<()> {
    for items in batches(items, 7) {
        let sql = format!(
            "INSERT INTO inventory_items (item, on_hand, available, leased, sold, imported, kind) VALUES {} \
             ON CONFLICT (item) DO UPDATE SET on_hand = excluded.on_hand, available = excluded.available, \
             leased = excluded.leased, sold = excluded.sold, imported = excluded.imported",
            tuples(items.len(), 7)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (name, item) in items {
            query = query.bind(*name).bind(item.on_hand).bind(item.available);
            query = query.bind(item.leased).bind(item.sold).bind(item.imported).bind(item.kind.name());
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Accounts of one POP database with these items.
pub async fn list_accounts(
    conn: &mut Conn,
    pop: &str,
    incarnation: &str,
    items: &[&str],
) -> Result<HashMap<String, Account>> {
    let mut accounts = HashMap::with_capacity(items.len());
    for items in batches(items, 1) {
        let sql = format!(
            "SELECT item, epoch, granted, sold, returned, fenced FROM inventory_accounts \
             WHERE pop = $1 AND incarnation = $2 AND item IN ({})",
            placeholders(3, items.len())
        );
        let mut query = sqlx::query(AssertSqlSafe(sql)).bind(pop).bind(incarnation);
        for item in items {
            query = query.bind(*item);
        }
        for row in query.fetch_all(&mut *conn).await? {
            accounts.insert(row.try_get(0)?, account_of(&row)?);
        }
    }
    Ok(accounts)
}

fn account_of(row: &sqlx::any::AnyRow) -> Result<Account> {
    Ok(Account {
        epoch: row.try_get("epoch")?,
        granted: row.try_get("granted")?,
        sold: row.try_get("sold")?,
        returned: row.try_get("returned")?,
        fenced: row.try_get::<i64, _>("fenced")? == 1,
    })
}

/// Writes accounts as they now are; new ones too.
pub async fn put_accounts(
    conn: &mut Conn,
    pop: &str,
    incarnation: &str,
    accounts: &[(&str, Account)],
) -> Result<()> {
    for accounts in batches(accounts, 8) {
        let sql = format!(
            "INSERT INTO inventory_accounts (pop, incarnation, item, epoch, granted, sold, returned, fenced) \
             VALUES {} ON CONFLICT (pop, incarnation, item) DO UPDATE SET epoch = excluded.epoch, \
             granted = excluded.granted, sold = excluded.sold, returned = excluded.returned, \
             fenced = excluded.fenced",
            tuples(accounts.len(), 8)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (item, account) in accounts {
            query = query.bind(pop).bind(incarnation).bind(*item).bind(account.epoch).bind(account.granted);
            query = query.bind(account.sold).bind(account.returned).bind(i64::from(account.fenced));
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Accounts whose raised epoch the POP has not shown to know: item, epoch, granted, available.
pub async fn list_fenced(
    conn: &mut Conn,
    pop: &str,
    incarnation: &str,
) -> Result<Vec<(String, i64, i64, i64)>> {
    sqlx::query_as(
        "SELECT a.item, a.epoch, a.granted, i.available FROM inventory_accounts a \
         JOIN inventory_items i ON i.item = a.item \
         WHERE a.pop = $1 AND a.incarnation = $2 AND a.fenced = 1 ORDER BY a.item",
    )
    .bind(pop)
    .bind(incarnation)
    .fetch_all(conn)
    .await
}

/// Items of a POP database's accounts that still hold stock.
pub async fn list_held(conn: &mut Conn, pop: &str, incarnation: &str) -> Result<Vec<String>> {
    let rows = sqlx::query_as::<_, (String,)>(
        "SELECT item FROM inventory_accounts \
         WHERE pop = $1 AND incarnation = $2 AND granted > sold + returned ORDER BY item",
    );
    let rows = rows.bind(pop).bind(incarnation).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|(item,)| item).collect())
}

/// Records what was taken back: item, epoch, units.
pub async fn insert_write_offs(
    conn: &mut Conn,
    pop: &str,
    incarnation: &str,
    at_ms: i64,
    taken: &[(&str, i64, i64)],
) -> Result<()> {
    for taken in batches(taken, 6) {
        let sql = format!(
            "INSERT INTO inventory_write_offs (pop, incarnation, item, epoch, units, at_ms) VALUES {}",
            tuples(taken.len(), 6)
        );
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (item, epoch, units) in taken {
            query = query.bind(pop).bind(incarnation).bind(*item).bind(*epoch).bind(*units).bind(at_ms);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// Units on hand of these items.
pub async fn list_on_hand(conn: &mut Conn, items: &[&str]) -> Result<HashMap<String, i64>> {
    let mut found = HashMap::with_capacity(items.len());
    for items in batches(items, 1) {
        let sql = format!(
            "SELECT item, on_hand FROM inventory_items WHERE item IN ({})",
            placeholders(1, items.len())
        );
        let mut query = sqlx::query_as::<_, (String, i64)>(AssertSqlSafe(sql));
        for item in items {
            query = query.bind(*item);
        }
        found.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(found)
}

/// One item.
pub async fn get_item(conn: &mut Conn, name: &str) -> Result<Option<Item>> {
    let query = sqlx::query(
        "SELECT on_hand, available, leased, sold, imported, kind FROM inventory_items WHERE item = $1",
    );
    query.bind(name).fetch_optional(conn).await?.map(|row| item_of(&row)).transpose()
}

/// Goods after a name, in order, whose name contains `search`.
pub async fn list_items(
    conn: &mut Conn,
    after: &str,
    search: &str,
    limit: i64,
) -> Result<Vec<(String, Item)>> {
    let query = sqlx::query(
        "SELECT item, on_hand, available, leased, sold, imported, kind FROM inventory_items \
         WHERE kind = 'stock' AND item > $1 AND LOWER(item) LIKE $2 ESCAPE '!' ORDER BY item LIMIT $3",
    );
    let rows = query.bind(after).bind(contains(search)).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, item_of(row)?))).collect()
}

/// The same of all that is leased: budgets and gift cards too, of which a POP holds units.
pub async fn list_leased_items(
    conn: &mut Conn,
    after: &str,
    search: &str,
    limit: i64,
) -> Result<Vec<(String, Item)>> {
    let query = sqlx::query(
        "SELECT item, on_hand, available, leased, sold, imported, kind FROM inventory_items \
         WHERE leased > 0 AND item > $1 AND LOWER(item) LIKE $2 ESCAPE '!' ORDER BY item LIMIT $3",
    );
    let rows = query.bind(after).bind(contains(search)).bind(limit).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, item_of(row)?))).collect()
}

/// Accounts of these items: item, POP, incarnation, account.
pub async fn list_accounts_of_items(
    conn: &mut Conn,
    items: &[&str],
) -> Result<Vec<(String, String, String, Account)>> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT item, pop, incarnation, epoch, granted, sold, returned, fenced FROM inventory_accounts \
         WHERE item IN ({}) ORDER BY item, pop, incarnation",
        placeholders(1, items.len())
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for item in items {
        query = query.bind(*item);
    }
    let rows = query.fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, account_of(row)?))).collect()
}

/// Items, on hand, available, leased and sold, summed over the shop.
pub async fn get_totals(conn: &mut Conn) -> Result<(i64, i64, i64, i64, i64)> {
    sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(SUM(on_hand), 0) AS BIGINT), \
         CAST(COALESCE(SUM(available), 0) AS BIGINT), CAST(COALESCE(SUM(leased), 0) AS BIGINT), \
         CAST(COALESCE(SUM(sold), 0) AS BIGINT) FROM inventory_items WHERE kind = 'stock'",
    )
    .fetch_one(conn)
    .await
}

/// A `LIKE` pattern, with `!` as its escape.
fn contains(text: &str) -> String {
    let text = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{text}%")
}
