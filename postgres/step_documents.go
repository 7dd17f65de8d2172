package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/pressly/goose/v3"

	"vmstudy/document"
)

// steps are the migrations that SQL cannot do; migrations.ByProgram lists their numbers.
func steps() []*goose.Migration {
	return []*goose.Migration{
		goose.NewGoMigration(17, &goose.GoFunc{RunTx: toDocuments}, nil),
		goose.NewGoMigration(19, &goose.GoFunc{RunTx: toConditions}, nil),
	}
}

// toDocuments stores designs as texts of package document, and the networks of attempts as JSON with the same names and
// units. A version keeps its hash and the text that was published.
//
// Why: one spelling for the form, the database, the hash and the study file. Before, designs were JSON documents of
// their own, and the text that was hashed could not be read back.
func toDocuments(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, beforeDocuments); err != nil {
		return err
	}
	for _, s := range []struct {
		from, into string
		convert    func(id int64, doc []byte, hash string) ([]any, error)
	}{
		{`SELECT id, draft, '' FROM study`, `UPDATE study SET title = $2, text = $3 WHERE id = $1`, convertDraft},
		{`SELECT id, design, sha256 FROM version`, `UPDATE version SET text = $2, document = $3 WHERE id = $1`, convertVersion},
		{`SELECT id, network, '' FROM attempt`, `UPDATE attempt SET network = $2 WHERE id = $1`, convertAttempt},
	} {
		if err := convertAll(ctx, tx, s.from, s.into, s.convert); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, afterDocuments)
	return err
}

const (
	beforeDocuments = `
	ALTER TABLE version DISABLE TRIGGER version_append_only;
	ALTER TABLE study ADD COLUMN title text, ADD COLUMN text text;
	ALTER TABLE version ADD COLUMN text text, ADD COLUMN document text`

	// A version has a document where its text is in a format that was never made to be read.
	afterDocuments = `
	ALTER TABLE study DROP COLUMN draft;
	ALTER TABLE study RENAME COLUMN text TO draft;
	ALTER TABLE study ALTER COLUMN draft SET NOT NULL, ALTER COLUMN title SET NOT NULL,
		ADD CONSTRAINT study_has_title CHECK (octet_length(title) BETWEEN 1 AND 200);
	ALTER TABLE version DROP COLUMN design, ALTER COLUMN text SET NOT NULL,
		ADD CONSTRAINT version_has_hash CHECK (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex'));
	ALTER TABLE version ENABLE TRIGGER version_append_only`
)

// convertAll updates every row that from selects: an id, a JSON document and a hash.
func convertAll(ctx context.Context, tx *sql.Tx, from, into string, convert func(int64, []byte, string) ([]any, error)) error {
	rows, err := tx.QueryContext(ctx, from)
	if err != nil {
		return err
	}
	defer rows.Close()
	var all [][]any
	for rows.Next() {
		var (
			id   int64
			doc  []byte
			hash string
		)
		if err := rows.Scan(&id, &doc, &hash); err != nil {
			return err
		}
		values, err := convert(id, doc, hash)
		if err != nil {
			return fmt.Errorf("%s: row %d: %w", from, id, err)
		}
		all = append(all, append([]any{id}, values...))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, values := range all {
		if _, err := tx.ExecContext(ctx, into, values...); err != nil {
			return err
		}
	}
	return nil
}

func convertDraft(_ int64, doc []byte, _ string) ([]any, error) {
	var old oldDesign
	if err := json.Unmarshal(doc, &old); err != nil {
		return nil, err
	}
	text, err := writeDesign(old.design())
	return []any{old.Title, text}, err
}

func convertVersion(_ int64, doc []byte, hash string) ([]any, error) {
	var old oldDesign
	if err := json.Unmarshal(doc, &old); err != nil {
		return nil, err
	}
	published := old.canonical()
	if got := document.HashOf(published); got != hash {
		return nil, fmt.Errorf("the stored design has SHA-256 %s, but %s was published", got, hash)
	}
	text, err := writeDesign(old.design())
	return []any{published, text}, err
}

func convertAttempt(_ int64, doc []byte, _ string) ([]any, error) {
	var old oldNetwork
	if err := json.Unmarshal(doc, &old); err != nil {
		return nil, err
	}
	return []any{string(document.WriteNetwork(old.network()))}, nil
}
