-- Why: people could not see where they were signed in, nor end that, and a forgotten browser stayed signed in for twelve hours. Logins from before have no
-- times, so they end here: everybody signs in anew.

-- +goose Up
DELETE FROM login;
ALTER TABLE login
    ADD COLUMN id        bigint GENERATED ALWAYS AS IDENTITY,
    ADD COLUMN opened_at timestamptz,              -- null until it is seen for the first time
    ADD COLUMN seen_at   timestamptz,              -- to the minute
    ADD COLUMN seen_from text NOT NULL DEFAULT '', -- address of the browser, as of seen_at
    ADD COLUMN browser   text NOT NULL DEFAULT '', -- what it calls itself
    ADD CONSTRAINT login_id_once UNIQUE (id);
