-- Customer and vendor of an order talk in a room.
CREATE TABLE chats_rooms (
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    account TEXT NOT NULL,
    region TEXT NOT NULL,
    -- customer, vendor or moderator, while it is closed.
    closed_by TEXT,
    -- Number and time of the last message, and the time of the customer's last.
    last_number BIGINT NOT NULL,
    last_ms BIGINT NOT NULL,
    customer_ms BIGINT NOT NULL,
    vendor_read_ms BIGINT NOT NULL,
    customer_read_ms BIGINT NOT NULL,
    -- The last report. One that is not settled waits for a moderator.
    reported_ms BIGINT,
    reported_by TEXT,
    report TEXT,
    settled_ms BIGINT,
    PRIMARY KEY (order_id, vendor)
);
CREATE INDEX chats_rooms_of_vendor ON chats_rooms (vendor, last_ms);
CREATE INDEX chats_rooms_reported ON chats_rooms (reported_ms);

CREATE TABLE chats_messages (
    id TEXT NOT NULL PRIMARY KEY,
    order_id TEXT NOT NULL,
    vendor TEXT NOT NULL,
    number BIGINT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    -- JSON.
    pictures TEXT NOT NULL,
    sent_ms BIGINT NOT NULL,
    removed_ms BIGINT,
    UNIQUE (order_id, vendor, number)
);

-- Messages that no room took, so that they are known when they are told again.
CREATE TABLE chats_dropped (
    id TEXT NOT NULL PRIMARY KEY,
    why TEXT NOT NULL,
    dropped_ms BIGINT NOT NULL
);
