-- Why: the results page read every input to describe them all, which took 15 s for two million. What it needs of the inputs of an
-- attempt is kept beside them: the response times of those that were answered, ascending, and how many were not. Everything here follows
-- from the table interaction; a batch that comes later removes the row of its attempt, and whoever reads makes it anew.

-- +goose Up
CREATE TABLE input_summary (
    attempt     bigint PRIMARY KEY REFERENCES attempt,
    answered_us integer[] NOT NULL,
    silent      integer NOT NULL CHECK (silent >= 0)
);
