//! Carts: written with versions, read together with everything a page or a checkout needs of them.

use kiosk_edge_platform::{Database, Row, Statement, Value};
use kiosk_ids::{CartId, Sku};
use kiosk_money::{Currency, Money};

use crate::catalog::SkuView;
use crate::catalog::product::{SKU_COLUMNS, sku_view};
use crate::idempotency::Remembered;
use crate::{StoreError, currency_of, guard};

/// Most lines of one cart.
pub const CART_LINES_MAX: u32 = 100;
/// A cart that was not touched for this long is removed, in milliseconds.
pub const CART_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Most carts that one [`prune`] removes.
pub const PRUNED_CARTS_MAX: u32 = 500;

/// A cart with its lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Cart {
    /// Identifier.
    pub id: CartId,
    /// SHA-256 of the token that owns it, hex.
    pub token_hash: String,
    /// Grows with every change.
    pub version: u64,
    /// The currency of its lines; `None` while it is empty.
    pub currency: Option<Currency>,
    /// Unix milliseconds.
    pub created_ms: i64,
    /// The order it became.
    pub order_id: Option<String>,
    /// In the order they were added.
    pub lines: Vec<CartLine>,
}

/// A line of a cart.
#[derive(Clone, Debug, PartialEq)]
pub struct CartLine {
    /// What is in it.
    pub sku: String,
    /// Pieces, at least 1.
    pub quantity: u32,
    /// The price of one piece when the line was last set, in minor units.
    pub shown_price: i64,
    /// The variant as it is sold now; `None` when it no longer is, or no longer in the cart's currency.
    pub sold: Option<SkuView>,
}

/// What the POP knows of its supply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Supply {
    /// When the leases lapse by the POP's clock, Unix milliseconds; 0 when there are none.
    pub leases_expire_ms: i64,
    /// The core is not asked before this time, Unix milliseconds; 0 when it answers.
    pub core_retry_ms: i64,
}

/// A cart, the supply behind it, and the remembered answer to a request on it.
#[derive(Clone, Debug, PartialEq)]
pub struct CartState {
    /// The cart.
    pub cart: Cart,
    /// The POP's supply.
    pub supply: Supply,
    /// The answer that was given to the idempotency key.
    pub remembered: Option<Remembered>,
}

/// Everything about a cart in one statement, so that all of it is of one moment. The columns of a variant come first.
const LOAD: &str =
    "SELECT s.sku, p.id, p.handle, p.title, s.options, p.vendor_id, v.name, p.bulky, p.picture, s.price,
    s.currency, s.stock_item, s.stock_units, e.granted - e.taken - e.returned, e.core_available, e.epoch,
    l.sku, l.quantity, l.shown_price, c.token_hash, c.version, c.currency, c.created_ms, c.order_id,
    COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'leases_expire_ms'), 0),
    COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'core_retry_ms'), 0),
    i.request_hash, i.status, i.response
  FROM cart c
    LEFT JOIN idempotency i ON i.scope = c.id AND i.key = ?2
    LEFT JOIN cart_line l ON l.cart_id = c.id
    LEFT JOIN variant s ON s.sku = l.sku
    LEFT JOIN product p ON p.id = s.product_id
    LEFT JOIN vendor v ON v.id = p.vendor_id
    LEFT JOIN lease e ON e.item = s.stock_item
  WHERE c.id = ?1 ORDER BY l.added_ms, l.sku";

/// The cart `id`, and the answer remembered for `idempotency_key` on it.
///
/// # Errors
/// When the database fails.
pub async fn load(
    db: &dyn Database,
    id: &CartId,
    idempotency_key: Option<&str>,
) -> Result<Option<CartState>, StoreError> {
    let rows = db.query(Statement::new(LOAD).bind(id.as_str()).bind(idempotency_key)).await?;
    let Some(head) = rows.first() else { return Ok(None) };
    const AT: usize = SKU_COLUMNS + 3;
    let currency = head.get::<Option<&str>>(AT + 2)?.map(currency_of).transpose()?;
    Ok(Some(CartState {
        cart: Cart {
            id: id.clone(),
            token_hash: head.get(AT)?,
            version: head.get(AT + 1)?,
            currency,
            created_ms: head.get(AT + 3)?,
            order_id: head.get(AT + 4)?,
            lines: rows.iter().filter_map(|row| line(row, currency).transpose()).collect::<Result<_, _>>()?,
        },
        supply: Supply { leases_expire_ms: head.get(AT + 5)?, core_retry_ms: head.get(AT + 6)? },
        remembered: match head.get::<Option<String>>(AT + 7)? {
            None => None,
            Some(request_hash) => Some(Remembered {
                request_hash,
                status: u16::try_from(head.get::<u32>(AT + 8)?).unwrap_or(0),
                response: head.get(AT + 9)?,
            }),
        },
    }))
}

/// The line of a row; a cart without lines has one row without a line.
fn line(row: &Row, currency: Option<Currency>) -> Result<Option<CartLine>, StoreError> {
    let Some(sku) = row.get::<Option<String>>(SKU_COLUMNS)? else { return Ok(None) };
    // A variant is sold when its product, its seller and its lease are there.
    let there = [0, 1, 6, 15].into_iter().all(|column| row.0.get(column).is_some_and(|v| *v != Value::Null));
    let sold = if there { Some(sku_view(row)?) } else { None };
    Ok(Some(CartLine {
        sku,
        quantity: row.get(SKU_COLUMNS + 1)?,
        shown_price: row.get(SKU_COLUMNS + 2)?,
        sold: sold.filter(|sold| Some(sold.price.currency) == currency),
    }))
}

/// Creates an empty cart that the bearer of a token owns.
///
/// # Errors
/// When the database fails.
pub async fn create(db: &dyn Database, id: &CartId, token_hash: &str, now_ms: i64) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO cart (id, token_hash, version, created_ms, updated_ms) VALUES (?1, ?2, 1, ?3, ?3)",
    );
    db.batch(vec![insert.bind(id.as_str()).bind(token_hash).bind(now_ms)]).await?;
    Ok(())
}

/// Sets the quantity of a line to `quantity` pieces that are shown at `price`.
///
/// # Errors
/// A constraint that names a [`guard::Guard`] when the cart is closed, changed since `version`, full or in another
/// currency; then nothing is changed.
pub async fn put_line(
    db: &dyn Database,
    cart: &CartId,
    version: Option<u64>,
    line: (&Sku, u32, Money),
    now_ms: i64,
) -> Result<(), StoreError> {
    let (sku, quantity, price) = line;
    let currency = price.currency.code();
    let mut batch = guards(cart, version);
    batch.push(guard::cart_has_one_currency(cart.as_str(), currency));
    batch.push(
        Statement::new(
            "INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity, shown_price = excluded.shown_price",
        )
        .bind(cart.as_str())
        .bind(sku.as_str())
        .bind(quantity)
        .bind(price.amount)
        .bind(now_ms),
    );
    batch.push(guard::cart_has_room(cart.as_str(), CART_LINES_MAX));
    batch.push(
        Statement::new("UPDATE cart SET version = version + 1, currency = ?2, updated_ms = ?3 WHERE id = ?1")
            .bind(cart.as_str())
            .bind(currency)
            .bind(now_ms),
    );
    db.batch(batch).await?;
    Ok(())
}

/// Removes a line; one that is not there is no error. An empty cart has no currency.
///
/// # Errors
/// As [`put_line`].
pub async fn remove_line(
    db: &dyn Database,
    cart: &CartId,
    version: Option<u64>,
    sku: &Sku,
    now_ms: i64,
) -> Result<(), StoreError> {
    let mut batch = guards(cart, version);
    batch.push(
        Statement::new("DELETE FROM cart_line WHERE cart_id = ?1 AND sku = ?2")
            .bind(cart.as_str())
            .bind(sku.as_str()),
    );
    batch.push(
        Statement::new(
            "UPDATE cart SET version = version + 1, updated_ms = ?2, currency = CASE
               WHEN EXISTS (SELECT 1 FROM cart_line WHERE cart_id = ?1) THEN currency END WHERE id = ?1",
        )
        .bind(cart.as_str())
        .bind(now_ms),
    );
    db.batch(batch).await?;
    Ok(())
}

fn guards(cart: &CartId, version: Option<u64>) -> Vec<Statement> {
    let mut guards = vec![guard::cart_is_open(cart.as_str())];
    guards.extend(version.map(|version| guard::cart_version_is_current(cart.as_str(), version)));
    guards
}

/// Removes up to [`PRUNED_CARTS_MAX`] carts that were not touched for [`CART_KEPT_MS`].
#[must_use]
pub fn prune(now_ms: i64) -> [Statement; 2] {
    const OLD: &str = "SELECT id FROM cart WHERE updated_ms < ?1 ORDER BY updated_ms, id LIMIT ?2";
    // Lines first: not every host enforces the foreign key.
    [
        format!("DELETE FROM cart_line WHERE cart_id IN ({OLD})"),
        format!("DELETE FROM cart WHERE id IN ({OLD})"),
    ]
    .map(|sql| Statement::new(sql).bind(now_ms - CART_KEPT_MS).bind(PRUNED_CARTS_MAX))
}
