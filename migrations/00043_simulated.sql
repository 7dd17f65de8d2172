-- Why: a laboratory wants to see its results page, its export and its own analysis before the first person comes. Simulated participants give
-- made-up data by the functions that a visit uses. That somebody is simulated is a fact which nobody can change: so what is made up is never
-- taken for what a person gave. All simulated participants of a study can be removed as one, and nobody else can be removed by that door.

-- +goose Up
ALTER TABLE participant
    ADD COLUMN simulated boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT participant_number_once,
    ADD CONSTRAINT participant_number_once UNIQUE (study, pilot, simulated, number);

CREATE TRIGGER participant_stays_simulated BEFORE UPDATE OF simulated ON participant
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- +goose StatementBegin
-- erasing is the participant whose rows this transaction may remove, or null: one with a tombstone of this transaction, or a simulated one.
CREATE OR REPLACE FUNCTION erasing() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT participant FROM tombstone
    WHERE participant = nullif(current_setting('vmstudy.erasing', true), '')::bigint
      AND erased_at IS NOT NULL AND files_gone_at IS NULL
      AND xmin::text::bigint = pg_current_xact_id()::text::bigint & 4294967295 -- this very transaction has written it
    UNION
    SELECT id FROM participant
    WHERE id = nullif(current_setting('vmstudy.erasing', true), '')::bigint AND simulated
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'STATEMENT' AND TG_NARGS > 0 AND erasing() IS NOT NULL
       AND (TG_ARGV[0] = 'erasable' OR EXISTS (SELECT FROM participant WHERE id = erasing() AND simulated)) THEN
        RETURN NULL; -- gone_was_theirs looks at the rows
    END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

-- Who has a place keeps it for ever, except a simulated participant.
DROP TRIGGER assignment_stays ON assignment;
CREATE TRIGGER assignment_stays BEFORE DELETE OR TRUNCATE ON assignment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('simulated');
CREATE TRIGGER assignment_gone_was_theirs AFTER DELETE ON assignment REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION gone_was_theirs('participant');
