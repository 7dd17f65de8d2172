-- Why: people come to a study from sites such as Prolific or SONA, which name them in the address and want them back at the end; and a
-- study may let in whoever has one general link, up to a number.
--
-- What names somebody elsewhere lies apart from what they give. It goes first when they have that erased, and leaves in no export
-- unless the study says so.

-- +goose Up
CREATE TABLE recruitment (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study        bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    parameters   text[] NOT NULL,
    export       boolean NOT NULL,
    completion   text NOT NULL,
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX recruitment_of_study ON recruitment (study, id);

CREATE TRIGGER recruitment_stays BEFORE UPDATE OR TRUNCATE ON recruitment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE open_link (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study      bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    hash       bytea NOT NULL CONSTRAINT open_link_once UNIQUE CHECK (length(hash) = 32), -- SHA-256
    most       integer NOT NULL CHECK (most > 0),
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX open_link_of_study ON open_link (study, id);

ALTER TABLE participant ADD COLUMN open_link bigint REFERENCES open_link; -- by which they came; null: an experimenter added them

CREATE INDEX participant_by_open_link ON participant (open_link);

CREATE TABLE external_id (
    participant bigint NOT NULL REFERENCES participant ON DELETE CASCADE,
    study       bigint NOT NULL REFERENCES study,
    name        text NOT NULL,
    value       text NOT NULL CHECK (value <> ''),
    names       boolean NOT NULL, -- whether it names the person, so that nobody else of the study has it
    PRIMARY KEY (participant, name)
);

CREATE UNIQUE INDEX external_id_once ON external_id (study, name, value) WHERE names;
