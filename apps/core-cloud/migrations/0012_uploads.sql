-- Pictures of customers by the hash of what a POP handed in; `body` is the picture that was drawn from it, JSON.
CREATE TABLE media_uploads (
    hash TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
