-- Where vendors keep their goods. Each has one main warehouse, which holds all that is in no other.
CREATE TABLE warehouse_warehouses (
    id TEXT NOT NULL PRIMARY KEY,
    vendor TEXT NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    main BIGINT NOT NULL CHECK (main IN (0, 1)),
    created_ms BIGINT NOT NULL
);
CREATE INDEX warehouse_warehouses_of_vendor ON warehouse_warehouses (vendor);
CREATE UNIQUE INDEX warehouse_warehouses_main ON warehouse_warehouses (vendor) WHERE main = 1;

-- Units of an item that lie there, and those of them that are meant for a parcel. Of a main warehouse the units are not
-- kept: they are what is on hand and in no other.
CREATE TABLE warehouse_stock (
    warehouse TEXT NOT NULL,
    item TEXT NOT NULL,
    units BIGINT NOT NULL CHECK (units >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    PRIMARY KEY (warehouse, item)
);
CREATE INDEX warehouse_stock_of_item ON warehouse_stock (item);
