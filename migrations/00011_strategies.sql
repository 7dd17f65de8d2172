-- Why: how a machine is streamed became a level that a study can compare. A trial keeps the
-- level's name; null is the strategy that is in use where none is chosen.

-- +goose Up
ALTER TABLE trial ADD COLUMN strategy text
    CONSTRAINT trial_strategy_if_streamed CHECK (strategy IS NULL OR method = 'stream');
