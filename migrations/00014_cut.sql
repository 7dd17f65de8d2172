-- Why: a page that crashes leaves inputs of which nobody can know whether something answered them.
-- They are rows, too, and must not be taken for inputs that nothing answered.

-- +goose Up
ALTER TABLE interaction ADD COLUMN cut boolean NOT NULL DEFAULT false;
