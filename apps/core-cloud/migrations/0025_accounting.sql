-- The journal: only ever appended to, each entry with the hash of the one before. `source` is what the entry was made
-- for: the same is never booked twice.
CREATE TABLE accounting_entries (
    seq BIGINT NOT NULL PRIMARY KEY,
    at_ms BIGINT NOT NULL,
    source TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    note TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX accounting_entries_by_subject ON accounting_entries (subject, seq);
CREATE INDEX accounting_entries_by_time ON accounting_entries (at_ms, seq);

-- An amount that moves from the account of its credit to the account of its debit: both sides are one row, so there is
-- no way to write an entry down that does not balance.
CREATE TABLE accounting_postings (
    entry BIGINT NOT NULL REFERENCES accounting_entries (seq),
    place BIGINT NOT NULL,
    debit TEXT NOT NULL,
    debit_party TEXT NOT NULL,
    credit TEXT NOT NULL,
    credit_party TEXT NOT NULL,
    currency TEXT NOT NULL CHECK (LENGTH(currency) = 3),
    amount BIGINT NOT NULL CHECK (amount > 0),
    PRIMARY KEY (entry, place),
    CHECK (debit <> credit OR debit_party <> credit_party)
);
CREATE INDEX accounting_postings_by_debit ON accounting_postings (debit, debit_party, entry);
CREATE INDEX accounting_postings_by_credit ON accounting_postings (credit, credit_party, entry);

-- Sums of the postings of each account and party.
CREATE TABLE accounting_balances (
    account TEXT NOT NULL,
    party TEXT NOT NULL,
    currency TEXT NOT NULL,
    debit BIGINT NOT NULL CHECK (debit >= 0),
    credit BIGINT NOT NULL CHECK (credit >= 0),
    PRIMARY KEY (account, party, currency)
);

-- The end of the chain. Its row lock orders the writers.
CREATE TABLE accounting_head (
    id BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL
);
INSERT INTO accounting_head (id, seq, hash) VALUES (1, 0, '');

-- Facts that were booked, those that moved no money too.
CREATE TABLE accounting_facts (
    id TEXT NOT NULL PRIMARY KEY
);

-- What the marketplace keeps of a price without tax, in parts per million, from a moment on: of a vendor's goods in a
-- category, of all its goods, of a category, of everything. The empty text stands for all.
CREATE TABLE accounting_plans (
    vendor TEXT NOT NULL,
    category TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    ppm BIGINT NOT NULL CHECK (ppm >= 0 AND ppm < 1000000),
    PRIMARY KEY (vendor, category, from_ms)
);
INSERT INTO accounting_plans (vendor, category, from_ms, ppm) VALUES ('', '', 0, 120000);

-- A vendor's part of a purchase, with how it is taxed as of the day it was placed. Amounts are what the customer pays.
CREATE TABLE accounting_sales (
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    placed_ms BIGINT NOT NULL,
    currency TEXT NOT NULL,
    seller_country TEXT NOT NULL,
    country TEXT NOT NULL,
    jurisdiction TEXT NOT NULL,
    scheme TEXT NOT NULL,
    tax_ppm BIGINT NOT NULL CHECK (tax_ppm >= 0),
    delivery_shipped BIGINT NOT NULL DEFAULT 0 CHECK (delivery_shipped >= 0),
    delivery_refunded BIGINT NOT NULL DEFAULT 0 CHECK (delivery_refunded >= 0),
    PRIMARY KEY (order_id, vendor)
);

-- Its lines, with the terms that were frozen when it was placed, and how much of each has left and is owed back.
CREATE TABLE accounting_lines (
    order_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    vendor TEXT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    gross BIGINT NOT NULL CHECK (gross >= 0),
    tax BIGINT NOT NULL CHECK (tax >= 0),
    commission BIGINT NOT NULL CHECK (commission >= 0),
    commission_ppm BIGINT NOT NULL,
    shipped BIGINT NOT NULL DEFAULT 0 CHECK (shipped >= 0),
    refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0),
    PRIMARY KEY (order_id, line),
    CHECK (shipped <= gross),
    CHECK (refunded <= gross)
);
