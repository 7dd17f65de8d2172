-- Why: an experimenter who watches may end an attempt, and that is no outcome of the participant's.

-- +goose Up
ALTER TABLE attempt
    DROP CONSTRAINT attempt_outcome_check,
    ADD CONSTRAINT attempt_outcome_check CHECK (
        outcome IN ('completed', 'said_done', 'gave_up', 'time_up', 'ended_by_experimenter'));
