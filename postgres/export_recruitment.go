package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
)

const exportExternalIDs = `
	SELECT p.code AS participant, x.name, x.value
	FROM participant p JOIN external_id x ON x.participant = p.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	  AND (SELECT export FROM recruitment WHERE study = $1 ORDER BY id DESC LIMIT 1)
	ORDER BY p.pilot, p.number, x.name`

// ExternalIDs yields what names people elsewhere, ordered by participant; nothing unless the study exports it.
func (s Source) ExternalIDs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.ExternalID, error] {
	return stream(ctx, s, "external ids", func(tx pgx.Tx, yield func(analysis.ExternalID) bool) error {
		convert := func(r analysis.ExternalID) (analysis.ExternalID, error) { return r, nil }
		return yieldRows(ctx, tx, yield, convert, exportExternalIDs, f.Study, f.Pilots, f.Simulated)
	})
}
