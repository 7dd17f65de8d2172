-- Why: an experimenter could exclude only somebody who had a place in the plan already, with a reason in free text, and only the
-- whole person. Now anybody in a study can be ruled on, a reason comes from a list that a paper can count, and a single trial
-- can be excluded, too. As before, the last row counts, so that everything can be taken back and nothing is forgotten.
--
-- Rulings that are older than this migration have a text and no ground.

-- +goose Up
ALTER TABLE ruling
    DROP CONSTRAINT ruling_participant_fkey,
    ADD CONSTRAINT ruling_participant_fkey FOREIGN KEY (participant) REFERENCES participant,
    ADD COLUMN ground text NOT NULL DEFAULT '';

CREATE TABLE trial_ruling (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    trial        bigint NOT NULL REFERENCES trial,
    excluded     boolean NOT NULL,
    ground       text NOT NULL,
    why          text NOT NULL CHECK (octet_length(why) <= 1000),
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX trial_ruling_of_trial ON trial_ruling (trial, id);

CREATE TRIGGER trial_ruling_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trial_ruling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
