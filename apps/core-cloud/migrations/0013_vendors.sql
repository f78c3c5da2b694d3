-- Who sells here. Those who registered hand in a checklist; those of an import are approved by it.
CREATE TABLE vendors_vendors (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Why it was rejected or suspended.
    reason TEXT NOT NULL,
    -- Payment methods that it accepts, comma-separated.
    methods TEXT NOT NULL,
    legal_name TEXT NOT NULL,
    register_number TEXT NOT NULL,
    vat_id TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    phone TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
CREATE INDEX vendors_vendors_by_state ON vendors_vendors (state, changed_ms);

-- The checklist: what was handed in, and what admins say of it. `document` names the file of a document.
CREATE TABLE vendors_items (
    vendor TEXT NOT NULL,
    item TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    document TEXT,
    ext TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL,
    PRIMARY KEY (vendor, item)
);

INSERT INTO vendors_vendors (id, name, country, about, state, reason, methods, legal_name, register_number, vat_id,
    street, postcode, city, phone, created_ms, changed_ms)
SELECT id, name, '', '', 'approved', '', 'invoice', '', '', '', '', '', '', '', 0, 0 FROM catalog_vendors;

-- The products of a suspended vendor are off the shop, whatever they are listed as.
ALTER TABLE catalog_vendors ADD COLUMN hidden BIGINT NOT NULL DEFAULT 0;
