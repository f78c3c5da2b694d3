-- Pseudonyms that orders show: of e-mail addresses and of accounts. Nobody's name.
CREATE TABLE customers_customers (
    pseudonym TEXT NOT NULL PRIMARY KEY,
    -- Empty when several regions know it.
    region TEXT NOT NULL,
    is_account BIGINT NOT NULL CHECK (is_account IN (0, 1)),
    orders BIGINT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    last_order TEXT NOT NULL,
    blocked_ms BIGINT,
    -- Who blocked it and why; the pseudonym that was blocked when this one is blocked for its sake.
    blocked_by TEXT,
    reason TEXT,
    blocked_via TEXT
);
CREATE INDEX customers_customers_newest ON customers_customers (last_ms, pseudonym);
CREATE INDEX customers_customers_blocked ON customers_customers (blocked_ms);
CREATE INDEX customers_customers_via ON customers_customers (blocked_via);

-- What they spent.
CREATE TABLE customers_sums (
    pseudonym TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (pseudonym, currency)
);

-- Which accounts bought with which addresses.
CREATE TABLE customers_links (
    account TEXT NOT NULL,
    customer TEXT NOT NULL,
    PRIMARY KEY (account, customer)
);
CREATE INDEX customers_links_of_customer ON customers_links (customer);

INSERT INTO customers_customers (pseudonym, region, is_account, orders, first_ms, last_ms, last_order)
SELECT customer, CASE WHEN COUNT(DISTINCT region) > 1 THEN '' ELSE MIN(region) END, 0, COUNT(*), MIN(placed_ms),
    MAX(placed_ms), MAX(id)
FROM orders_orders GROUP BY customer;
INSERT INTO customers_sums (pseudonym, currency, amount)
SELECT customer, currency, CAST(SUM(total) AS BIGINT) FROM orders_orders GROUP BY customer, currency;
