-- Why: an experimenter who watches may end an attempt. That needs an outcome of its own, because it
-- says nothing about the participant.

-- +goose Up
ALTER TABLE attempt
    DROP CONSTRAINT attempt_outcome_check,
    ADD CONSTRAINT attempt_outcome_check CHECK (
        outcome IN ('completed', 'said_done', 'gave_up', 'time_up', 'ended_by_experimenter'));
