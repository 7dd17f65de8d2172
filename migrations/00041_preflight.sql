-- Why: what a participant's computer is may explain what was measured, and which layout its keyboard has decides which keys go into the desktop. A
-- page finds it out before the consent; it is stored with the consent, as one document that is written and read whole. Of computers that were
-- refused nothing is known but how many there were, by what they lacked.

-- +goose Up
CREATE TABLE preflight (
    session bigint PRIMARY KEY REFERENCES session,
    found   jsonb NOT NULL
);

CREATE TRIGGER preflight_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON preflight
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('erasable');
CREATE TRIGGER preflight_gone_was_theirs AFTER DELETE ON preflight REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION gone_was_theirs('session');

CREATE TABLE refused_computer (
    study bigint NOT NULL REFERENCES study ON DELETE CASCADE,
    lacks text NOT NULL,
    count bigint NOT NULL CHECK (count > 0),
    PRIMARY KEY (study, lacks)
);
