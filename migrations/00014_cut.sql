-- Why: when a page crashes, nobody can know whether its last inputs were answered. They are stored
-- as rows and marked, so that nobody takes them for inputs that nothing answered.

-- +goose Up
ALTER TABLE interaction ADD COLUMN cut boolean NOT NULL DEFAULT false;
