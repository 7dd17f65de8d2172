-- Why: erasing what somebody gave looked through all events for each of their attempts, and found out for each row whose rows may
-- go. Now events have an index by attempt, and that is found out once in a statement, within which nobody else becomes the one.

-- +goose Up

CREATE INDEX event_of_attempt ON event (attempt);

ALTER FUNCTION erasing() STABLE;
