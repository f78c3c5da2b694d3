-- Files of payouts for the bank. A payout is in one file, so that it is not handed in twice.
CREATE TABLE payouts_files (
    id TEXT NOT NULL PRIMARY KEY,
    made_ms BIGINT NOT NULL,
    made_by TEXT NOT NULL
);
CREATE INDEX payouts_files_newest ON payouts_files (made_ms);

CREATE TABLE payouts_file_lines (
    payout TEXT NOT NULL PRIMARY KEY,
    file TEXT NOT NULL,
    -- As they were when the file was made.
    name TEXT NOT NULL,
    iban TEXT NOT NULL
);
CREATE INDEX payouts_file_lines_of_file ON payouts_file_lines (file);
