-- Why: people forget appointments, so a study may write to them: a confirmation, what changed, a reminder. Where to is said by no other table: an address lies
-- here alone, nothing refers to it, and it goes first when somebody withdraws. A mail refers to the participant. It waits here while the server for mail is away, and
-- stays as a fact without the address when it is sent.
--
-- No constraint looks at an address: what PostgreSQL says of a row that it refuses has the whole row in it, and goes into a log.

-- +goose Up
CREATE TABLE address (
    participant  bigint PRIMARY KEY REFERENCES participant,
    mail         text NOT NULL,
    language     text NOT NULL, -- in which they read
    experimenter bigint REFERENCES experimenter, -- null: the participant
    at           timestamptz NOT NULL
);

CREATE TABLE mail (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant bigint NOT NULL REFERENCES participant,
    kind        text NOT NULL CHECK (kind IN ('confirmation', 'cancellation', 'reminder')),
    fact        integer NOT NULL CHECK (fact > 0), -- which of their bookings, counted from 1
    queued_at   timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,
    tries       integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
    state       text NOT NULL CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    cause       text NOT NULL DEFAULT '',
    at          timestamptz NOT NULL -- of the state
);

CREATE INDEX mail_of_participant ON mail (participant, id);

ALTER TABLE appointing
    ADD COLUMN remind_s integer NOT NULL DEFAULT 0 CHECK (remind_s >= 0);
