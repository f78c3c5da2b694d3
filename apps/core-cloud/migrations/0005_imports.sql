CREATE TABLE imports_runs (
    id TEXT NOT NULL PRIMARY KEY,
    format TEXT NOT NULL,
    source TEXT NOT NULL,
    started_ms BIGINT NOT NULL,
    finished_ms BIGINT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    warnings BIGINT NOT NULL
);
CREATE INDEX imports_runs_newest ON imports_runs (started_ms);

-- Rows that were refused, and warnings about rows that were not.
CREATE TABLE imports_rows (
    import TEXT NOT NULL,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    record TEXT NOT NULL,
    severity TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (import, number)
);
