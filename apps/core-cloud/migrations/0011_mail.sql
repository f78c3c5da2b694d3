-- Mails to admins and vendors that wait to be sent.
CREATE TABLE mail_queue (
    id TEXT NOT NULL PRIMARY KEY,
    receiver TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_ms BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    next_ms BIGINT NOT NULL
);
CREATE INDEX mail_queue_by_time ON mail_queue (next_ms);
