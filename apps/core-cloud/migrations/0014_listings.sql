-- Only what is listed goes to the POPs; `reason` is why it is suspended. `version` counts changes, so that two people who
-- change a product at once notice.
ALTER TABLE catalog_products ADD COLUMN state TEXT NOT NULL DEFAULT 'listed';
ALTER TABLE catalog_products ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE catalog_products ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE catalog_products ADD COLUMN changed_ms BIGINT NOT NULL DEFAULT 0;
UPDATE catalog_products SET state = 'archived' WHERE listed = 0;
ALTER TABLE catalog_products DROP COLUMN listed;
CREATE INDEX catalog_products_by_vendor ON catalog_products (vendor, state);
CREATE INDEX catalog_products_by_category ON catalog_products (category);

-- What a piece has cost since when.
CREATE TABLE catalog_prices (
    sku TEXT NOT NULL,
    product TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    compare_at BIGINT,
    currency TEXT NOT NULL,
    PRIMARY KEY (sku, at_ms)
);
CREATE INDEX catalog_prices_by_product ON catalog_prices (product, at_ms);
