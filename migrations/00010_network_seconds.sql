-- Why: the probe before a trial measures the network while nothing else uses it. This table says
-- what the network did in every second of the link's life, and so while the participant worked. The
-- rows are written once, when the attempt has ended; if the server is killed, the rows of the
-- attempt in flight are lost.

-- +goose Up
CREATE TABLE network_second (
    attempt         bigint NOT NULL REFERENCES attempt,
    number          integer NOT NULL CHECK (number > 0),
    at              timestamptz NOT NULL,
    span_ns         bigint NOT NULL CHECK (span_ns > 0),
    bytes_down      bigint NOT NULL,
    bytes_up        bigint NOT NULL,
    packets_down    bigint NOT NULL,
    packets_up      bigint NOT NULL,
    drops_down      bigint NOT NULL,
    drops_up        bigint NOT NULL,
    wait_down_ns    bigint NOT NULL, -- mean time in the queue
    wait_up_ns      bigint NOT NULL,
    longest_down_ns bigint NOT NULL, -- longest time in the queue
    longest_up_ns   bigint NOT NULL,
    PRIMARY KEY (attempt, number)
);

CREATE TRIGGER network_second_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON network_second
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
