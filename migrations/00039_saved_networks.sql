-- Why: who has measured a network, or thought one out, needs it in more than one study. An experimenter keeps such networks apart from studies, and
-- begins others with them. A design has a copy of its own, so nothing here changes a study, and removing a row takes nothing from one.

-- +goose Up
CREATE TABLE saved_network (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    experimenter bigint NOT NULL REFERENCES experimenter ON DELETE CASCADE,
    name         text NOT NULL CHECK (name <> ''),
    network      jsonb NOT NULL, -- as in a study file
    at           timestamptz NOT NULL,
    UNIQUE (experimenter, name)
);
