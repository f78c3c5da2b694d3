-- Facts that services tell each other, written with what they tell of. The dispatcher numbers them in the order of
-- `written`, and takes them away when they are in the log or with the broker.
CREATE TABLE bus_outbox (
    id TEXT NOT NULL PRIMARY KEY,
    -- Facts of one key are told in their order.
    topic TEXT NOT NULL,
    written_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);
