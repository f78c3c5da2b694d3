//! Carts: written with versions, read together with everything a page or a checkout needs of them.

use kiosk_edge_platform::{Database, Row, Statement, Value};
use kiosk_ids::{CartId, Sku};
use kiosk_money::{Currency, Money};

use crate::catalog::SkuView;
use crate::catalog::product::{SKU_COLUMNS, sku_view};
use crate::guard::integer;
use crate::idempotency::Remembered;
use crate::standings::Buyer;
use crate::{StoreError, currency_of};

/// Most lines of one cart.
pub const CART_LINES_MAX: u32 = 100;
/// Version of a new cart.
pub const FIRST_VERSION: u64 = 1;
/// A cart that was not touched for this long is removed, in milliseconds.
pub const CART_KEPT_MS: i64 = 30 * 24 * 3_600_000;
/// Most carts that one [`prune`] removes.
pub const PRUNED_CARTS_MAX: u32 = 500;

/// A change of a line in one statement, as [`crate::checkout`] says why. A quantity of 0 removes it.
pub(crate) const SCHEMA: [&str; 2] = [
    "CREATE VIEW cart_change (cart_id, version, sku, quantity, price, currency, lines_max, now_ms)
     AS SELECT 0, 0, 0, 0, 0, 0, 0, 0 WHERE 0",
    "CREATE TRIGGER cart_change_commit INSTEAD OF INSERT ON cart_change BEGIN
        INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND order_id IS NULL AND merged_into IS NULL);
        INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND version = COALESCE(NEW.version, version));
        INSERT INTO guard (broken) SELECT 'cart_has_one_currency' WHERE NEW.quantity > 0 AND NOT EXISTS
          (SELECT 1 FROM cart WHERE id = NEW.cart_id AND COALESCE(currency, NEW.currency) = NEW.currency);
        DELETE FROM cart_line WHERE cart_id = NEW.cart_id AND sku = NEW.sku AND NEW.quantity = 0;
        INSERT INTO cart_line (cart_id, sku, quantity, shown_price, added_ms)
          SELECT NEW.cart_id, NEW.sku, NEW.quantity, NEW.price, NEW.now_ms WHERE NEW.quantity > 0
          ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity, shown_price = excluded.shown_price;
        INSERT INTO guard (broken) SELECT 'cart_has_room' WHERE
          (SELECT COUNT(*) FROM cart_line WHERE cart_id = NEW.cart_id) > NEW.lines_max;
        UPDATE cart SET version = version + 1, updated_ms = NEW.now_ms, currency = CASE
            WHEN NEW.quantity > 0 THEN NEW.currency
            WHEN EXISTS (SELECT 1 FROM cart_line WHERE cart_id = NEW.cart_id) THEN currency END
          WHERE id = NEW.cart_id;
     END",
];

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
    /// Pseudonym of the account that it belongs to; none for a guest's.
    pub account: Option<String>,
    /// The cart of the account that its lines went into.
    pub merged_into: Option<String>,
    /// The code of a discount, as it was typed.
    pub code: Option<String>,
    /// In the order they were added.
    pub lines: Vec<CartLine>,
}

impl Cart {
    /// Whether it can still be changed and ordered.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.order_id.is_none() && self.merged_into.is_none()
    }

    /// Whether every vendor of the cart takes `method`.
    #[must_use]
    pub fn takes(&self, method: &str) -> bool {
        let named = self.lines.iter().map(|line| &line.methods).filter(|methods| !methods.is_empty());
        named.into_iter().all(|methods| methods.iter().any(|known| known == method))
    }
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
    /// Ways to pay that its vendor takes; none are named by one that takes them all.
    pub methods: Vec<String>,
    /// The share of fraud among its vendor's latest orders, millionths; none where the core has not told.
    pub vendor_risk_ppm: Option<u32>,
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
    /// Whether the buyer's checkouts are refused.
    pub buyer_blocked: bool,
}

/// What a checkout wants to know along with its cart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Its idempotency key.
    pub idempotency_key: Option<&'a str>,
    /// Who buys.
    pub buyer: Buyer<'a>,
}

/// Everything about a cart in one statement, so that all of it is of one moment. The columns of a variant come first.
const LOAD: &str =
    "SELECT s.sku, p.id, p.handle, p.title, s.options, p.vendor_id, v.name, p.bulky, p.picture, s.price,
    s.currency, s.stock_item, s.stock_units, e.granted - e.taken - e.returned, e.core_available, e.epoch,
    l.sku, l.quantity, l.shown_price, c.token_hash, c.version, c.currency, c.created_ms, c.order_id,
    COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'leases_expire_ms'), 0),
    COALESCE((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'core_retry_ms'), 0),
    i.request_hash, i.status, i.response, c.account, c.merged_into,
    EXISTS (SELECT 1 FROM standing WHERE customer IN (?3, ?4, ?5)), v.methods, c.code,
    (SELECT ppm FROM vendor_risk WHERE vendor_id = p.vendor_id)
  FROM cart c
    LEFT JOIN idempotency i ON i.scope = c.id AND i.key = ?2
    LEFT JOIN cart_line l ON l.cart_id = c.id
    LEFT JOIN variant s ON s.sku = l.sku
    LEFT JOIN product p ON p.id = s.product_id
    LEFT JOIN vendor v ON v.id = p.vendor_id
    LEFT JOIN lease e ON e.item = s.stock_item
  WHERE c.id = ?1 ORDER BY l.added_ms, l.sku";

/// The cart `id`, and what is `asked` along with it.
///
/// # Errors
/// When the database fails.
pub async fn load(db: &dyn Database, id: &CartId, asked: Asked<'_>) -> Result<Option<CartState>, StoreError> {
    let select = Statement::new(LOAD).bind(id.as_str()).bind(asked.idempotency_key);
    let rows = db.query(asked.buyer.bind(select)).await?;
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
            account: head.get(AT + 10)?,
            merged_into: head.get(AT + 11)?,
            code: head.get(AT + 14)?,
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
        buyer_blocked: head.get(AT + 12)?,
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
        methods: match row.get::<Option<&str>>(SKU_COLUMNS + 16)? {
            Some(methods) => serde_json::from_str(methods)?,
            None => Vec::new(),
        },
        vendor_risk_ppm: row.get(SKU_COLUMNS + 18)?,
    }))
}

/// Creates an empty cart that the bearer of a token owns.
///
/// # Errors
/// When the database fails.
pub async fn create(db: &dyn Database, id: &CartId, token_hash: &str, now_ms: i64) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO cart (id, token_hash, version, created_ms, updated_ms) VALUES (?1, ?2, ?3, ?4, ?4)",
    );
    let insert = insert.bind(id.as_str()).bind(token_hash).bind(integer(FIRST_VERSION)).bind(now_ms);
    db.batch(vec![insert]).await?;
    Ok(())
}

/// A change of one line.
#[derive(Clone, Copy, Debug)]
pub struct LineChange<'a> {
    /// The cart.
    pub cart: &'a CartId,
    /// The version that is to be changed; `None` for whichever it is.
    pub version: Option<u64>,
    /// The line.
    pub sku: &'a Sku,
    /// Unix milliseconds.
    pub now_ms: i64,
}

impl LineChange<'_> {
    async fn commit(self, db: &dyn Database, quantity: u32, price: Option<Money>) -> Result<(), StoreError> {
        let insert = Statement::new("INSERT INTO cart_change VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")
            .bind(self.cart.as_str())
            .bind(self.version.map(integer))
            .bind(self.sku.as_str())
            .bind(quantity)
            .bind(price.map(|price| price.amount))
            .bind(price.map(|price| price.currency.code()))
            .bind(CART_LINES_MAX)
            .bind(self.now_ms);
        db.batch(vec![insert]).await?;
        Ok(())
    }
}

/// Sets a line to `quantity` pieces, at least 1, that are shown at `price`.
///
/// # Errors
/// A constraint that names a [`crate::guard::Guard`] when the cart is closed, of another version, full or in another
/// currency; then nothing is changed.
pub async fn put_line(
    db: &dyn Database,
    change: LineChange<'_>,
    quantity: u32,
    price: Money,
) -> Result<(), StoreError> {
    change.commit(db, quantity, Some(price)).await
}

/// Removes a line; one that is not there is no error. An empty cart has no currency.
///
/// # Errors
/// As [`put_line`].
pub async fn remove_line(db: &dyn Database, change: LineChange<'_>) -> Result<(), StoreError> {
    change.commit(db, 0, None).await
}

/// Removes up to [`PRUNED_CARTS_MAX`] carts that were not touched for [`CART_KEPT_MS`].
#[must_use]
pub fn prune(now_ms: i64) -> [Statement; 3] {
    const OLD: &str = "SELECT id FROM cart WHERE updated_ms < ?1 ORDER BY updated_ms, id LIMIT ?2";
    // Lines first: not every host enforces the foreign key.
    [
        format!("DELETE FROM cart_line WHERE cart_id IN ({OLD})"),
        format!("DELETE FROM cart_gift_card WHERE cart_id IN ({OLD})"),
        format!("DELETE FROM cart WHERE id IN ({OLD})"),
    ]
    .map(|sql| Statement::new(sql).bind(now_ms - CART_KEPT_MS).bind(PRUNED_CARTS_MAX))
}
