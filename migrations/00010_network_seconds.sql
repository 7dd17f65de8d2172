-- Why: a probe before a trial says what the network was when nothing was on it. What it did
-- while the participant worked stands here, for every second in which the link existed. Written
-- once, when the attempt has ended; a server that is killed takes the series of the attempt in
-- flight with it.

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
    wait_down_ns    bigint NOT NULL, -- in the queue, on average
    wait_up_ns      bigint NOT NULL,
    longest_down_ns bigint NOT NULL, -- in the queue, at most
    longest_up_ns   bigint NOT NULL,
    PRIMARY KEY (attempt, number)
);

CREATE TRIGGER network_second_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON network_second
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
