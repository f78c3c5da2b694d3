-- What a packed piece of a bulky variant measures.
CREATE TABLE freight_sizes (
    sku TEXT NOT NULL PRIMARY KEY,
    vendor TEXT NOT NULL,
    length_mm BIGINT NOT NULL CHECK (length_mm > 0),
    width_mm BIGINT NOT NULL CHECK (width_mm > 0),
    height_mm BIGINT NOT NULL CHECK (height_mm > 0)
);
CREATE INDEX freight_sizes_of_vendor ON freight_sizes (vendor, sku);

-- A line of an order that goes by freight: what a carrier is told, and what it asks for that.
CREATE TABLE freight_shipments (
    order_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    vendor TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    weight_g BIGINT NOT NULL,
    volumetric_g BIGINT NOT NULL,
    class TEXT NOT NULL,
    zone TEXT NOT NULL,
    lift_gate BIGINT NOT NULL CHECK (lift_gate IN (0, 1)),
    -- When it can come: a day and a part of it.
    window_from_ms BIGINT,
    window_until_ms BIGINT,
    quote BIGINT NOT NULL CHECK (quote >= 0),
    created_ms BIGINT NOT NULL,
    PRIMARY KEY (order_id, line),
    CHECK ((window_from_ms IS NULL) = (window_until_ms IS NULL)),
    CHECK (window_from_ms IS NULL OR window_from_ms < window_until_ms)
);
CREATE INDEX freight_shipments_of_vendor ON freight_shipments (vendor, created_ms);
