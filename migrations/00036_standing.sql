-- Why: whoever could sign in saw and changed everything. Now an account has a role in each study, or administers the installation.
-- Accounts that were there go on as before: they administer. Who made a study owns it.

-- +goose Up
ALTER TABLE experimenter
    ADD COLUMN administrator boolean NOT NULL DEFAULT true,
    ADD COLUMN disabled_at timestamptz; -- null: it may be used
ALTER TABLE experimenter ALTER COLUMN administrator SET DEFAULT false; -- of accounts to come

CREATE TABLE member (
    study        bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    experimenter bigint NOT NULL REFERENCES experimenter ON DELETE CASCADE,
    role         text NOT NULL CHECK (role IN ('owner', 'experimenter', 'monitor', 'analyst')),
    PRIMARY KEY (study, experimenter)
);
CREATE INDEX member_of_experimenter ON member (experimenter);
INSERT INTO member (study, experimenter, role)
SELECT id, created_by, 'owner' FROM study WHERE created_by IS NOT NULL;

CREATE TABLE invitation (
    token_sha256 bytea PRIMARY KEY CHECK (length(token_sha256) = 32),
    study        bigint REFERENCES study ON DELETE CASCADE, -- null: it concerns an account only
    role         text CHECK (role IN ('owner', 'experimenter', 'monitor', 'analyst')),
    renews       bigint REFERENCES experimenter ON DELETE CASCADE, -- whose password it sets anew
    made_by      bigint REFERENCES experimenter ON DELETE SET NULL, -- null: the command line
    made_at      timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz, -- null: not yet
    CONSTRAINT invitation_role_is_in_a_study CHECK ((study IS NULL) = (role IS NULL))
);
