-- Why: a study may ask questions whose answers say who takes part, before anybody gets a place in its plan. When that was answered is a
-- fact of the session, like the consent; and so is that somebody was turned away, because the rule that says so is the study's and may be
-- another in its next version.
--
-- Sessions that are older than this migration were not screened.

-- +goose Up
ALTER TABLE session
    ADD COLUMN screened_at timestamptz,
    ADD COLUMN turned_away boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT turned_away_by_a_screening CHECK (screened_at IS NOT NULL OR NOT turned_away);
