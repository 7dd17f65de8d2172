-- Why: an experimenter can have the networks of a study measured on the machine that serves it,
-- before participants come. The findings are kept as long as the study, since a paper may quote
-- them. The JSON documents are only written and read whole.

-- +goose Up
CREATE TABLE calibration (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study      bigint NOT NULL REFERENCES study,
    design     text NOT NULL,                   -- the design that was measured, such as "version 2"
    networks   jsonb NOT NULL,                  -- the networks to be measured
    who        text NOT NULL CHECK (who <> ''), -- name of the experimenter
    way        text NOT NULL CHECK (way IN ('userspace', 'kernel')),
    program    text NOT NULL,                   -- version of the program
    machine    jsonb NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at   timestamptz,
    state      text NOT NULL DEFAULT 'running'
               CHECK (state IN ('running', 'finished', 'stopped', 'failed', 'interrupted')),
    cause      text NOT NULL DEFAULT '',
    findings   jsonb NOT NULL DEFAULT '[]',
    unmeasured jsonb NOT NULL DEFAULT '[]',
    CONSTRAINT calibration_ended_has_time CHECK ((state = 'running') = (ended_at IS NULL))
);

CREATE INDEX calibration_of_study ON calibration (study, id);

CREATE TRIGGER calibration_ended_stays BEFORE UPDATE OR DELETE ON calibration
    FOR EACH ROW WHEN (OLD.state <> 'running') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER calibration_no_truncate BEFORE TRUNCATE ON calibration
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
