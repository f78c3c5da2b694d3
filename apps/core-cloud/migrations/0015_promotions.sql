-- Products shown as promoted for a while. `title` is what the product was called when it was booked.
CREATE TABLE promotions_promotions (
    id TEXT NOT NULL PRIMARY KEY,
    vendor TEXT NOT NULL,
    product TEXT NOT NULL,
    title TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL CHECK (until_ms > from_ms),
    -- booked, cancelled by the vendor, ended because the product left the shop
    state TEXT NOT NULL,
    booked_ms BIGINT NOT NULL
);
CREATE INDEX promotions_promotions_by_product ON promotions_promotions (product, state);
CREATE INDEX promotions_promotions_by_vendor ON promotions_promotions (vendor, from_ms);

-- What is owed for them: `due`, or `waived` when the promotion was taken back before it began.
CREATE TABLE promotions_dues (
    promotion TEXT NOT NULL PRIMARY KEY,
    vendor TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    terms TEXT NOT NULL,
    due_ms BIGINT NOT NULL,
    state TEXT NOT NULL
);
