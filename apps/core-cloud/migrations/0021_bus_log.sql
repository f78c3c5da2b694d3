-- Where facts are read: the log below (named '') or a broker's stream. `seq` counts what it has taken, without a gap.
CREATE TABLE bus_heads (
    stream TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    -- Which process hands facts to the broker, and until when it may do so alone.
    holder TEXT NOT NULL,
    held_until_ms BIGINT NOT NULL
);
INSERT INTO bus_heads (stream, seq, holder, held_until_ms) VALUES ('', 0, '', 0);

CREATE TABLE bus_log (
    seq BIGINT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    topic TEXT NOT NULL,
    written_ms BIGINT NOT NULL,
    body TEXT NOT NULL
);

-- How far each consumer has read.
CREATE TABLE bus_cursors (
    consumer TEXT NOT NULL,
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (consumer, stream)
);

-- What each consumer has applied, in the transaction that applied it.
CREATE TABLE bus_inbox (
    consumer TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (consumer, id)
);

-- Facts that a consumer failed on, and facts of the same key behind them.
CREATE TABLE bus_held (
    consumer TEXT NOT NULL,
    id TEXT NOT NULL,
    topic TEXT NOT NULL,
    place BIGINT NOT NULL,
    written_ms BIGINT NOT NULL,
    body TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_ms BIGINT NOT NULL,
    -- Why the last try failed; nothing personal is in a fact.
    reason TEXT NOT NULL,
    -- When it was given up: a dead letter.
    dead_ms BIGINT,
    PRIMARY KEY (consumer, id)
);
CREATE UNIQUE INDEX bus_held_by_topic ON bus_held (consumer, topic, place);
CREATE INDEX bus_held_by_death ON bus_held (dead_ms) WHERE dead_ms IS NOT NULL;
