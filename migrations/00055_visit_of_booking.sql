-- Why: an appointment was for the whole of somebody's participation, so nobody could make one for the second day of a study of several visits. Now each is
-- for one visit. Those of before this step were for the first, since nobody who had begun could book.

-- +goose Up
ALTER TABLE booking ADD COLUMN visit integer NOT NULL DEFAULT 1 CHECK (visit >= 1);
