-- Why: whoever analysed a study knew which condition was which. A member of a study can now be blind: they see codes, until an owner makes them
-- an analyst. The codes are made with a key of the study, which no page and no file has.

-- +goose Up
ALTER TABLE member DROP CONSTRAINT member_role_check;
ALTER TABLE member ADD CONSTRAINT member_role_check CHECK (role IN ('owner', 'experimenter', 'monitor', 'analyst', 'blind'));
ALTER TABLE invitation DROP CONSTRAINT invitation_role_check;
ALTER TABLE invitation ADD CONSTRAINT invitation_role_check CHECK (role IN ('owner', 'experimenter', 'monitor', 'analyst', 'blind'));

ALTER TABLE study ADD COLUMN blind_key bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()); -- 122 random bits, others for each study
