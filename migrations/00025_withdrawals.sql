-- Why: participants may take back what they gave, so their rows must go, although measurements are append-only. The triggers get one
-- door. It is open within a transaction that has put its date on a tombstone, so nothing leaves without one; and it lets
-- through rows of the participant of that tombstone only.
--
-- A tombstone is made when somebody asks, so that a server that stops in the middle finishes when it starts again.

-- +goose Up
CREATE TABLE tombstone (
    participant   bigint PRIMARY KEY REFERENCES participant,
    asked_at      timestamptz NOT NULL,
    experimenter  bigint REFERENCES experimenter, -- who asked; null: the participant
    erased_at     timestamptz,
    session       bigint,                         -- which there was; a browser may hold more of it
    removed       jsonb NOT NULL DEFAULT '[]',    -- how many rows of which table, in the order of removal
    attempts      bigint[] NOT NULL DEFAULT '{}', -- whose files are to be removed
    files_gone_at timestamptz,
    CONSTRAINT tombstone_files_go_last CHECK (files_gone_at IS NULL OR erased_at IS NOT NULL)
);

-- +goose StatementBegin
-- erasing is the participant whose rows this transaction may remove, or null.
CREATE FUNCTION erasing() RETURNS bigint LANGUAGE sql AS $$
    SELECT participant FROM tombstone
    WHERE participant = nullif(current_setting('vmstudy.erasing', true), '')::bigint
      AND erased_at IS NOT NULL AND files_gone_at IS NULL
      AND xmin::text::bigint = pg_current_xact_id()::text::bigint & 4294967295 -- this very transaction has written it
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'STATEMENT' AND TG_NARGS > 0 AND erasing() IS NOT NULL THEN
        RETURN NULL; -- gone_was_theirs looks at the rows
    END IF;
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- gone_was_theirs ends the transaction if a row that was removed belongs to somebody else. The argument is the
-- table that the rows refer to.
CREATE FUNCTION gone_was_theirs() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    strange boolean;
BEGIN
    CASE TG_ARGV[0]
    WHEN 'participant' THEN
        SELECT EXISTS (SELECT FROM gone WHERE participant IS DISTINCT FROM erasing()) INTO strange;
    WHEN 'session' THEN
        SELECT EXISTS (SELECT FROM gone g WHERE NOT EXISTS (
            SELECT FROM session s WHERE s.id = g.session AND s.participant = erasing())) INTO strange;
    WHEN 'trial' THEN
        SELECT EXISTS (SELECT FROM gone g WHERE NOT EXISTS (
            SELECT FROM trial t JOIN session s ON s.id = t.session WHERE t.id = g.trial AND s.participant = erasing())) INTO strange;
    WHEN 'attempt' THEN
        SELECT EXISTS (SELECT FROM (SELECT DISTINCT attempt FROM gone) g WHERE NOT EXISTS (
            SELECT FROM attempt a JOIN trial t ON t.id = a.trial JOIN session s ON s.id = t.session
            WHERE a.id = g.attempt AND s.participant = erasing())) INTO strange;
    WHEN 'rating' THEN
        SELECT EXISTS (SELECT FROM gone g WHERE NOT EXISTS (
            SELECT FROM rating r JOIN session s ON s.id = r.session WHERE r.id = g.rating AND s.participant = erasing())) INTO strange;
    END CASE;
    IF strange THEN
        RAISE EXCEPTION 'table % is append-only: a row belongs to somebody whose data are not being erased', TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

-- Each table of what somebody gave: its guard now lets the door open, and what leaves is looked at. Tables that had no guard
-- against removal get one.
-- +goose StatementBegin
DO $$
DECLARE
    door record;
BEGIN
    FOR door IN SELECT * FROM (VALUES
        ('answer', 'rating', 'answer_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('rating', 'session', 'rating_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('interaction', 'attempt', 'interaction_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('event', 'session', 'event_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('batch', 'attempt', 'batch_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('network_second', 'attempt', 'network_second_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('transition', 'attempt', 'transition_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('recording', 'attempt', 'recording_stays', 'DELETE OR TRUNCATE'),
        ('attempt', 'trial', 'attempt_stays', 'DELETE OR TRUNCATE'),
        ('trial_ruling', 'trial', 'trial_ruling_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('trial', 'session', 'trial_stays', 'DELETE OR TRUNCATE'),
        ('session', 'participant', 'session_stays', 'DELETE OR TRUNCATE'),
        ('ruling', 'participant', 'ruling_append_only', 'UPDATE OR DELETE OR TRUNCATE'),
        ('chosen_group', 'participant', 'chosen_group_append_only', 'UPDATE OR DELETE OR TRUNCATE')
    ) AS d (of, belongs_to, guard, against) LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %I', door.guard, door.of);
        EXECUTE format('CREATE TRIGGER %I BEFORE %s ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change(%L)',
                       door.guard, door.against, door.of, 'erasable');
        EXECUTE format('CREATE TRIGGER %I AFTER DELETE ON %I REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION gone_was_theirs(%L)',
                       door.of || '_gone_was_theirs', door.of, door.belongs_to);
    END LOOP;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER tombstone_stays BEFORE DELETE OR TRUNCATE ON tombstone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER tombstone_complete_stays BEFORE UPDATE ON tombstone
    FOR EACH ROW WHEN (OLD.files_gone_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
