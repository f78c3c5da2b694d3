-- Orders without anything personal: `customer` is a pseudonym whose key stays in the region.
CREATE TABLE orders_orders (
    id TEXT NOT NULL PRIMARY KEY,
    pop TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    seq BIGINT NOT NULL,
    cart TEXT NOT NULL,
    region TEXT NOT NULL,
    placed_ms BIGINT NOT NULL,
    received_ms BIGINT NOT NULL,
    customer TEXT NOT NULL,
    country TEXT NOT NULL,
    area TEXT NOT NULL,
    currency TEXT NOT NULL,
    subtotal BIGINT NOT NULL,
    delivery BIGINT NOT NULL,
    total BIGINT NOT NULL,
    delivery_kind TEXT NOT NULL,
    payment TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    fraud_outcome TEXT NOT NULL,
    fraud_score DOUBLE PRECISION,
    fraud_model TEXT NOT NULL,
    fraud_reasons TEXT NOT NULL,
    status TEXT NOT NULL,
    -- Comma-separated codes of what an operator should look at, empty when nothing.
    attention TEXT NOT NULL
);
CREATE INDEX orders_orders_newest ON orders_orders (placed_ms, id);
CREATE INDEX orders_orders_newest_of_pop ON orders_orders (pop, placed_ms, id);

CREATE TABLE orders_lines (
    order_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    sku TEXT NOT NULL,
    product TEXT NOT NULL,
    vendor TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    unit_amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    PRIMARY KEY (order_id, line)
);

-- Stock that the order took. `short` is what could not be covered.
CREATE TABLE orders_takes (
    order_id TEXT NOT NULL,
    take BIGINT NOT NULL,
    item TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 0),
    short BIGINT NOT NULL CHECK (short >= 0),
    PRIMARY KEY (order_id, take)
);

-- Checkouts that a POP refused for fraud.
CREATE TABLE orders_blocked (
    event TEXT NOT NULL PRIMARY KEY,
    pop TEXT NOT NULL,
    occurred_ms BIGINT NOT NULL,
    score DOUBLE PRECISION,
    model TEXT NOT NULL,
    reasons TEXT NOT NULL
);
CREATE INDEX orders_blocked_newest ON orders_blocked (occurred_ms);
