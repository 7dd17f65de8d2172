-- Why: only experimenters who sign in may design studies and read data. The table has hashes of
-- passwords and of login tokens, so that nobody can sign in with what they read in a backup.

-- +goose Up
CREATE TABLE experimenter (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name          text NOT NULL CONSTRAINT experimenter_name_once UNIQUE,
    password_hash text NOT NULL, -- in PHC string format
    CONSTRAINT experimenter_has_name CHECK (name <> '')
);

CREATE TABLE login (
    token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
    experimenter bigint NOT NULL REFERENCES experimenter ON DELETE CASCADE,
    expires_at   timestamptz NOT NULL
);

CREATE INDEX login_of_experimenter ON login (experimenter);
