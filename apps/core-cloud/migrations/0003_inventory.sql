-- Invariant I2 is a constraint: on hand = available + leased to POPs + sold and not yet shipped.
CREATE TABLE inventory_items (
    item TEXT NOT NULL PRIMARY KEY,
    on_hand BIGINT NOT NULL,
    available BIGINT NOT NULL CHECK (available >= 0),
    leased BIGINT NOT NULL CHECK (leased >= 0),
    sold BIGINT NOT NULL CHECK (sold >= 0),
    -- What the last import said; a later import moves the stock by the difference.
    imported BIGINT NOT NULL CHECK (imported >= 0),
    CHECK (on_hand = available + leased + sold)
);

-- Escrow account of one POP database and one item: counters that only grow within an epoch.
CREATE TABLE inventory_accounts (
    pop TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    item TEXT NOT NULL,
    epoch BIGINT NOT NULL CHECK (epoch >= 1),
    granted BIGINT NOT NULL CHECK (granted >= 0),
    sold BIGINT NOT NULL CHECK (sold >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0),
    -- 1 until the POP has shown that it knows the raised epoch.
    fenced BIGINT NOT NULL CHECK (fenced IN (0, 1)),
    PRIMARY KEY (pop, incarnation, item),
    CHECK (sold + returned <= granted)
);
CREATE INDEX inventory_accounts_by_item ON inventory_accounts (item);

-- What was taken back from lost POPs.
CREATE TABLE inventory_write_offs (
    pop TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    item TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    units BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (pop, incarnation, item, epoch)
);
