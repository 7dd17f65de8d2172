-- Why: an appointment was a name beside a time: when it was moved, nobody knew any more that it had been another one, or why; it could not be
-- cancelled; and that somebody had not come was forgotten when they booked anew. Now what happens to appointments is a list of facts, and how
-- one stands follows from them: who has a time is said by the last fact of each participant.
--
-- Appointments that are older than this migration become facts of its moment. Who could book then was the participant.

-- +goose Up
CREATE TABLE booking (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant  bigint NOT NULL REFERENCES participant,
    kind         text NOT NULL CHECK (kind IN ('booked', 'moved', 'walked_in', 'cancelled', 'missed')),
    slot         bigint NOT NULL, -- no reference: a time that nobody has can be taken back; so what it was stands here
    station      text NOT NULL,
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL,
    reason       text NOT NULL,
    why          text NOT NULL CHECK (octet_length(why) <= 1000),
    experimenter bigint REFERENCES experimenter, -- null: the participant
    at           timestamptz NOT NULL
);

CREATE INDEX booking_of_participant ON booking (participant, id);
CREATE INDEX booking_of_slot ON booking (slot);

INSERT INTO booking (participant, kind, slot, station, starts_at, ends_at, reason, why, at)
SELECT participant, 'booked', id, station, starts_at, ends_at, '', '', now() FROM slot WHERE participant IS NOT NULL ORDER BY id;

CREATE TRIGGER booking_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON booking
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('erasable');
CREATE TRIGGER booking_gone_was_theirs AFTER DELETE ON booking
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION gone_was_theirs('participant');

ALTER TABLE slot DROP COLUMN participant;

-- How the participants of a study deal with appointments; the last row counts.
CREATE TABLE appointing (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    study        bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    notice_s     integer NOT NULL CHECK (notice_s >= 0),
    contact      text NOT NULL,
    mail         text NOT NULL,
    experimenter bigint REFERENCES experimenter,
    at           timestamptz NOT NULL
);

CREATE INDEX appointing_of_study ON appointing (study, id);

CREATE TRIGGER appointing_stays BEFORE UPDATE OR TRUNCATE ON appointing
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
