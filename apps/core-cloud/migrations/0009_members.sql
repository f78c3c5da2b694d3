-- Who works with the core: admins (`role`), and people of vendors (`vendor`).
CREATE TABLE members_members (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT,
    vendor TEXT,
    -- PHC string; empty until one is chosen by the link of the invitation.
    password TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    verified_ms BIGINT,
    disabled_ms BIGINT,
    CHECK ((role IS NULL) <> (vendor IS NULL))
);
CREATE INDEX members_members_by_vendor ON members_members (vendor);

CREATE TABLE members_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX members_sessions_by_member ON members_sessions (member);
CREATE INDEX members_sessions_by_age ON members_sessions (expires_ms);

-- Links of mails: `verify` an address, or choose a `password`.
CREATE TABLE members_links (
    token_hash TEXT NOT NULL PRIMARY KEY,
    member TEXT NOT NULL,
    purpose TEXT NOT NULL,
    expires_ms BIGINT NOT NULL
);
CREATE INDEX members_links_by_age ON members_links (expires_ms);

-- Attempts to log in, or to have a mail sent, by what was tried.
CREATE TABLE members_attempts (
    what TEXT NOT NULL PRIMARY KEY,
    tries BIGINT NOT NULL,
    blocked_until_ms BIGINT NOT NULL,
    changed_ms BIGINT NOT NULL
);
CREATE INDEX members_attempts_by_age ON members_attempts (changed_ms);
