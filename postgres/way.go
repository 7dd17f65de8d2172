package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// linkWays leaves out attempts without a link, and attempts whose server died before it could
// record the way.
const linkWays = `
	SELECT DISTINCT a.link->>'way' AS way
	FROM attempt a JOIN trial t ON t.id = a.trial JOIN session s ON s.id = t.session JOIN participant p ON p.id = s.participant
	WHERE s.version = $1 AND NOT p.pilot AND NOT p.simulated AND coalesce(a.link->>'way', '') <> ''
	ORDER BY way`

// LinkWays returns the ways in which the links of a version's sessions were made, ordered by name.
// Sessions of pilots and of simulated participants do not count.
func (db *DB) LinkWays(ctx context.Context, v study.VersionID) ([]study.LinkWay, error) {
	var ways []study.LinkWay
	err := db.read(ctx, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, linkWays, v)
		if err != nil {
			return err
		}
		ways, err = pgx.CollectRows(rows, pgx.RowTo[study.LinkWay])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ways of links in version %d: %w", v, err)
	}
	return ways, nil
}
