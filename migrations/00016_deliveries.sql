-- Why: an input may wait at the machine until the guest has room for it, or never go in, and a row that does not say so
-- calls slow or unanswered what nobody could answer. And what a participant points with explains times: a finger taps.
--
-- Rows from before have none of the three.

-- +goose Up
ALTER TABLE interaction
    ADD COLUMN pointer_type text NOT NULL DEFAULT '' CHECK (pointer_type IN ('', 'mouse', 'touch', 'pen')),
    ADD COLUMN delivery text NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'lost')),
    ADD COLUMN delayed_ns bigint NOT NULL DEFAULT 0 CHECK (delayed_ns >= 0);
