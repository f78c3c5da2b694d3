//! Discounts and gift cards: what a cart may use, and what it was told to use.
//!
//! What they may spend is leased in the tables of [`crate::leases`]. A gift card is found by the hash of its code; the code
//! itself is never kept.

use kiosk_edge_platform::{Database, Row, Statement};
use kiosk_ids::{CartId, GiftCardId};
use kiosk_wire::{Discount, GiftCard};

use crate::StoreError;
use crate::guard::integer;

/// Most discounts without a code that one cart looks at; those that began first come first.
pub const AUTOMATIC_DISCOUNTS_MAX: u32 = 100;
/// Most gift cards that pay one order.
pub const GIFT_CARDS_MAX: u32 = 5;
/// Most codes that are tried on one cart within [`GUESS_WINDOW_MS`], right ones included.
pub const GUESSES_MAX: u32 = 10;
/// How long tries count, in milliseconds.
pub const GUESS_WINDOW_MS: i64 = 10 * 60_000;
/// A discount that is over is kept for this long, in milliseconds, in case that the clock is set back.
pub const DISCOUNTS_KEPT_MS: i64 = 24 * 3_600_000;
/// Most discounts that one [`prune`] removes.
const PRUNED_ROWS_MAX: u32 = 500;

/// Tables. `doc` is what the feed told, the columns are what is searched for.
pub(crate) const SCHEMA: [&str; 8] = [
    "CREATE TABLE discount (
        id TEXT PRIMARY KEY, code TEXT, vendor_id TEXT, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, item TEXT,
        doc TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX discount_by_code ON discount (code) WHERE code IS NOT NULL",
    "CREATE INDEX discount_automatic ON discount (from_ms, id) WHERE code IS NULL",
    "CREATE INDEX discount_by_item ON discount (item, until_ms) WHERE item IS NOT NULL",
    "CREATE INDEX discount_by_end ON discount (until_ms)",
    "CREATE TABLE gift_card (
        id TEXT PRIMARY KEY, code_hash TEXT NOT NULL, doc TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX gift_card_by_hash ON gift_card (code_hash)",
    "CREATE TABLE cart_gift_card (
        cart_id TEXT NOT NULL, card_id TEXT NOT NULL, added_ms INTEGER NOT NULL, PRIMARY KEY (cart_id, card_id)
    ) STRICT, WITHOUT ROWID",
];

/// What the POP knows of the lease of a budget or a balance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leased {
    /// Epoch of the lease; 0 when the core was never asked.
    pub epoch: u64,
    /// Units that can be spent here.
    pub here: i64,
    /// Units that the core had left when it last said so.
    pub core: i64,
}

/// A discount that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The discount.
    pub discount: Discount,
    /// Of its budget; empty for one without.
    pub leased: Leased,
}

/// A gift card that a cart is to be paid with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The card.
    pub card: GiftCard,
    /// Of its balance.
    pub leased: Leased,
}

/// What may make a cart cheaper, and what pays for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// Discounts that run: those that apply of themselves, oldest first, then the one of the cart's code.
    pub discounts: Vec<Offer>,
    /// Gift cards, in the order they were added.
    pub cards: Vec<Card>,
}

/// Each branch is a range of an index, or a few rows by their keys.
const LOAD: &str = "SELECT * FROM (SELECT 0, d.doc, e.epoch, e.granted - e.taken - e.returned, e.core_available
      FROM discount d LEFT JOIN lease e ON e.item = d.item
      WHERE d.code IS NULL AND d.from_ms <= ?2 AND d.until_ms > ?2 AND (d.vendor_id IS NULL OR d.vendor_id IN
        (SELECT p.vendor_id FROM cart_line l JOIN variant s ON s.sku = l.sku JOIN product p ON p.id = s.product_id
         WHERE l.cart_id = ?1))
      ORDER BY d.from_ms, d.id LIMIT ?3)
    UNION ALL
    SELECT * FROM (SELECT 1, d.doc, e.epoch, e.granted - e.taken - e.returned, e.core_available
      FROM discount d LEFT JOIN lease e ON e.item = d.item
      WHERE d.code = ?4 AND d.from_ms <= ?2 AND d.until_ms > ?2 ORDER BY d.id LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT 2, k.doc, e.epoch, e.granted - e.taken - e.returned, e.core_available
      FROM cart_gift_card g JOIN gift_card k ON k.id = g.card_id LEFT JOIN lease e ON e.item = k.doc ->> 'item'
      WHERE g.cart_id = ?1 ORDER BY g.added_ms, g.card_id)";

/// What may be used by the cart `id` with `code` at `now_ms`.
///
/// # Errors
/// When the database fails.
pub async fn load(
    db: &dyn Database,
    id: &CartId,
    code: Option<&str>,
    now_ms: i64,
) -> Result<Offers, StoreError> {
    let select = Statement::new(LOAD).bind(id.as_str()).bind(now_ms).bind(AUTOMATIC_DISCOUNTS_MAX).bind(code);
    let mut offers = Offers::default();
    for row in db.query(select).await? {
        let leased = leased(&row)?;
        if row.get::<i64>(0)? == 2 {
            offers.cards.push(Card { card: serde_json::from_str(row.get(1)?)?, leased });
        } else {
            offers.discounts.push(Offer { discount: serde_json::from_str(row.get(1)?)?, leased });
        }
    }
    Ok(offers)
}

fn leased(row: &Row) -> Result<Leased, StoreError> {
    let number = |column| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.unwrap_or(0));
    Ok(Leased { epoch: number(2)?.unsigned_abs(), here: number(3)?, core: number(4)? })
}

/// The gift card whose code has this hash, or `None`.
///
/// # Errors
/// When the database fails.
pub async fn card_by_hash(db: &dyn Database, hash: &str) -> Result<Option<GiftCard>, StoreError> {
    let select = Statement::new("SELECT doc FROM gift_card WHERE code_hash = ?1 ORDER BY id LIMIT 1");
    let rows = db.query(select.bind(hash)).await?;
    rows.first().map(|row| Ok(serde_json::from_str(row.get(0)?)?)).transpose()
}

/// Counts a try of a code on a cart, before anything is said of it.
///
/// # Errors
/// [`crate::guard::Guard::GuessesHaveRoom`] when there were too many.
pub async fn count_guess(db: &dyn Database, cart: &CartId, now_ms: i64) -> Result<(), StoreError> {
    let (cart, since_ms) = (cart.as_str(), now_ms - GUESS_WINDOW_MS);
    let guard = Statement::new(
        "INSERT INTO guard (broken) SELECT 'guesses_have_room' WHERE EXISTS
          (SELECT 1 FROM cart WHERE id = ?1 AND guessed_ms > ?2 AND guesses >= ?3)",
    );
    let count = Statement::new(
        "UPDATE cart SET guesses = CASE WHEN guessed_ms > ?2 THEN guesses + 1 ELSE 1 END,
           guessed_ms = CASE WHEN guessed_ms > ?2 THEN guessed_ms ELSE ?3 END WHERE id = ?1",
    );
    db.batch(vec![
        guard.bind(cart).bind(since_ms).bind(GUESSES_MAX),
        count.bind(cart).bind(since_ms).bind(now_ms),
    ])
    .await?;
    Ok(())
}

/// A change of what a cart uses.
#[derive(Clone, Copy, Debug)]
pub struct UseChange<'a> {
    /// The cart.
    pub cart: &'a CartId,
    /// The version that is to be changed; `None` for whichever it is.
    pub version: Option<u64>,
    /// Unix milliseconds.
    pub now_ms: i64,
}

impl UseChange<'_> {
    /// Undoes the batch unless the cart is open and of the version that was meant.
    fn guards(self) -> [Statement; 2] {
        let is_open = Statement::new(
            "INSERT INTO guard (broken) SELECT 'cart_is_open' WHERE NOT EXISTS
              (SELECT 1 FROM cart WHERE id = ?1 AND order_id IS NULL AND merged_into IS NULL)",
        );
        let is_current = Statement::new(
            "INSERT INTO guard (broken) SELECT 'cart_version_is_current' WHERE NOT EXISTS
              (SELECT 1 FROM cart WHERE id = ?1 AND version = COALESCE(?2, version))",
        );
        let cart = self.cart.as_str();
        [is_open.bind(cart), is_current.bind(cart).bind(self.version.map(integer))]
    }

    fn touch(self) -> Statement {
        Statement::new("UPDATE cart SET version = version + 1, updated_ms = ?2 WHERE id = ?1")
            .bind(self.cart.as_str())
            .bind(self.now_ms)
    }

    async fn commit(self, db: &dyn Database, statements: Vec<Statement>) -> Result<(), StoreError> {
        let mut batch = Vec::from(self.guards());
        batch.extend(statements);
        batch.push(self.touch());
        db.batch(batch).await?;
        Ok(())
    }
}

/// Sets the code of a cart, or takes it out.
///
/// # Errors
/// A constraint that names a [`crate::guard::Guard`] when the cart is closed or of another version.
pub async fn put_code(
    db: &dyn Database,
    change: UseChange<'_>,
    code: Option<&str>,
) -> Result<(), StoreError> {
    let update = Statement::new("UPDATE cart SET code = ?2 WHERE id = ?1");
    change.commit(db, vec![update.bind(change.cart.as_str()).bind(code)]).await
}

/// Opens the lease of a gift card's balance, empty; one that is there stays as it is.
///
/// # Errors
/// When the database fails.
pub async fn open_lease(db: &dyn Database, card: &GiftCard) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT INTO lease (item, epoch, granted, target_min) VALUES (?1, 0, 0, 0) ON CONFLICT (item) DO NOTHING",
    );
    db.batch(vec![insert.bind(card.item.as_str())]).await?;
    Ok(())
}

/// Adds a gift card to a cart; one that is there stays where it is.
///
/// # Errors
/// As [`put_code`], and when the cart has as many as it may.
pub async fn add_card(db: &dyn Database, change: UseChange<'_>, card: &GiftCard) -> Result<(), StoreError> {
    let insert = Statement::new(
        "INSERT OR IGNORE INTO cart_gift_card (cart_id, card_id, added_ms) VALUES (?1, ?2, ?3)",
    );
    let room = Statement::new(
        "INSERT INTO guard (broken) SELECT 'gift_cards_have_room' WHERE
          (SELECT COUNT(*) FROM cart_gift_card WHERE cart_id = ?1) > ?2",
    );
    let cart = change.cart.as_str();
    let insert = insert.bind(cart).bind(card.id.as_str()).bind(change.now_ms);
    change.commit(db, vec![insert, room.bind(cart).bind(GIFT_CARDS_MAX)]).await
}

/// Takes a gift card out of a cart; one that is not there is no error.
///
/// # Errors
/// As [`put_code`].
pub async fn remove_card(
    db: &dyn Database,
    change: UseChange<'_>,
    card: &GiftCardId,
) -> Result<(), StoreError> {
    let delete = Statement::new("DELETE FROM cart_gift_card WHERE cart_id = ?1 AND card_id = ?2");
    change.commit(db, vec![delete.bind(change.cart.as_str()).bind(card.as_str())]).await
}

/// Removes discounts that have been over for [`DISCOUNTS_KEPT_MS`]. What is left of their budgets is given back.
#[must_use]
pub fn prune(now_ms: i64) -> [Statement; 2] {
    const OLD: &str = "SELECT id FROM discount WHERE until_ms < ?1 ORDER BY until_ms LIMIT ?2";
    [
        format!(
            "UPDATE lease SET target_min = 0 WHERE item IN (SELECT item FROM discount WHERE id IN ({OLD}))"
        ),
        format!("DELETE FROM discount WHERE id IN ({OLD})"),
    ]
    .map(|sql| Statement::new(sql).bind(now_ms - DISCOUNTS_KEPT_MS).bind(PRUNED_ROWS_MAX))
}
