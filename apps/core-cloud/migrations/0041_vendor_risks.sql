-- The share of fraud among a vendor's latest orders, millionths, as POPs were last told.
CREATE TABLE fraud_vendor_risks (
    vendor TEXT NOT NULL PRIMARY KEY,
    ppm BIGINT NOT NULL
);
