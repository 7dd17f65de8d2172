-- Why: programs of a laboratory, such as a script that makes tables every night, need a way in that is not somebody's password. A token lets a program act for
-- its owner, with some of the owner's rights, until it expires or is revoked.

-- +goose Up
CREATE TABLE token (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner      bigint NOT NULL REFERENCES experimenter ON DELETE CASCADE,
    name       text NOT NULL CHECK (name <> ''),
    sha256     bytea NOT NULL UNIQUE CHECK (length(sha256) = 32), -- what the program sends is stored nowhere
    rights     text[] NOT NULL CHECK (cardinality(rights) > 0),
    changes    boolean NOT NULL,                   -- else it only reads
    study      bigint REFERENCES study ON DELETE CASCADE, -- null: all of its owner's
    made_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,                        -- to the minute; null: never
    revoked_at timestamptz                         -- null: it was not
);
CREATE INDEX token_of_owner ON token (owner);
CREATE INDEX token_of_study ON token (study);
