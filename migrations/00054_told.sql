-- Why: where a study searches for the crossover, the next network follows from what the pairs before have told. An exclusion that comes later changes
-- what a pair tells, so nobody could make the choices of before again. Each trial keeps what was known when it was laid out, a word for each pair before: near,
-- far, equal or nothing. Trials from before this step have an empty text, as those of a first pair.

-- +goose Up
ALTER TABLE trial ADD COLUMN told text NOT NULL DEFAULT '';
