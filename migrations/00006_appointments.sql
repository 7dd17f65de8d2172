-- Why: only one person can sit at a station at a time. The exclusion constraint compares the
-- station by equality, which needs btree_gist. That extension comes with PostgreSQL and needs no
-- superuser.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE slot (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study       bigint NOT NULL REFERENCES study,
    station     text NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    participant bigint CONSTRAINT slot_one_each UNIQUE REFERENCES participant,
    CONSTRAINT slot_has_station CHECK (station <> ''),
    CONSTRAINT slot_ends_later CHECK (ends_at > starts_at),
    CONSTRAINT slot_station_free EXCLUDE USING gist (station WITH =, tstzrange(starts_at, ends_at) WITH &&)
);

CREATE INDEX slot_by_time ON slot (starts_at);
