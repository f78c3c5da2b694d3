-- Whether a piece goes by freight, beside what it takes from stock.
ALTER TABLE catalog_variants ADD COLUMN bulky BIGINT NOT NULL DEFAULT 0 CHECK (bulky IN (0, 1));
UPDATE catalog_variants SET bulky = 1 WHERE product IN
    (SELECT id FROM catalog_products WHERE body LIKE '%"bulky":true%');

-- What holds a purchase up: nobody looked at it yet, a review, its bank transfer, or nothing; and what was paid by
-- bank transfer.
ALTER TABLE orders_orders ADD COLUMN hold TEXT NOT NULL DEFAULT 'new' CHECK (hold IN ('new', 'review', 'payment', 'none'));
ALTER TABLE orders_orders ADD COLUMN paid BIGINT NOT NULL DEFAULT 0 CHECK (paid >= 0);

-- What one vendor sells in a purchase. `delivery` is its share of the price of delivery.
CREATE TABLE orders_vendor_orders (
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    stage TEXT NOT NULL CHECK (stage IN ('placed', 'awaiting_payment', 'in_review', 'cleared', 'picking',
        'partially_shipped', 'shipped', 'delivered', 'partially_returned', 'returned', 'cancelled',
        'partially_refunded', 'refunded')),
    placed_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    delivery BIGINT NOT NULL CHECK (delivery >= 0),
    charge TEXT NOT NULL CHECK (charge IN ('open', 'charged', 'dropped', 'refunded')),
    PRIMARY KEY (order_id, vendor)
);
CREATE INDEX orders_vendor_orders_of_vendor ON orders_vendor_orders (vendor, placed_ms, order_id);

-- Where the pieces of each line are, and which stock one piece takes. A line that is sent in place of pieces of another
-- names that one.
CREATE TABLE orders_pieces (
    order_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    instead_of BIGINT,
    item TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 1),
    bulky BIGINT NOT NULL CHECK (bulky IN (0, 1)),
    ordered BIGINT NOT NULL CHECK (ordered >= 0),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    to_ship BIGINT NOT NULL CHECK (to_ship >= 0),
    planned BIGINT NOT NULL CHECK (planned >= 0),
    shipped BIGINT NOT NULL CHECK (shipped >= 0),
    delivered BIGINT NOT NULL CHECK (delivered >= 0),
    lost BIGINT NOT NULL CHECK (lost >= 0),
    coming_back BIGINT NOT NULL CHECK (coming_back >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    exchanged BIGINT NOT NULL CHECK (exchanged >= 0),
    PRIMARY KEY (order_id, line),
    CHECK (ordered = cancelled + to_ship + shipped),
    CHECK (planned <= to_ship),
    CHECK (delivered + lost <= shipped),
    CHECK (returned + coming_back <= delivered),
    CHECK (refunded + exchanged <= returned + lost)
);

-- Stock that a purchase holds: units of an item that were sold for it, and how many of them left or went back.
CREATE TABLE orders_holds (
    order_id TEXT NOT NULL,
    item TEXT NOT NULL,
    sold BIGINT NOT NULL CHECK (sold >= 0),
    moved BIGINT NOT NULL CHECK (moved >= 0),
    PRIMARY KEY (order_id, item),
    CHECK (moved <= sold)
);

CREATE TABLE orders_shipments (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    freight BIGINT NOT NULL CHECK (freight IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('planned', 'picking', 'packed', 'shipped', 'delivered', 'returned', 'lost',
        'cancelled')),
    carrier TEXT NOT NULL,
    tracking TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
CREATE INDEX orders_shipments_of_order ON orders_shipments (order_id);
CREATE INDEX orders_shipments_of_vendor ON orders_shipments (vendor, state, created_ms);

CREATE TABLE orders_shipment_pieces (
    shipment TEXT NOT NULL,
    line BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (shipment, line)
);

-- What is known of a parcel's way.
CREATE TABLE orders_tracking (
    shipment TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    number BIGINT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (shipment, number)
);

CREATE TABLE orders_returns (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    reason TEXT NOT NULL,
    wish TEXT NOT NULL CHECK (wish IN ('refund', 'exchange')),
    state TEXT NOT NULL CHECK (state IN ('open', 'received', 'closed', 'cancelled')),
    label TEXT NOT NULL,
    opened_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
CREATE INDEX orders_returns_of_order ON orders_returns (order_id);
CREATE INDEX orders_returns_of_vendor ON orders_returns (vendor, state, opened_ms);

CREATE TABLE orders_return_pieces (
    return_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 1),
    sellable BIGINT NOT NULL CHECK (sellable >= 0),
    damaged BIGINT NOT NULL CHECK (damaged >= 0),
    accepted BIGINT NOT NULL CHECK (accepted >= 0),
    PRIMARY KEY (return_id, line),
    CHECK (sellable + damaged <= quantity),
    CHECK (accepted <= sellable + damaged)
);

-- What is there already. Table orders_parcels is read no more and goes with a later migration. Orders of before are on
-- invoice; those of several vendors charge delivery with the first of them.
UPDATE orders_orders SET hold = CASE WHEN fraud_outcome = 'review' AND status = 'placed' THEN 'review' ELSE 'none' END;
UPDATE orders_orders SET status = CASE WHEN hold = 'review' THEN 'in_review' ELSE 'cleared' END WHERE status = 'placed';
INSERT INTO orders_vendor_orders (order_id, vendor, stage, placed_ms, changed_ms, delivery, charge)
SELECT p.order_id, p.vendor,
    CASE WHEN p.status = 'placed' AND o.hold = 'review' THEN 'in_review' WHEN p.status = 'placed' THEN 'cleared'
        ELSE p.status END,
    p.placed_ms, p.changed_ms,
    CASE WHEN o.delivery > 0 AND p.vendor = (SELECT MIN(f.vendor) FROM orders_parcels f WHERE f.order_id = p.order_id)
        THEN o.delivery ELSE 0 END,
    CASE p.status WHEN 'placed' THEN 'open' WHEN 'cancelled' THEN 'dropped' ELSE 'charged' END
FROM orders_parcels p JOIN orders_orders o ON o.id = p.order_id;
INSERT INTO orders_pieces (order_id, line, item, units, bulky, ordered, cancelled, to_ship, planned, shipped, delivered, lost,
    coming_back, returned, refunded, exchanged)
SELECT l.order_id, l.line, COALESCE(v.item, l.sku), COALESCE(v.units, 1), COALESCE(v.bulky, 0), l.quantity,
    CASE WHEN p.status = 'cancelled' THEN l.quantity ELSE 0 END,
    CASE WHEN p.status = 'placed' THEN l.quantity ELSE 0 END,
    0,
    CASE WHEN p.status IN ('shipped', 'delivered') THEN l.quantity ELSE 0 END,
    CASE WHEN p.status = 'delivered' THEN l.quantity ELSE 0 END,
    0, 0, 0, 0, 0
FROM orders_lines l JOIN orders_parcels p ON p.order_id = l.order_id AND p.vendor = l.vendor
LEFT JOIN catalog_variants v ON v.sku = l.sku;
INSERT INTO orders_shipments (id, order_id, vendor, warehouse, freight, state, carrier, tracking, created_ms, changed_ms)
SELECT 'par_' || SUBSTR(order_id, 5) || '-' || SUBSTR(vendor, 5), order_id, vendor, '', 0, status, '', '', changed_ms,
    changed_ms
FROM orders_parcels WHERE status IN ('shipped', 'delivered');
INSERT INTO orders_shipment_pieces (shipment, line, quantity)
SELECT s.id, l.line, l.quantity FROM orders_shipments s
JOIN orders_lines l ON l.order_id = s.order_id AND l.vendor = s.vendor;
-- Stock of orders that are through leaves the books; the others hold theirs.
INSERT INTO orders_holds (order_id, item, sold, moved)
SELECT t.order_id, t.item, CAST(SUM(t.units - t.short) AS BIGINT),
    CAST(SUM(CASE WHEN o.status IN ('shipped', 'delivered', 'cancelled') THEN t.units - t.short ELSE 0 END) AS BIGINT)
FROM orders_takes t JOIN orders_orders o ON o.id = t.order_id GROUP BY t.order_id, t.item;
UPDATE inventory_items SET
    on_hand = on_hand - COALESCE((SELECT CAST(SUM(h.moved) AS BIGINT) FROM orders_holds h JOIN orders_orders o
        ON o.id = h.order_id WHERE h.item = inventory_items.item AND o.status IN ('shipped', 'delivered')), 0),
    available = available + COALESCE((SELECT CAST(SUM(h.moved) AS BIGINT) FROM orders_holds h JOIN orders_orders o
        ON o.id = h.order_id WHERE h.item = inventory_items.item AND o.status = 'cancelled'), 0),
    sold = sold - COALESCE((SELECT CAST(SUM(h.moved) AS BIGINT) FROM orders_holds h
        WHERE h.item = inventory_items.item), 0);
