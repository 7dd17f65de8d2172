-- Why: a session took its sequence when it started, at a click on the page of the personal link, and
-- kept it for ever; so everybody who dropped out left a hole in the study's balance. A participant now
-- takes a place in the plan when they consent, and gives it back when they drop out, withdraw or are
-- excluded. The state of a place is not stored: it follows from the end of the session, the lease and
-- the last ruling; see study.Assignment.
--
-- Sessions that are older than this migration keep their sequences. Their leases began when they did.

-- +goose Up
CREATE TABLE assignment (
    participant   bigint PRIMARY KEY REFERENCES participant,
    version       bigint NOT NULL REFERENCES version,
    group_name    text NOT NULL, -- empty in a study without groups
    sequence      integer NOT NULL CHECK (sequence >= 0),
    arrival       integer NOT NULL CHECK (arrival > 0), -- with the study's seed it decided between equal places
    taken_at      timestamptz NOT NULL,
    lease_ends_at timestamptz NOT NULL
);

CREATE INDEX assignment_of_version ON assignment (version);

INSERT INTO assignment (participant, version, group_name, sequence, arrival, taken_at, lease_ends_at)
SELECT s.participant, s.version, '', s.sequence,
       row_number() OVER (PARTITION BY s.version, p.pilot ORDER BY s.started_at, s.id),
       s.started_at, s.started_at + interval '12 hours'
FROM session s JOIN participant p ON p.id = s.participant;

ALTER TABLE session DROP COLUMN sequence;

CREATE INDEX session_of_version ON session (version);

-- What somebody said about a place. The last row of a participant counts.
CREATE TABLE ruling (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant  bigint NOT NULL REFERENCES assignment,
    state        text NOT NULL CHECK (state IN ('active', 'dropped', 'withdrawn', 'excluded')),
    why          text NOT NULL CHECK (octet_length(why) <= 1000),
    experimenter bigint REFERENCES experimenter, -- null: the participant
    at           timestamptz NOT NULL
);

CREATE INDEX ruling_of_participant ON ruling (participant, id);

-- Which places nobody gets. The last row of a place counts, for all versions with the same plan.
CREATE TABLE closing (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    version      bigint NOT NULL REFERENCES version,
    group_name   text NOT NULL,
    sequence     integer CHECK (sequence >= 0), -- null: all sequences of the group
    closed       boolean NOT NULL,
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX closing_of_version ON closing (version);

CREATE TRIGGER ruling_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ruling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER closing_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON closing
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER assignment_stays BEFORE DELETE OR TRUNCATE ON assignment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
