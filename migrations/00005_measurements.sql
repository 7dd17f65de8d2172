-- Why: the measurements themselves. Rows are only added, and each only once: the browser numbers
-- its interactions, and a rating is named by its session, trial and instrument. An answer belongs
-- to a rating, so that an instrument of which every item was left out is still on record.

-- +goose Up
CREATE TABLE interaction (
    attempt    bigint NOT NULL, -- see interaction_has_attempt
    number     bigint NOT NULL CHECK (number > 0),
    kind       text NOT NULL CHECK (kind IN ('key', 'click', 'wheel')),
    at         timestamptz NOT NULL,
    sent_ns    bigint NOT NULL,
    arrived_ns bigint NOT NULL,
    drawn_ns   bigint NOT NULL,
    machine_ns bigint NOT NULL,
    bytes      bigint NOT NULL,
    area_px    bigint NOT NULL,
    CONSTRAINT interaction_once PRIMARY KEY (attempt, number),
    CONSTRAINT interaction_not_negative CHECK (
        sent_ns >= 0 AND arrived_ns >= 0 AND drawn_ns >= 0 AND machine_ns >= 0 AND bytes >= 0 AND area_px >= 0)
);

-- A foreign key looks up the attempt once for every row, which halves the rate at which rows can be
-- inserted. This trigger looks it up once for every attempt in a batch. That is enough, because
-- attempts are never deleted.
-- +goose StatementBegin
CREATE FUNCTION interaction_has_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
BEGIN
    FOR wanted IN SELECT DISTINCT attempt FROM added LOOP
        PERFORM FROM attempt WHERE id = wanted;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'interaction of unknown attempt %', wanted
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'interaction_has_attempt';
        END IF;
    END LOOP;
    RETURN NULL;
END
$$;
-- +goose StatementEnd

CREATE TRIGGER interaction_has_attempt AFTER INSERT ON interaction
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION interaction_has_attempt();
CREATE TRIGGER attempt_stays BEFORE DELETE OR TRUNCATE ON attempt
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE rating (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session    bigint NOT NULL REFERENCES session,
    trial      bigint, -- null: about the person
    instrument text NOT NULL CHECK (instrument <> ''),
    at         timestamptz NOT NULL,
    CONSTRAINT rating_once UNIQUE NULLS NOT DISTINCT (session, trial, instrument),
    CONSTRAINT rating_of_own_trial FOREIGN KEY (trial, session) REFERENCES trial (id, session)
);

CREATE TABLE answer (
    rating   bigint NOT NULL REFERENCES rating,
    position integer NOT NULL, -- of the answer on the form
    item     text NOT NULL CHECK (item <> ''),
    value    text NOT NULL,
    CONSTRAINT answer_once PRIMARY KEY (rating, item)
);

CREATE TRIGGER interaction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON interaction
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rating_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON rating
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER answer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON answer
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
