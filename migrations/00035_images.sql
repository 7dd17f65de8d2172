-- Why: the texts of a study may show images that were uploaded with it. An image is kept under its hash, which designs and versions name; so
-- what a version showed stays what it was, and studies that show the same image share it.

-- +goose Up
CREATE TABLE image (
    sha256  text PRIMARY KEY CHECK (sha256 = encode(sha256(content), 'hex')),
    type    text NOT NULL CHECK (type IN ('image/png', 'image/jpeg', 'image/webp')),
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 4194304)
);

CREATE TRIGGER image_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON image
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
