-- Why: a study may be read in several languages, and in which one somebody has read it is data.
--
-- Sessions that are older than this migration had no choice: they have none here.

-- +goose Up
ALTER TABLE session ADD COLUMN language text NOT NULL DEFAULT ''; -- a BCP 47 tag; empty for the language that the study is written in
