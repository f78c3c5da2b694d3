-- Facts that services tell each other, written with what they tell of. The dispatcher takes them away when they are in
-- the log or with the broker.
CREATE TABLE bus_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    -- Facts of one key are told in their order.
    topic TEXT NOT NULL,
    -- Later facts of a key have a higher one; facts of one transaction follow each other.
    place BIGINT NOT NULL,
    written_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX bus_outbox_by_place ON bus_outbox (place, id);
