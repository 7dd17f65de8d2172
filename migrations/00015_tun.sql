-- Why: links are also made between two of Linux's TCP stacks (the way "tun"), and a calibration says
-- in which way the links were made that it measured. The program checks the way, as for attempts.

-- +goose Up
ALTER TABLE calibration
    DROP CONSTRAINT calibration_way_check,
    ADD CONSTRAINT calibration_has_way CHECK (way <> '');
