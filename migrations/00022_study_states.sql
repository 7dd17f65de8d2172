-- Why: a study that is over went on to let people begin, and stood in the list for ever. An experimenter now closes, reopens and
-- archives it. The last row of a study counts; a study without one is open, so older studies stay as they were.
--
-- Drafts that were never published may be deleted, and their rows here go with them. So this table refuses changes, but not that.

-- +goose Up
CREATE TABLE study_state (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study        bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    state        text NOT NULL CHECK (state IN ('open', 'closed', 'archived')),
    experimenter bigint REFERENCES experimenter, -- null: the program itself
    at           timestamptz NOT NULL
);

CREATE INDEX study_state_of_study ON study_state (study, id);

CREATE TRIGGER study_state_stays BEFORE UPDATE OR TRUNCATE ON study_state
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
