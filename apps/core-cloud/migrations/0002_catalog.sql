CREATE TABLE catalog_vendors (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    body TEXT NOT NULL
);

CREATE TABLE catalog_categories (
    slug TEXT NOT NULL PRIMARY KEY,
    parent TEXT,
    position BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- `body` is the product as it goes to the POPs, JSON.
CREATE TABLE catalog_products (
    id TEXT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    title TEXT NOT NULL,
    listed BIGINT NOT NULL CHECK (listed IN (0, 1)),
    body TEXT NOT NULL
);

-- Which product an SKU is of: an SKU is unique over the whole shop.
CREATE TABLE catalog_variants (
    sku TEXT NOT NULL PRIMARY KEY,
    product TEXT NOT NULL,
    item TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 1)
);
CREATE INDEX catalog_variants_by_product ON catalog_variants (product);
CREATE INDEX catalog_variants_by_item ON catalog_variants (item);

-- One row for each record that ever was; it moves to a new number when the record changes.
CREATE TABLE catalog_feed (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE UNIQUE INDEX catalog_feed_by_seq ON catalog_feed (seq);

-- The last number given out. Its row lock orders the writers, so numbers become visible in order.
CREATE TABLE catalog_feed_counter (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL
);
INSERT INTO catalog_feed_counter (id, seq) VALUES (1, 0);
