-- Why: links can now also be made between two of Linux's TCP stacks (the way "tun"), and a
-- calibration records the way of the links that it measured. The program checks the value, as it
-- does for attempts.

-- +goose Up
ALTER TABLE calibration
    DROP CONSTRAINT calibration_way_check,
    ADD CONSTRAINT calibration_has_way CHECK (way <> '');
