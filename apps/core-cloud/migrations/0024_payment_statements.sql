-- Statements of the shop's bank accounts that were imported.
CREATE TABLE payments_statements (
    id TEXT NOT NULL PRIMARY KEY,
    -- The bank's name of it, and the account.
    name TEXT NOT NULL,
    account TEXT NOT NULL,
    imported_ms BIGINT NOT NULL,
    imported_by TEXT NOT NULL,
    lines BIGINT NOT NULL,
    known BIGINT NOT NULL
);
CREATE INDEX payments_statements_newest ON payments_statements (imported_ms, id);

-- Their lines. The payer's name and words stay with the bank: of the text, references alone are kept.
CREATE TABLE payments_lines (
    id TEXT NOT NULL PRIMARY KEY,
    statement TEXT NOT NULL,
    account TEXT NOT NULL,
    -- The bank's name of the entry, and the place of the transaction in it.
    entry TEXT NOT NULL,
    part BIGINT NOT NULL,
    -- credit or debit
    way TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    currency TEXT NOT NULL,
    booked TEXT NOT NULL,
    -- References that its text holds, separated by spaces.
    said TEXT NOT NULL,
    -- matched, open, assigned, returned
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The order or movement it settled.
    settled TEXT NOT NULL
);
CREATE UNIQUE INDEX payments_lines_once ON payments_lines (account, entry, part);
CREATE INDEX payments_lines_of_statement ON payments_lines (statement, id);
CREATE INDEX payments_lines_open ON payments_lines (id) WHERE state = 'open';
