-- Why: a task may have parallel forms, and who has which form in which trial is balanced over the sequences. The form is
-- no part of the condition: all forms of a task are compared as one.
--
-- Trials that are older than this migration have no form.

-- +goose Up
ALTER TABLE trial ADD COLUMN form text NOT NULL DEFAULT '';
