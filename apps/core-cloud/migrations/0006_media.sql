-- Pictures by the hash of their bytes; the bytes are files in the data folder.
CREATE TABLE media_files (
    hash TEXT NOT NULL PRIMARY KEY,
    ext TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_ms BIGINT NOT NULL
);

-- Addresses that pictures were fetched from, so that none is fetched twice.
CREATE TABLE media_sources (
    url TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    fetched_ms BIGINT NOT NULL
);
