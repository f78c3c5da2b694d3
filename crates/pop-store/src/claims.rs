//! Carts of accounts: an account has one open cart at a POP, and a guest's cart becomes it or goes into it.

use kiosk_edge_platform::{Database, Statement};
use kiosk_ids::CartId;
use serde::Serialize;

use crate::StoreError;
use crate::carts::{Cart, FIRST_VERSION};
use crate::guard::integer;

/// The open cart of `account`, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn open_cart(db: &dyn Database, account: &str) -> Result<Option<CartId>, StoreError> {
    let select = Statement::new(
        "SELECT id FROM cart WHERE account = ?1 AND account IS NOT NULL AND order_id IS NULL AND merged_into IS NULL",
    );
    let rows = db.query(select.bind(account)).await?;
    rows.first().map(|row| Ok(CartId::parse(row.get(0)?)?)).transpose()
}

/// Creates an empty cart for `account`.
///
/// # Errors
/// A constraint when it has an open one by now.
pub async fn create(
    db: &dyn Database,
    id: &CartId,
    token_hash: &str,
    account: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO cart (id, token_hash, version, created_ms, updated_ms, account) VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    );
    let insert = insert.bind(id.as_str()).bind(token_hash).bind(integer(FIRST_VERSION)).bind(now_ms);
    db.batch(vec![insert.bind(account)]).await?;
    Ok(())
}

/// Gives a guest's cart, as it was read, to `account`, with another token: the guest's no longer opens it.
///
/// # Errors
/// A constraint when the cart was changed since, or the account has an open one by now.
pub async fn bind(
    db: &dyn Database,
    cart: &Cart,
    token_hash: &str,
    account: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let update = Statement::new(
        "UPDATE cart SET account = ?2, token_hash = ?3, version = version + 1, updated_ms = ?4 WHERE id = ?1",
    );
    let update = update.bind(cart.id.as_str()).bind(account).bind(token_hash).bind(now_ms);
    db.batch(vec![as_it_was_read(cart), update]).await?;
    Ok(())
}

/// A line as it is after a merge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergedLine<'a> {
    /// What is in it.
    pub sku: &'a str,
    /// Pieces of both carts together.
    pub quantity: u32,
}

/// Puts `lines` of the cart `from` into the account's cart `into` and closes `from`, all at once.
///
/// # Errors
/// A constraint when one of the two was changed or closed since they were read.
pub async fn merge(
    db: &dyn Database,
    from: &Cart,
    into: &Cart,
    lines: &[MergedLine<'_>],
    now_ms: i64,
) -> Result<(), StoreError> {
    let bind = |sql: &'static str| Statement::new(sql).bind(from.id.as_str()).bind(into.id.as_str());
    db.batch(vec![
        as_it_was_read(from),
        as_it_was_read(into),
        bind(MOVE_LINES).bind(serde_json::to_string(lines)?),
        bind(MOVE_GIFT_CARDS),
        bind(TOUCH).bind(now_ms),
        Statement::new("DELETE FROM cart_line WHERE cart_id = ?1").bind(from.id.as_str()),
        bind(CLOSE).bind(now_ms).bind(into.account.as_deref()),
    ])
    .await?;
    Ok(())
}

/// Undoes the batch unless `cart` is open and of the version that was read.
fn as_it_was_read(cart: &Cart) -> Statement {
    Statement::new(
        "INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = ?1 AND version = ?2 AND account IS ?3 AND order_id IS NULL
            AND merged_into IS NULL)",
    )
    .bind(cart.id.as_str())
    .bind(integer(cart.version))
    .bind(cart.account.as_deref())
}

/// The price of a line is the one that was shown last.
const MOVE_LINES: &str = "INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms)
    SELECT ?2, l.sku, t.value ->> 'quantity', l.shown_price, l.added_ms
    FROM json_each(?3) t JOIN cart_line l ON l.cart_id = ?1 AND l.sku = t.value ->> 'sku' WHERE 1
    ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity, shown_price = excluded.shown_price";

const MOVE_GIFT_CARDS: &str = "INSERT OR IGNORE INTO cart_gift_card (cart_id, card_id, added_ms)
    SELECT ?2, card_id, added_ms FROM cart_gift_card WHERE cart_id = ?1";

const TOUCH: &str = "UPDATE cart SET version = version + 1, updated_ms = ?3,
      code = COALESCE(code, (SELECT code FROM cart WHERE id = ?1)),
      currency = COALESCE(currency, (SELECT currency FROM cart WHERE id = ?1)) WHERE id = ?2";

const CLOSE: &str =
    "UPDATE cart SET merged_into = ?2, account = ?4, version = version + 1, updated_ms = ?3, currency = NULL
    WHERE id = ?1";
