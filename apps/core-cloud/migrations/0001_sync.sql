-- Points of presence as they were last heard of. Their keys are in the configuration, never here.
CREATE TABLE sync_pops (
    pop TEXT NOT NULL PRIMARY KEY,
    region TEXT NOT NULL,
    last_seen_ms BIGINT NOT NULL
);

-- A POP's database. Its events count from 1; its leases lapse together.
CREATE TABLE sync_incarnations (
    pop TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    applied_through BIGINT NOT NULL CHECK (applied_through >= 0),
    last_seq BIGINT NOT NULL CHECK (last_seq >= 0),
    first_seen_ms BIGINT NOT NULL,
    last_seen_ms BIGINT NOT NULL,
    lease_expires_ms BIGINT NOT NULL,
    written_off_ms BIGINT,
    PRIMARY KEY (pop, incarnation)
);

-- Nonces of accepted signatures, kept for as long as a signature is good.
CREATE TABLE sync_nonces (
    pop TEXT NOT NULL,
    nonce TEXT NOT NULL,
    created_s BIGINT NOT NULL,
    PRIMARY KEY (pop, nonce)
);
CREATE INDEX sync_nonces_by_age ON sync_nonces (created_s);

-- How far behind the core was, the worst of each minute.
CREATE TABLE sync_lag (
    pop TEXT NOT NULL,
    minute BIGINT NOT NULL,
    events BIGINT NOT NULL,
    PRIMARY KEY (pop, minute)
);
CREATE INDEX sync_lag_by_age ON sync_lag (minute);
