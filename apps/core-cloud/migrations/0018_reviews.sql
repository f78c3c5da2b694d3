-- Reviews as customers wrote them. `draft` waits for a moderator, `shown` is what the shop shows; both are JSON.
CREATE TABLE reviews_reviews (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    -- Who sold it; empty when nobody did.
    vendor TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Why it was refused or taken down.
    reason TEXT NOT NULL,
    draft TEXT,
    shown TEXT,
    -- Stars of what is shown, 0 when nothing is.
    stars BIGINT NOT NULL CHECK (stars BETWEEN 0 AND 5),
    answer TEXT,
    changed_ms BIGINT NOT NULL
);
CREATE INDEX reviews_reviews_by_state ON reviews_reviews (state, changed_ms);
CREATE INDEX reviews_reviews_of_vendor ON reviews_reviews (vendor, changed_ms);
CREATE INDEX reviews_reviews_of_product ON reviews_reviews (product, stars);

-- Shown reviews of each product by stars, kept with every change.
CREATE TABLE reviews_ratings (
    product TEXT NOT NULL PRIMARY KEY,
    one BIGINT NOT NULL,
    two BIGINT NOT NULL,
    three BIGINT NOT NULL,
    four BIGINT NOT NULL,
    five BIGINT NOT NULL
);
