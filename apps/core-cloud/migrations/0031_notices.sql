-- Facts that customers were told of, and when: each is told once.
CREATE TABLE notices_told (
    id TEXT NOT NULL PRIMARY KEY,
    told_ms BIGINT NOT NULL
);
CREATE INDEX notices_told_by_age ON notices_told (told_ms);

-- Refunds that providers give back in parts: the customer is told once, when all of it is on its way.
CREATE TABLE notices_refunds (
    refund TEXT NOT NULL PRIMARY KEY,
    due BIGINT NOT NULL CHECK (due >= 0),
    sent BIGINT NOT NULL CHECK (sent >= 0),
    due_ms BIGINT NOT NULL
);
CREATE INDEX notices_refunds_by_age ON notices_refunds (due_ms);

-- What a customer says of a return, masked by the region.
ALTER TABLE orders_returns ADD COLUMN note TEXT NOT NULL DEFAULT '';
