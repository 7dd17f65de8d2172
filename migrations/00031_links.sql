-- Why: personal links lay in the database as they are, so whoever read a backup could be any participant; and a link that fell into
-- wrong hands, or was lost, could not be replaced. Now the database has their hashes, links can be made anew, revoked, and
-- expire. The newest link of a participant is the one that works.
--
-- The links that are there go on working. Their texts leave the files of the database with "studyctl scrub".

-- +goose Up
CREATE TABLE link (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    participant bigint NOT NULL REFERENCES participant ON DELETE CASCADE,
    hash        bytea NOT NULL CONSTRAINT link_once UNIQUE CHECK (length(hash) = 32), -- SHA-256
    issued_at   timestamptz NOT NULL,
    expires_at  timestamptz,
    revoked_at  timestamptz
);

CREATE INDEX link_of_participant ON link (participant, id);

INSERT INTO link (participant, hash, issued_at)
SELECT id, sha256(convert_to(link, 'UTF8')), added_at FROM participant ORDER BY id;

ALTER TABLE participant DROP COLUMN link;
