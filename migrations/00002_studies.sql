-- Why: a draft may change, a published version never does. The hash stands beside the design
-- it was taken of, so that a design that was altered behind the program's back is noticed.

-- +goose Up

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
-- +goose StatementEnd

CREATE TABLE study (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL,
    created_by bigint REFERENCES experimenter, -- null: made by the program itself, as a demo is
    draft      jsonb NOT NULL,
    CONSTRAINT study_has_title CHECK (octet_length(draft ->> 'title') BETWEEN 1 AND 200)
);

CREATE TABLE version (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study        bigint NOT NULL REFERENCES study,
    number       integer NOT NULL CHECK (number > 0),
    sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    published_at timestamptz NOT NULL,
    published_by bigint REFERENCES experimenter,
    design       jsonb NOT NULL,
    CONSTRAINT version_number_once UNIQUE (study, number)
);

CREATE TRIGGER version_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
