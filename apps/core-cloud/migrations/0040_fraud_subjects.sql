-- What is scored besides orders: reviews, vendors, discounts. The latest score of each.
CREATE TABLE fraud_subjects (
    -- review, vendor, discount
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Which state of it was scored: when the review was written, when a vendor's or discount's orders were looked at.
    of_ms BIGINT NOT NULL,
    score DOUBLE PRECISION,
    outcome TEXT NOT NULL,
    model TEXT NOT NULL,
    -- Comma-separated codes.
    reasons TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);

-- Reviews as they were written, for what they have in common.
CREATE TABLE fraud_reviews (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    product TEXT NOT NULL,
    vendor TEXT NOT NULL,
    stars BIGINT NOT NULL,
    words BIGINT NOT NULL,
    pictures BIGINT NOT NULL,
    -- Of its words without case and punctuation; empty for a text too short to tell anything.
    text_hash TEXT NOT NULL,
    written_ms BIGINT NOT NULL
);
CREATE INDEX fraud_reviews_of_account ON fraud_reviews (account, written_ms);
CREATE INDEX fraud_reviews_of_product ON fraud_reviews (product, written_ms);
CREATE INDEX fraud_reviews_of_vendor ON fraud_reviews (vendor, written_ms);
CREATE INDEX fraud_reviews_of_text ON fraud_reviews (text_hash);

-- What was seen of the subject of a case, JSON; empty for orders.
ALTER TABLE fraud_cases ADD COLUMN facts TEXT NOT NULL DEFAULT '';

CREATE INDEX discounts_uses_of_discount ON discounts_uses (discount, placed_ms);
