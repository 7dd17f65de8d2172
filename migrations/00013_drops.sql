-- Why: a packet is dropped by loss, by a full queue, by CoDel, or in an outage, and the readers of
-- the data may need to know the cause. In rows that are older than this migration, and in the
-- kernel way, which does not report causes, the counts by cause do not add up to the number of
-- drops.

-- +goose Up
ALTER TABLE network_second
    ADD COLUMN lost_down    bigint NOT NULL DEFAULT 0,
    ADD COLUMN lost_up      bigint NOT NULL DEFAULT 0,
    ADD COLUMN full_down    bigint NOT NULL DEFAULT 0,
    ADD COLUMN full_up      bigint NOT NULL DEFAULT 0,
    ADD COLUMN managed_down bigint NOT NULL DEFAULT 0,
    ADD COLUMN managed_up   bigint NOT NULL DEFAULT 0,
    ADD COLUMN cut_down     bigint NOT NULL DEFAULT 0,
    ADD COLUMN cut_up       bigint NOT NULL DEFAULT 0;
