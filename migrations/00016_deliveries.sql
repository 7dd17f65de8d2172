-- Why: an input may wait at the machine until the guest has room for it, or never reach the guest.
-- Without these columns such an input looks as if the machine had answered late or not at all. The
-- device that a participant points with explains times, too: a finger taps.
--
-- In rows that are older than this migration the texts are empty and delayed_ns is 0: nobody knows.

-- +goose Up
ALTER TABLE interaction
    ADD COLUMN pointer_type text NOT NULL DEFAULT '' CHECK (pointer_type IN ('', 'mouse', 'touch', 'pen')),
    ADD COLUMN delivery text NOT NULL DEFAULT '' CHECK (delivery IN ('', 'delivered', 'lost')),
    ADD COLUMN delayed_ns bigint NOT NULL DEFAULT 0 CHECK (delayed_ns >= 0);
