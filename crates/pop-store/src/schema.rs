//! The tables.

mod past;

use kiosk_edge_platform::Database;

use crate::StoreError;

/// One migration after the other; never edit one that was released.
const MIGRATIONS: &[&[&str]] = &[
    &[
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    // The catalogue copy.
    "CREATE TABLE vendor (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, region TEXT NOT NULL, about TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE category (
        slug TEXT PRIMARY KEY, name TEXT NOT NULL, parent TEXT, position INTEGER NOT NULL, blurb TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    // `doc` is the whole product as the feed told it; the columns are what lists filter and sort by.
    "CREATE TABLE product (
        id TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, title TEXT NOT NULL, vendor_id TEXT NOT NULL,
        category TEXT NOT NULL, featured INTEGER NOT NULL, bulky INTEGER NOT NULL, created_ms INTEGER NOT NULL,
        price_min INTEGER NOT NULL, price_max INTEGER NOT NULL, compare_at INTEGER, currency TEXT NOT NULL,
        picture TEXT, picture_alt TEXT, doc TEXT NOT NULL
    ) STRICT",
    "CREATE INDEX product_by_category ON product (category, created_ms DESC)",
    "CREATE INDEX product_by_created ON product (created_ms DESC)",
    "CREATE INDEX product_featured ON product (created_ms DESC) WHERE featured = 1",
    "CREATE TABLE variant (
        sku TEXT PRIMARY KEY, product_id TEXT NOT NULL, position INTEGER NOT NULL, options TEXT NOT NULL,
        price INTEGER NOT NULL, currency TEXT NOT NULL, weight_g INTEGER NOT NULL, stock_item TEXT NOT NULL,
        stock_units INTEGER NOT NULL CHECK (stock_units > 0)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX variant_by_product ON variant (product_id)",
    "CREATE INDEX variant_by_item ON variant (stock_item)",
    // One row for each choice a product offers, for the filters of a list.
    "CREATE TABLE facet (
        product_id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (product_id, name, value)
    ) STRICT, WITHOUT ROWID",
    // Pictures by content; a row without bytes is one still to be fetched from the core.
    "CREATE TABLE media (
        hash TEXT PRIMARY KEY, ext TEXT NOT NULL, bytes BLOB, tried_ms INTEGER NOT NULL DEFAULT 0
    ) STRICT",
    "CREATE INDEX media_missing ON media (tried_ms) WHERE bytes IS NULL",
    // Leased stock as counters that only grow within an epoch; what can be sold is what is left of `granted`.
    "CREATE TABLE lease (
        item TEXT PRIMARY KEY, epoch INTEGER NOT NULL, granted INTEGER NOT NULL, taken INTEGER NOT NULL DEFAULT 0,
        returned INTEGER NOT NULL DEFAULT 0, core_available INTEGER NOT NULL DEFAULT 0,
        target INTEGER NOT NULL DEFAULT 0, asked_ms INTEGER NOT NULL DEFAULT 0, sold_ms INTEGER NOT NULL DEFAULT 0,
        CONSTRAINT lease_not_overdrawn CHECK (taken >= 0 AND returned >= 0 AND taken + returned <= granted)
    ) STRICT, WITHOUT ROWID",
    // Carts and orders. A cart's token is kept as its hash; an order's is derived from its id.
    "CREATE TABLE cart (
        id TEXT PRIMARY KEY, token_hash TEXT NOT NULL, version INTEGER NOT NULL, currency TEXT,
        created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, order_id TEXT
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX cart_by_age ON cart (updated_ms)",
    "CREATE TABLE cart_line (
        cart_id TEXT NOT NULL REFERENCES cart (id) ON DELETE CASCADE, sku TEXT NOT NULL,
        quantity INTEGER NOT NULL CHECK (quantity > 0), shown_price INTEGER NOT NULL, added_ms INTEGER NOT NULL,
        PRIMARY KEY (cart_id, sku)
    ) STRICT, WITHOUT ROWID",
    "CREATE TABLE orders (
        id TEXT PRIMARY KEY, cart_id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, placed_ms INTEGER NOT NULL,
        currency TEXT NOT NULL, subtotal INTEGER NOT NULL, delivery INTEGER NOT NULL, total INTEGER NOT NULL, delivery_kind TEXT NOT NULL, payment_id TEXT NOT NULL, payment_method TEXT NOT NULL,
        fraud_outcome TEXT NOT NULL, fraud_score REAL, fraud_model TEXT NOT NULL, fraud_reasons TEXT NOT NULL,
        lines TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    // Personal values: this table never leaves the region.
    "CREATE TABLE order_person (
        order_id TEXT PRIMARY KEY REFERENCES orders (id), name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT,
        street TEXT NOT NULL, extra TEXT, postcode TEXT NOT NULL, city TEXT NOT NULL, country TEXT NOT NULL
    ) STRICT, WITHOUT ROWID",
    // AUTOINCREMENT: numbers are without a gap, because a rolled back insert takes its number back, and are not
    // given again after the delivered rows are deleted.
    "CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, occurred_ms INTEGER NOT NULL, body TEXT NOT NULL
    ) STRICT",
    "CREATE TABLE idempotency (
        scope TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status INTEGER NOT NULL,
        response TEXT NOT NULL, created_ms INTEGER NOT NULL, PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX idempotency_by_age ON idempotency (created_ms)",
    // Authorisations that were taken back because their order did not come about.
    "CREATE TABLE payment_void (
        payment_id TEXT PRIMARY KEY, order_id TEXT NOT NULL, method TEXT NOT NULL, amount INTEGER NOT NULL,
        currency TEXT NOT NULL, voided_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    past::GUARD_FIRST,
    crate::velocity::SCHEMA[0],
        crate::velocity::SCHEMA[1],
    ],
    &[
        crate::carts::SCHEMA[0],
        past::CART_CHANGE_FIRST,
        past::CHECKOUT_FIRST[0],
        past::CHECKOUT_FIRST[1],
    ],
    // What is asked for with each page, each tick and each new instance may not cost more in a larger shop.
    &[
        "CREATE INDEX product_by_vendor ON product (vendor_id, created_ms DESC)",
        "CREATE INDEX product_cover ON product (category, featured DESC, created_ms DESC) WHERE picture IS NOT NULL",
        past::INDEX_LOW_FIRST,
    ],
    // Promotions, reviews, blocked customers, and orders and carts of accounts. What a checkout and a change of a cart
    // do is defined anew.
    &[
        "CREATE TABLE promotion (
            id TEXT PRIMARY KEY, product_id TEXT NOT NULL, from_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID",
        "CREATE INDEX promotion_by_product ON promotion (product_id, until_ms, from_ms)",
        "CREATE INDEX promotion_by_end ON promotion (until_ms)",
        "CREATE TABLE rating (product_id TEXT PRIMARY KEY, counts TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "CREATE TABLE review (
            id TEXT PRIMARY KEY, product_id TEXT NOT NULL, written_ms INTEGER NOT NULL, doc TEXT NOT NULL
        ) STRICT",
        "CREATE INDEX review_by_product ON review (product_id, written_ms DESC, id DESC)",
        // Only who is blocked; nearly nobody is.
        "CREATE TABLE standing (customer TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
        // Orders of the region's accounts as the core tells them, wherever they were placed.
        "CREATE TABLE order_state (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, placed_ms INTEGER NOT NULL, doc TEXT NOT NULL
        ) STRICT",
        "CREATE INDEX order_state_by_account ON order_state (account, placed_ms DESC, id DESC)",
        "ALTER TABLE orders ADD COLUMN account TEXT",
        "CREATE INDEX orders_by_account ON orders (account, placed_ms DESC, id DESC) WHERE account IS NOT NULL",
        "ALTER TABLE cart ADD COLUMN account TEXT",
        "ALTER TABLE cart ADD COLUMN merged_into TEXT",
        // One open cart for each account.
        "CREATE UNIQUE INDEX cart_of_account ON cart (account)
            WHERE account IS NOT NULL AND order_id IS NULL AND merged_into IS NULL",
        "DROP TABLE guard",
        past::GUARD_SECOND,
        "DROP TRIGGER cart_change_commit",
        crate::carts::SCHEMA[1],
        "DROP VIEW checkout",
        past::CHECKOUT_SECOND[0],
        past::CHECKOUT_SECOND[1],
    ],
    // What customers write.
    &crate::social::SCHEMA,
    // Payments at providers. What was authorised is known by its payment, so nothing is left to note of voids.
    &[
        "ALTER TABLE vendor ADD COLUMN methods TEXT NOT NULL DEFAULT '[]'",
        "DROP TABLE payment_void",
        "DROP TABLE guard",
        past::GUARD_THIRD,
        "DROP VIEW checkout",
        past::CHECKOUT_THIRD[0],
        past::CHECKOUT_THIRD[1],
        crate::payments::SCHEMA[0],
        crate::payments::SCHEMA[1],
        crate::payments::SCHEMA[2],
        crate::payments::SCHEMA[3],
        crate::payments::SCHEMA[4],
        crate::payments::SCHEMA[5],
        crate::payments::SCHEMA[6],
        crate::payments::SCHEMA[7],
        past::PAYMENT_SUCCESS_FIRST,
        crate::payments::SCHEMA[9],
        past::PAYMENT_FAILURE_FIRST,
    ],
    // Discounts and gift cards, whose budgets and balances are leased as stock is. A payment keeps all that its order took,
    // since that is more than stock.
    &[
        crate::discounts::SCHEMA[0],
        crate::discounts::SCHEMA[1],
        crate::discounts::SCHEMA[2],
        crate::discounts::SCHEMA[3],
        crate::discounts::SCHEMA[4],
        crate::discounts::SCHEMA[5],
        crate::discounts::SCHEMA[6],
        crate::discounts::SCHEMA[7],
        "ALTER TABLE cart ADD COLUMN code TEXT",
        "ALTER TABLE cart ADD COLUMN guesses INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE cart ADD COLUMN guessed_ms INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE lease ADD COLUMN target_min INTEGER NOT NULL DEFAULT 1",
        "DROP INDEX lease_low",
        crate::leases::INDEX_LOW,
        "ALTER TABLE payment ADD COLUMN takes TEXT NOT NULL DEFAULT '[]'",
        "UPDATE payment SET takes = record ->> '$.takes'",
        "ALTER TABLE orders ADD COLUMN sums TEXT NOT NULL DEFAULT '{}'",
        "DROP TABLE guard",
        past::GUARD_FOURTH,
        "DROP VIEW checkout",
        crate::checkout::SCHEMA[0],
        crate::checkout::SCHEMA[1],
        "DROP TRIGGER payment_success_commit",
        past::PAYMENT_SUCCESS_SECOND,
        "DROP TRIGGER payment_failure_commit",
        crate::payments::SCHEMA[10],
    ],
    // Mails to who ordered here, and returns that they ask for.
    &[
        crate::mails::SCHEMA[0],
        crate::mails::SCHEMA[1],
        crate::mails::SCHEMA[2],
        crate::mails::SCHEMA[3],
        crate::returns::SCHEMA[0],
    ],
    // The tiers of the region's accounts.
    &["CREATE TABLE loyalty (account TEXT PRIMARY KEY, doc TEXT NOT NULL) STRICT, WITHOUT ROWID"],
    // When a provider has taken in that a payment was given up.
    &["ALTER TABLE payment ADD COLUMN told_ms INTEGER"],
    // What is usual for a customer, and who shares devices and addresses.
    &[
        crate::velocity::SCHEMA_LINKS[0],
        crate::velocity::SCHEMA_LINKS[1],
        crate::velocity::SCHEMA_LINKS[2],
        crate::velocity::SCHEMA_LINKS[3],
    ],
    // Orders that were stepped up: a passed one is placed, and codes by mail wait. Appeals of blocked accounts.
    &[
        "DROP TRIGGER payment_success_commit",
        crate::payments::SCHEMA[8],
        crate::step_ups::SCHEMA[0],
        crate::step_ups::SCHEMA[1],
        crate::step_ups::SCHEMA[2],
        crate::step_ups::SCHEMA[3],
        "ALTER TABLE standing ADD COLUMN appeal TEXT",
        "DROP TABLE guard",
        crate::guard::SCHEMA,
    ],
    // Fraud models that come from the core.
    &[crate::models::SCHEMA[0], crate::models::SCHEMA[1], crate::models::SCHEMA[2]],
    // What vendors' latest orders turned out to be, millionths of fraud.
    &["CREATE TABLE vendor_risk (vendor_id TEXT PRIMARY KEY, ppm INTEGER NOT NULL) STRICT, WITHOUT ROWID"],
];

/// Brings the database to this version's schema.
///
/// # Errors
/// When the database cannot be reached or is newer than this code.
pub async fn migrate(db: &dyn Database) -> Result<(), StoreError> {
    Ok(kiosk_edge_platform::migrate(db, MIGRATIONS).await?)
}
