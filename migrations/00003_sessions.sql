-- Why: participants, known by a code; one session for each participant; and the trials of each
-- session, which are stored when the session starts. A trial has the names of its condition's
-- levels; what a level means is stored once, in the version.

-- +goose Up
CREATE TABLE participant (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study    bigint NOT NULL REFERENCES study,
    pilot    boolean NOT NULL,
    number   integer NOT NULL CHECK (number > 0), -- pilots and other participants are numbered separately
    code     text NOT NULL,
    link     text NOT NULL CONSTRAINT participant_link_once UNIQUE CHECK (link <> ''),
    added_at timestamptz NOT NULL,
    CONSTRAINT participant_code_once UNIQUE (study, code),
    CONSTRAINT participant_number_once UNIQUE (study, pilot, number)
);

CREATE TABLE session (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant  bigint NOT NULL CONSTRAINT session_once UNIQUE REFERENCES participant,
    version      bigint NOT NULL REFERENCES version,
    sequence     integer NOT NULL CHECK (sequence >= 0),
    seat         integer NOT NULL DEFAULT 0,
    started_at   timestamptz NOT NULL,
    consented_at timestamptz,
    about_at     timestamptz,
    ended_at     timestamptz
);

CREATE INDEX session_of_version ON session (version, sequence);

CREATE TABLE trial (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session  bigint NOT NULL REFERENCES session,
    position integer NOT NULL CHECK (position >= 0), -- 0 is practice
    method   text NOT NULL CHECK (method IN ('vnc', 'stream', 'local')),
    network  text NOT NULL,
    task     text NOT NULL,
    ready_at timestamptz,
    CONSTRAINT trial_position_once UNIQUE (session, position),
    CONSTRAINT trial_of_session UNIQUE (id, session) -- the target of a rating's foreign key (trial, session)
);
