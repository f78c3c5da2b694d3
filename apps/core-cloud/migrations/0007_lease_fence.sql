-- How often a database's leases were written off, and the highest such number that it has shown to know. One that shows
-- a lower number was set back to a copy from before.
ALTER TABLE sync_incarnations ADD COLUMN fence BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sync_incarnations ADD COLUMN fence_shown BIGINT NOT NULL DEFAULT 0;
