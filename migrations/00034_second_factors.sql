-- Why: whoever got hold of a password had everything that its owner may do. Now an account can ask for a code of an app beside the password
-- (RFC 6238), and for one of ten recovery codes where the app is lost.

-- +goose Up
CREATE TABLE second_factor (
    experimenter bigint PRIMARY KEY REFERENCES experimenter ON DELETE CASCADE,
    secret       bytea NOT NULL CHECK (length(secret) = 20), -- shared with the app
    enrolled_at  timestamptz NOT NULL,
    last_step    bigint NOT NULL -- half minutes since 1970 of the newest code that was used: neither it nor one before is taken again
);

CREATE TABLE recovery_code (
    experimenter bigint NOT NULL REFERENCES second_factor ON DELETE CASCADE,
    hash         bytea NOT NULL CHECK (length(hash) = 32), -- SHA-256
    used_at      timestamptz, -- null: not yet
    PRIMARY KEY (experimenter, hash)
);
