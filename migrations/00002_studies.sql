-- Why: a draft may change, a published version never does. A version has the hash of its design, so
-- that the program notices a design that was changed by other means.

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
    created_by bigint REFERENCES experimenter, -- null: the program itself made it, such as the demo study
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
