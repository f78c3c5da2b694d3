-- Orders that the fraud score doubted, checkouts that it refused, and what somebody found out about them. All by keyed
-- pseudonyms: of the address that ordered, its account, its device and where it goes.
CREATE TABLE fraud_cases (
    -- The order, or the event of the refused checkout.
    id TEXT NOT NULL PRIMARY KEY,
    -- order, refused
    kind TEXT NOT NULL,
    pop TEXT NOT NULL,
    region TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    currency TEXT NOT NULL,
    -- allow, step_up, review, block
    outcome TEXT NOT NULL,
    score DOUBLE PRECISION,
    model TEXT NOT NULL,
    -- Comma-separated codes.
    reasons TEXT NOT NULL,
    -- open while somebody has to look; none for what was allowed; honest, rejected, fraud
    state TEXT NOT NULL CHECK (state IN ('none', 'open', 'honest', 'rejected', 'fraud')),
    -- A member, or chargeback.
    decided_by TEXT NOT NULL DEFAULT '',
    decided_ms BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX fraud_cases_newest ON fraud_cases (at_ms, id);
CREATE INDEX fraud_cases_of_state ON fraud_cases (state, at_ms);

-- What a case was known by.
CREATE TABLE fraud_links (
    case_id TEXT NOT NULL,
    -- customer, account, device, address
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (case_id, kind)
);
CREATE INDEX fraud_links_of_key ON fraud_links (kind, key, at_ms);

-- What blocked accounts say for themselves, masked. One waits at a time.
CREATE TABLE fraud_appeals (
    id TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    text TEXT NOT NULL,
    made_ms BIGINT NOT NULL,
    -- open, upheld (the account may buy again), refused
    state TEXT NOT NULL CHECK (state IN ('open', 'upheld', 'refused')),
    decided_by TEXT NOT NULL DEFAULT '',
    decided_ms BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX fraud_appeals_waiting ON fraud_appeals (account) WHERE state = 'open';
CREATE INDEX fraud_appeals_newest ON fraud_appeals (made_ms, id);
