-- On which terms a vendor is paid out; one without a row has the usual ones.
CREATE TABLE payouts_terms (
    vendor TEXT NOT NULL PRIMARY KEY,
    -- weekly, monthly
    schedule TEXT NOT NULL,
    currency TEXT NOT NULL,
    minimum BIGINT NOT NULL CHECK (minimum >= 0),
    -- What is held back of what was earned, in parts per million, and for how long.
    reserve_ppm BIGINT NOT NULL CHECK (reserve_ppm >= 0 AND reserve_ppm <= 1000000),
    reserve_days BIGINT NOT NULL CHECK (reserve_days >= 0),
    provider TEXT NOT NULL,
    -- The vendor's account at the provider.
    destination TEXT NOT NULL,
    changed_ms BIGINT NOT NULL
);

-- Which periods of a vendor were settled, and up to which entry of the journal.
CREATE TABLE payouts_runs (
    vendor TEXT NOT NULL,
    period_ms BIGINT NOT NULL,
    entry BIGINT NOT NULL,
    run_ms BIGINT NOT NULL,
    PRIMARY KEY (vendor, period_ms)
);

-- What was held back, until it is released.
CREATE TABLE payouts_reserves (
    vendor TEXT NOT NULL,
    period_ms BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    release_ms BIGINT NOT NULL,
    released BIGINT NOT NULL DEFAULT 0 CHECK (released IN (0, 1)),
    PRIMARY KEY (vendor, period_ms, currency)
);

-- What vendors are paid: open until somebody approves it, due until the provider has it, then sent; failed when the
-- provider says no, cancelled when it is taken back.
CREATE TABLE payouts_payouts (
    id TEXT NOT NULL PRIMARY KEY,
    vendor TEXT NOT NULL,
    period_ms BIGINT NOT NULL,
    state TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    provider TEXT NOT NULL,
    destination TEXT NOT NULL,
    reference TEXT NOT NULL,
    error TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    -- When it is tried next, and how often it was.
    next_ms BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    UNIQUE (vendor, period_ms)
);
CREATE INDEX payouts_payouts_by_state ON payouts_payouts (state, next_ms);
CREATE INDEX payouts_payouts_by_vendor ON payouts_payouts (vendor, created_ms);

-- The statement of a settled period.
CREATE TABLE payouts_lines (
    vendor TEXT NOT NULL,
    period_ms BIGINT NOT NULL,
    place BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (vendor, period_ms, place)
);
