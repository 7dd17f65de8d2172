-- +goose Up

-- Each attempt that is removed is looked for among the events, whose only index with an attempt leaves most of them out.
CREATE INDEX event_of_attempt ON event (attempt);

-- Within a statement nobody else becomes the one whose rows may be removed, so it need not be found out for each row.
ALTER FUNCTION erasing() STABLE;
