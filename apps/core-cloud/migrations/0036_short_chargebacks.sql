-- What a dispute took beyond what was left of a payment; it is booked once another dispute gives something back.
ALTER TABLE payments_movements ADD COLUMN short BIGINT NOT NULL DEFAULT 0;
