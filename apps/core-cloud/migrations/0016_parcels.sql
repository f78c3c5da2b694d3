-- Keyed pseudonym of the account that bought; none for guests. Its key stays in the region.
ALTER TABLE orders_orders ADD COLUMN account TEXT;
CREATE INDEX orders_orders_of_customer ON orders_orders (customer, placed_ms);
CREATE INDEX orders_orders_of_account ON orders_orders (account, placed_ms);

-- What each vendor sends for an order.
CREATE TABLE orders_parcels (
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    status TEXT NOT NULL,
    placed_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (order_id, vendor)
);
CREATE INDEX orders_parcels_of_vendor ON orders_parcels (vendor, placed_ms, order_id);

INSERT INTO orders_parcels (order_id, vendor, status, placed_ms, changed_ms)
SELECT DISTINCT l.order_id, l.vendor, 'placed', o.placed_ms, o.received_ms
FROM orders_lines l JOIN orders_orders o ON o.id = l.order_id;
