-- Why: what happened at a trial. An attempt changes while it is in flight; each change of its
-- state is also a row that stays, with the time on the wall and on a clock that never jumps.
-- The four documents are written and read whole; the units stand in their keys.

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
    ended_at   timestamptz, -- null also where nobody saw the end: the server had stopped
    seed       bigint NOT NULL, -- the 64 bits of an unsigned number
    network    jsonb NOT NULL, -- what the link was told to be
    measured   jsonb NOT NULL, -- round trips found before the desktop opened
    link       jsonb NOT NULL, -- what passed the link
    desktop    jsonb NOT NULL, -- what the desktop was and cost
    CONSTRAINT attempt_number_once UNIQUE (trial, number),
    CONSTRAINT attempt_outcome_if_finished CHECK ((state = 'finished') = (outcome IS NOT NULL))
);

-- At most one attempt at a trial is in flight or has come to its end.
CREATE UNIQUE INDEX attempt_counts_once ON attempt (trial) WHERE state IN ('preparing', 'running', 'finished');

CREATE TABLE transition (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempt      bigint NOT NULL REFERENCES attempt,
    state        text NOT NULL,
    at           timestamptz NOT NULL,
    monotonic_ns bigint, -- since the attempt was opened; null if the program restarted in between
    CONSTRAINT transition_once UNIQUE (attempt, state)
);

CREATE TRIGGER transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transition
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
