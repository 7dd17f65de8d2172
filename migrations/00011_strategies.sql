-- Why: the strategy by which a machine is streamed became a level that a study can compare. A trial
-- has the name of that level; null means the default strategy.

-- +goose Up
ALTER TABLE trial ADD COLUMN strategy text
    CONSTRAINT trial_strategy_if_streamed CHECK (strategy IS NULL OR method = 'stream');
