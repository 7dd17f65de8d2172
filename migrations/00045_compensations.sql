-- Why: people are paid for their time, and a laboratory has to show who got how much, when and from whom. What was given is a list of facts by
-- participant; the last one counts, so that a mistake can be taken back and stays visible. It goes when what a participant gave is erased: the signed
-- sheet is on paper.

-- +goose Up
CREATE TABLE compensation (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant  bigint NOT NULL REFERENCES participant,
    amount       text NOT NULL CHECK (octet_length(amount) <= 200), -- as in "10 EUR" or "1 hour of credit"; empty: nothing was given after all
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX compensation_of_participant ON compensation (participant, id);

CREATE TRIGGER compensation_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON compensation
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('erasable');
CREATE TRIGGER compensation_gone_was_theirs AFTER DELETE ON compensation REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION gone_was_theirs('participant');
