-- Why: a study may have groups between people. The roster puts most people into one, or their code or an answer does; but an
-- experimenter may know better, and then their word comes first. The last row of a participant counts, as long as they
-- have no place in the plan yet.

-- +goose Up
CREATE TABLE chosen_group (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant  bigint NOT NULL REFERENCES participant,
    group_name   text NOT NULL, -- empty: the choice is taken back
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX chosen_group_of_participant ON chosen_group (participant, id);

CREATE TRIGGER chosen_group_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON chosen_group
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
