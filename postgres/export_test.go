package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// ConditionCodes returns the codes of the conditions that count of a version, as the table has them.
func (db *DB) ConditionCodes(ctx context.Context, v study.VersionID) (codes []string, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, "SELECT code FROM condition WHERE version = $1 AND NOT practice ORDER BY id", v)
		codes, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return codes, err
}
