-- Why: what happened at a trial. The row of an attempt changes while the attempt is in flight; each
-- change of its state also adds a row to transition, with the wall-clock time and a monotonic time.
-- The four JSON documents are only read and written whole; their keys name the units.

-- +goose Up
CREATE TABLE attempt (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trial      bigint NOT NULL REFERENCES trial,
    number     integer NOT NULL CHECK (number > 0),
    state      text NOT NULL CHECK (state IN ('preparing', 'running', 'finished', 'interrupted', 'failed')),
    outcome    text CHECK (outcome IN ('completed', 'said_done', 'gave_up', 'time_up')),
    cause      text NOT NULL DEFAULT '',
    asked_at   timestamptz NOT NULL,
    started_at timestamptz,
    ended_at   timestamptz, -- also null if the server had stopped and nobody saw the end
    seed       bigint NOT NULL, -- an unsigned 64-bit number, stored as a signed one
    network    jsonb NOT NULL, -- what the link was told to be
    measured   jsonb NOT NULL, -- round trips, measured before the desktop opened
    link       jsonb NOT NULL, -- what passed the link
    desktop    jsonb NOT NULL, -- how the desktop was made, and what it took
    CONSTRAINT attempt_number_once UNIQUE (trial, number),
    CONSTRAINT attempt_outcome_if_finished CHECK ((state = 'finished') = (outcome IS NOT NULL))
);

-- A trial has at most one attempt that is in flight or finished.
CREATE UNIQUE INDEX attempt_counts_once ON attempt (trial) WHERE state IN ('preparing', 'running', 'finished');

CREATE TABLE transition (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempt      bigint NOT NULL REFERENCES attempt,
    state        text NOT NULL,
    at           timestamptz NOT NULL,
    monotonic_ns bigint, -- time since the attempt was opened; null if the program restarted since
    CONSTRAINT transition_once UNIQUE (attempt, state)
);

CREATE TRIGGER transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
