-- Fees of promotions that vendors pay by card. The id is what the provider knows the payment by, so begun twice it is one.
CREATE TABLE payments_fees (
    id TEXT NOT NULL PRIMARY KEY,
    promotion TEXT NOT NULL,
    vendor TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    due_ms BIGINT NOT NULL,
    -- open (the vendor is on the provider's page), capturing, paid, voiding, closed, refunding, refunded, failed
    state TEXT NOT NULL,
    -- What the provider calls the page, what it reserved and what it took; empty until it said so.
    started TEXT NOT NULL,
    url TEXT NOT NULL,
    authorisation TEXT NOT NULL,
    capture TEXT NOT NULL,
    -- A code of why it came to this, empty where the state says all.
    reason TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL,
    -- When the provider was first asked for what the state says; 0 for not yet.
    asked_ms BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
-- Of one promotion one payment is on its way.
CREATE UNIQUE INDEX payments_fees_one ON payments_fees (promotion) WHERE state IN ('open', 'capturing');
CREATE INDEX payments_fees_by_promotion ON payments_fees (promotion, created_ms);
CREATE INDEX payments_fees_due ON payments_fees (next_ms) WHERE state IN ('open', 'capturing', 'voiding', 'refunding');
