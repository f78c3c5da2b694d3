-- The last number of each series: of a vendor, a kind of document and a year. Numbers are taken in the transaction that
-- issues the document, so that none is missing.
CREATE TABLE accounting_series (
    vendor TEXT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    last BIGINT NOT NULL CHECK (last > 0),
    PRIMARY KEY (vendor, kind, year)
);

-- Invoices and credit notes as they were issued. `body` is what the page is set from, JSON.
CREATE TABLE accounting_documents (
    vendor TEXT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    order_id TEXT NOT NULL,
    source TEXT NOT NULL,
    issued_ms BIGINT NOT NULL,
    currency TEXT NOT NULL,
    total BIGINT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (vendor, kind, year, number)
);
CREATE UNIQUE INDEX accounting_documents_by_name ON accounting_documents (vendor, name);
CREATE UNIQUE INDEX accounting_documents_by_source ON accounting_documents (source, kind);
CREATE INDEX accounting_documents_by_order ON accounting_documents (order_id, vendor);
CREATE INDEX accounting_documents_by_vendor ON accounting_documents (vendor, issued_ms);

-- Rates of the European Central Bank: units of a currency for one euro, in millionths.
CREATE TABLE accounting_rates (
    -- Days since 1970-01-01.
    day BIGINT NOT NULL,
    currency TEXT NOT NULL,
    micros BIGINT NOT NULL CHECK (micros > 0),
    PRIMARY KEY (currency, day)
);
