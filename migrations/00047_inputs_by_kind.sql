-- Why: the results page describes response times by the kind of input, and says when a desktop first answered crisply; the summaries of
-- inputs told neither, so each look at the page would have read every input. What a summary says follows from the table interaction, so those that
-- were kept are dropped, and made anew by whoever needs them.

-- +goose Up
DROP TABLE input_summary;

CREATE TABLE input_summary (
    attempt      bigint PRIMARY KEY REFERENCES attempt,
    -- response times in microseconds of those that were answered, ascending
    key_us       integer[] NOT NULL,
    click_us     integer[] NOT NULL,
    wheel_us     integer[] NOT NULL,
    drag_us      integer[] NOT NULL,
    -- how many were not
    key_silent   integer NOT NULL CHECK (key_silent >= 0),
    click_silent integer NOT NULL CHECK (click_silent >= 0),
    wheel_silent integer NOT NULL CHECK (wheel_silent >= 0),
    drag_silent  integer NOT NULL CHECK (drag_silent >= 0),
    -- the first key or click that was answered in under 150 ms: when, and in what time; null if there was none
    crisp_at     timestamptz,
    crisp_ns     bigint
);
