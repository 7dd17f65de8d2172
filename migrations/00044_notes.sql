-- Why: what an experimenter sees while somebody works, or at a replay, is data of a study too: in words, at a moment, with tags by which it can be
-- counted. No participant reads it. It is about a person, so it goes when what they gave is erased; and who wrote nonsense can remove it,
-- which is in the audit.

-- +goose Up
CREATE TABLE note (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session      bigint NOT NULL REFERENCES session,
    attempt      bigint REFERENCES attempt, -- null: it is about no attempt
    at           timestamptz NOT NULL,      -- the moment that it is about
    written_at   timestamptz NOT NULL,
    experimenter bigint REFERENCES experimenter,
    text         text NOT NULL CHECK (text <> ''),
    tags         text[] NOT NULL
);

CREATE INDEX note_of_session ON note (session, at);
CREATE INDEX note_of_attempt ON note (attempt);
