-- What is scored besides orders: reviews, vendors, discounts. The latest score of each.
CREATE TABLE fraud_subjects (
    -- review, vendor, discount
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    -- Which state of it was scored: when the review was written, when a vendor's or discount's orders were looked at; 0 for
    -- not yet.
    of_ms BIGINT NOT NULL,
    score DOUBLE PRECISION,
    outcome TEXT NOT NULL,
    model TEXT NOT NULL,
    -- Comma-separated codes.
    reasons TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX fraud_subjects_due ON fraud_subjects (kind, of_ms);

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

-- The orders behind vendors and discounts, as the bus tells of them.
CREATE TABLE fraud_crowds (
    -- vendor, discount
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    order_id TEXT NOT NULL,
    -- Pseudonyms; none for guests.
    customer TEXT NOT NULL,
    account TEXT,
    placed_ms BIGINT NOT NULL,
    -- The fraud score reviewed or refused it.
    doubted BIGINT NOT NULL CHECK (doubted IN (0, 1)),
    -- The payer disputes it.
    disputed BIGINT NOT NULL DEFAULT 0 CHECK (disputed IN (0, 1)),
    -- Something of it came back, or will not come.
    returned BIGINT NOT NULL DEFAULT 0 CHECK (returned IN (0, 1)),
    -- When the last of a vendor's parcels arrived; 0 for not yet.
    delivered_ms BIGINT NOT NULL DEFAULT 0,
    -- What a discount took off, in millionths of what the goods would have cost.
    taken_ppm BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, subject, order_id)
);
CREATE INDEX fraud_crowds_newest ON fraud_crowds (kind, subject, placed_ms);
CREATE INDEX fraud_crowds_of_order ON fraud_crowds (order_id);
CREATE INDEX fraud_crowds_of_account ON fraud_crowds (account, kind);

-- What was seen of the subject of a case, JSON; empty for orders.
ALTER TABLE fraud_cases ADD COLUMN facts TEXT NOT NULL DEFAULT '';
