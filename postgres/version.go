package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type versionRow struct {
	ID          study.VersionID
	Study       study.StudyID
	Number      int
	SHA256      string `db:"sha256"`
	PublishedAt time.Time
	Design      designDoc
}

// version converts r. It returns an error if the hash of the stored design is not that of the
// published one.
func (r versionRow) version() (study.Version, error) {
	v := study.Version{
		ID: r.ID, Study: r.Study, Number: r.Number, Hash: r.SHA256,
		PublishedAt: r.PublishedAt, Design: r.Design.design(),
	}
	if hash := v.Design.Hash(); hash != v.Hash {
		return study.Version{}, fmt.Errorf("version %d: the stored design has SHA-256 %s, but %s was published", r.ID, hash, r.SHA256)
	}
	return v, nil
}

const newestVersion = `
	SELECT id, study, number, sha256, published_at, design
	FROM version
	WHERE study = $1
	ORDER BY number DESC
	LIMIT 1`

// queryVersions returns the versions that sql selects. It checks each design against its hash.
func queryVersions(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]study.Version, error) {
	rows, err := queryAll[versionRow](ctx, tx, sql, args...)
	if err != nil {
		return nil, err
	}
	versions := make([]study.Version, len(rows))
	for i, r := range rows {
		if versions[i], err = r.version(); err != nil {
			return nil, err
		}
	}
	return versions, nil
}

// versionsByID returns the versions by their ids. It checks each design against its hash.
func versionsByID(rows []versionRow) (map[study.VersionID]study.Version, error) {
	byID := make(map[study.VersionID]study.Version, len(rows))
	for _, r := range rows {
		v, err := r.version()
		if err != nil {
			return nil, err
		}
		byID[v.ID] = v
	}
	return byID, nil
}

// queryVersion returns the one version that sql selects, or pgx.ErrNoRows.
func queryVersion(ctx context.Context, tx pgx.Tx, sql string, args ...any) (study.Version, error) {
	row, err := queryOne[versionRow](ctx, tx, sql, args...)
	if err != nil {
		return study.Version{}, err
	}
	return row.version()
}
