package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"vmstudy/study"
)

// toConditions lists the conditions of every version in a table, to which its trials refer.
//
// Why: a trial named its condition by texts, one a factor. So every new factor, and every option of a level, would have
// changed the trials and all that reads them; and the same condition was spelt by whoever wrote it out.
func toConditions(ctx context.Context, tx *sql.Tx) error {
	if _, err := tx.ExecContext(ctx, beforeConditions); err != nil {
		return err
	}
	designs, err := storedDesigns(ctx, tx)
	if err != nil {
		return err
	}
	for id, d := range designs {
		for _, args := range conditionsOf(id, d) {
			if _, err := tx.ExecContext(ctx, addCondition, args...); err != nil {
				return fmt.Errorf("version %d: condition %v: %w", id, args[2], err)
			}
		}
	}
	_, err = tx.ExecContext(ctx, afterConditions)
	return err
}

const (
	beforeConditions = `
	CREATE TABLE condition (
		id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
		version   bigint NOT NULL REFERENCES version,
		practice  boolean NOT NULL, -- of the practice trial, which never counts
		code      text NOT NULL,    -- as in stream-cluster/3G/type
		access    text NOT NULL,    -- the name of the level of the factor access method
		method    text NOT NULL CHECK (method IN ('vnc', 'stream', 'local')),
		options   jsonb NOT NULL,   -- of the access method, as a study file has them
		network   text NOT NULL,
		task      text NOT NULL,
		appliance text NOT NULL DEFAULT '',   -- empty: the design's
		levels    jsonb NOT NULL DEFAULT '{}', -- of further factors, by the names of these
		CONSTRAINT condition_once UNIQUE (version, practice, code)
	);
	CREATE TRIGGER condition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON condition
		FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
	ALTER TABLE trial ADD COLUMN condition bigint REFERENCES condition`

	afterConditions = `
	UPDATE trial t
	SET condition = c.id
	FROM session s JOIN condition c ON c.version = s.version
	WHERE s.id = t.session AND c.practice = (t.position = 0)
	  AND c.code = t.method || coalesce('-' || t.strategy, '') || '/' || t.network || '/' || t.task;
	ALTER TABLE trial ALTER COLUMN condition SET NOT NULL,
		DROP COLUMN method, DROP COLUMN strategy, DROP COLUMN network, DROP COLUMN task;
	CREATE INDEX trial_of_condition ON trial (condition)`
)

// storedDesigns returns the designs of all versions.
func storedDesigns(ctx context.Context, tx *sql.Tx) (map[study.VersionID]study.Design, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, coalesce(document, text) FROM version`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	designs := map[study.VersionID]study.Design{}
	for rows.Next() {
		var (
			id   study.VersionID
			text string
		)
		if err := rows.Scan(&id, &text); err != nil {
			return nil, err
		}
		if designs[id], err = readDesign(text); err != nil {
			return nil, fmt.Errorf("version %d: %w", id, err)
		}
	}
	return designs, rows.Err()
}
