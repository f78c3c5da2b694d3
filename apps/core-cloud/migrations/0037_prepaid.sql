-- Whether all of a payment is taken before all of its goods are sent: through the bank, and from cards that can be captured
-- once only.
ALTER TABLE payments_payments ADD COLUMN prepaid BIGINT NOT NULL DEFAULT 0;
UPDATE payments_payments SET prepaid = 1 WHERE provider = 'bank';
