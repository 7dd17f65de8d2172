-- Why: a page numbers its measurements, and the batches in which it sends them, without gaps. So it
-- is known of every session whether anything is missing. A batch that arrives twice is stored once,
-- because its receipt and its rows are one transaction. The receipt also records how the page's
-- clock was related to the server's. Events record what happened around the inputs: the tab hidden,
-- a connection lost, an experimenter's note.

-- +goose Up
CREATE TABLE batch (
    attempt        bigint NOT NULL REFERENCES attempt,
    page           integer NOT NULL CHECK (page > 0),
    number         bigint NOT NULL CHECK (number > 0),
    received_at    timestamptz NOT NULL,
    clock_zero_at  timestamptz NOT NULL, -- the server's time when the page's clock was zero
    uncertainty_ns bigint NOT NULL CHECK (uncertainty_ns >= 0),
    count          integer NOT NULL CHECK (count >= 0),
    given          bigint NOT NULL CHECK (given >= 0),
    dropped        bigint NOT NULL CHECK (dropped >= 0),
    last           boolean NOT NULL,
    CONSTRAINT batch_once PRIMARY KEY (attempt, page, number)
);

CREATE TABLE event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session      bigint NOT NULL REFERENCES session,
    attempt      bigint REFERENCES attempt,
    page         integer NOT NULL DEFAULT 0 CHECK (page >= 0),
    batch        bigint NOT NULL DEFAULT 0 CHECK (batch >= 0),
    number       bigint NOT NULL DEFAULT 0 CHECK (number >= 0),
    kind         text NOT NULL CHECK (kind <> ''),
    at           timestamptz NOT NULL,
    detail       text NOT NULL DEFAULT '' CHECK (octet_length(detail) <= 1000),
    experimenter bigint REFERENCES experimenter
);

CREATE INDEX event_of_session ON event (session, at);
CREATE UNIQUE INDEX event_once ON event (attempt, page, number) WHERE number > 0;

-- Rows that are older than this migration have page 0 and no batch.
ALTER TABLE interaction
    ADD COLUMN page integer NOT NULL DEFAULT 0,
    ADD COLUMN batch bigint NOT NULL DEFAULT 0,
    ADD COLUMN quiet_ns bigint NOT NULL DEFAULT 0,
    ADD COLUMN held_ns bigint NOT NULL DEFAULT 0,
    ADD COLUMN rect_x integer NOT NULL DEFAULT 0,
    ADD COLUMN rect_y integer NOT NULL DEFAULT 0,
    ADD COLUMN rect_width integer NOT NULL DEFAULT 0,
    ADD COLUMN rect_height integer NOT NULL DEFAULT 0,
    ADD COLUMN pointer_x integer NOT NULL DEFAULT 0,
    ADD COLUMN pointer_y integer NOT NULL DEFAULT 0,
    DROP CONSTRAINT interaction_kind_check,
    ADD CONSTRAINT interaction_kind_check CHECK (kind IN ('key', 'click', 'wheel', 'drag', 'move')),
    DROP CONSTRAINT interaction_once,
    ADD CONSTRAINT interaction_once PRIMARY KEY (attempt, page, number),
    DROP CONSTRAINT interaction_not_negative,
    ADD CONSTRAINT interaction_not_negative CHECK (
        sent_ns >= 0 AND arrived_ns >= 0 AND drawn_ns >= 0 AND quiet_ns >= 0 AND held_ns >= 0 AND machine_ns >= 0
        AND bytes >= 0 AND area_px >= 0 AND rect_width >= 0 AND rect_height >= 0);

-- The trigger is no longer needed: a batch references its attempt, and its rows are inserted in the
-- same transaction.
DROP TRIGGER interaction_has_attempt ON interaction;
DROP FUNCTION interaction_has_attempt;

CREATE TRIGGER batch_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON batch
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
