-- Why: packets are dropped by loss, by a full queue, by CoDel, or in an outage, and who reads the
-- data may need to know by which. Where the causes do not add up to the drops beside them, they
-- are not known: in rows from before, and in the kernel way, which does not tell.

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
