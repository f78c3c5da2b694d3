-- What each pseudonym of an order (of its address, of its account) bought and kept. What is known of a customer is
-- summed up from here, so that no fact counts twice, in whatever order facts come.
CREATE TABLE customers_orders (
    pseudonym TEXT NOT NULL,
    order_id TEXT NOT NULL,
    is_account BIGINT NOT NULL CHECK (is_account IN (0, 1)),
    region TEXT NOT NULL,
    placed_ms BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- Minor units.
    bought BIGINT NOT NULL CHECK (bought >= 0),
    cancelled BIGINT NOT NULL DEFAULT 0,
    returned BIGINT NOT NULL DEFAULT 0,
    charged_back BIGINT NOT NULL DEFAULT 0,
    -- Returns of which something was refused.
    refused BIGINT NOT NULL DEFAULT 0,
    kept BIGINT NOT NULL CHECK (kept >= 0 AND kept <= bought),
    -- What was kept in the currency of reports, by the rates of the day it was bought; none while there is no rate.
    value BIGINT,
    -- When a rate is looked for again, Unix milliseconds.
    rate_ms BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (pseudonym, order_id)
);
CREATE INDEX customers_orders_of_order ON customers_orders (order_id);
CREATE INDEX customers_orders_newest ON customers_orders (pseudonym, placed_ms);
CREATE INDEX customers_orders_without_rate ON customers_orders (rate_ms) WHERE value IS NULL;

-- What became of them, a row for each fact; also of orders that are told later.
CREATE TABLE customers_movements (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    -- cancelled, returned, charged_back (below zero when the dispute was won), refused
    kind TEXT NOT NULL,
    amount BIGINT NOT NULL,
    told_ms BIGINT NOT NULL
);
CREATE INDEX customers_movements_of_order ON customers_movements (order_id);

-- In the currency of reports, minor units: of all orders, and of the last twelve months.
ALTER TABLE customers_customers ADD COLUMN value BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers_customers ADD COLUMN recent_value BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers_customers ADD COLUMN recent_orders BIGINT NOT NULL DEFAULT 0;
-- Empty for none.
ALTER TABLE customers_customers ADD COLUMN tier TEXT NOT NULL DEFAULT '';
-- Comma-separated codes of why support should look twice.
ALTER TABLE customers_customers ADD COLUMN watched TEXT NOT NULL DEFAULT '';
-- When time alone changes something of it, Unix milliseconds; 0 is at once, none is never.
ALTER TABLE customers_customers ADD COLUMN due_ms BIGINT DEFAULT 0;
CREATE INDEX customers_customers_due ON customers_customers (due_ms);

-- From which thresholds on a customer has a tier: kept value (currency of reports, minor units) and orders in twelve
-- months, both.
CREATE TABLE customers_tiers (
    name TEXT NOT NULL PRIMARY KEY,
    value_min BIGINT NOT NULL CHECK (value_min >= 0),
    orders_min BIGINT NOT NULL CHECK (orders_min >= 0)
);
INSERT INTO customers_tiers (name, value_min, orders_min)
VALUES ('bronze', 10000, 2), ('silver', 50000, 5), ('gold', 150000, 10);

-- Tiers that a customer had; empty when it lost the last one.
CREATE TABLE customers_tier_changes (
    pseudonym TEXT NOT NULL,
    place BIGINT NOT NULL,
    tier TEXT NOT NULL,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (pseudonym, place)
);

-- What was sold before; what came back of it before is not known here.
INSERT INTO customers_orders (pseudonym, order_id, is_account, region, placed_ms, currency, bought, kept)
SELECT customer, id, 0, region, placed_ms, currency, total, total FROM orders_orders
WHERE customer <> '' AND total >= 0 AND total <= 10000000000000;
INSERT INTO customers_orders (pseudonym, order_id, is_account, region, placed_ms, currency, bought, kept)
SELECT account, id, 1, region, placed_ms, currency, total, total FROM orders_orders
WHERE account IS NOT NULL AND account <> '' AND account <> customer AND total >= 0 AND total <= 10000000000000;
