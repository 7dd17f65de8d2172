-- Why: the recorded screen of an attempt is a file. This table says what is known of the file, and
-- that it was deleted because someone asked for it. Whether a participant agreed to be recorded is
-- part of their consent; for older sessions, the answer is no. audit records for good what people
-- do to data.

-- +goose Up
ALTER TABLE session ADD COLUMN recorded boolean NOT NULL DEFAULT false;

CREATE TABLE recording (
    attempt     bigint PRIMARY KEY REFERENCES attempt,
    began_at    timestamptz NOT NULL,
    duration_ns bigint NOT NULL DEFAULT 0 CHECK (duration_ns >= 0),
    segments    integer NOT NULL DEFAULT 0 CHECK (segments >= 0),
    bytes       bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    sha256      text CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    ended       text CHECK (ended IN ('trial_ended', 'disk_full', 'disk_failed', 'too_slow', 'unreadable', 'server_stopped')),
    deleted_at  timestamptz,
    CONSTRAINT recording_ended_has_hash CHECK ((ended IS NULL) = (sha256 IS NULL)),
    CONSTRAINT recording_ended_before_deleted CHECK (deleted_at IS NULL OR ended IS NOT NULL)
);

CREATE TABLE audit (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL,
    who    text NOT NULL CHECK (who <> ''), -- name of the experimenter
    action text NOT NULL CHECK (action <> ''),
    about  text NOT NULL, -- the data concerned, such as "recording of attempt 17"
    why    text NOT NULL
);

CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
