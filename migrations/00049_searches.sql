-- Why: a study may search for the round trip at which two access methods are equally good. Then the trials of a participant are laid out pair by pair,
-- each over the network that is expected to tell most. Each of these trials says in a sentence why its network was chosen; others have an empty text.

-- +goose Up
ALTER TABLE trial ADD COLUMN why text NOT NULL DEFAULT '';
