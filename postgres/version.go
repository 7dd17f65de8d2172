package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/document"
	"vmstudy/study"
)

// versionRow is a published design. Text is what was published, word for word. Where that is in a format that was never
// made to be read, Document has the same design in one that was.
type versionRow struct {
	ID          study.VersionID
	Study       study.StudyID
	Number      int
	SHA256      string `db:"sha256"`
	PublishedAt time.Time
	Text        string
	Document    *string
}

// versionFields are the columns of versionRow.
const versionFields = `id, study, number, sha256, published_at, text, document`

// version converts r. It returns an error if the hash of the stored text is not that of the
// published one.
func (r versionRow) version() (study.Version, error) {
	if hash := document.HashOf(r.Text); hash != r.SHA256 {
		return study.Version{}, fmt.Errorf("version %d: the stored design has SHA-256 %s, but %s was published", r.ID, hash, r.SHA256)
	}
	readable := r.Text
	if r.Document != nil {
		readable = *r.Document
	}
	known, err := parsed.read(readable)
	if err != nil {
		return study.Version{}, fmt.Errorf("version %d: %w", r.ID, err)
	}
	return study.Version{
		ID: r.ID, Study: r.Study, Number: r.Number, Hash: r.SHA256, PublishedAt: r.PublishedAt,
		Text: r.Text, Revision: known.revision, Design: known.design,
	}, nil
}

// parsed are the designs of versions that were read lately. Reading one takes a few milliseconds, and every page of
// a visit needs one.
var parsed = designs{of: map[string]knownDesign{}}

// designs are designs by their texts. Those who get one must not change what it refers to.
type designs struct {
	mu sync.Mutex
	of map[string]knownDesign
}

type knownDesign struct {
	design   study.Design
	revision string // see study.Study
}

// mostDesigns are kept. All are forgotten when there are more.
const mostDesigns = 64

func (c *designs) read(text string) (knownDesign, error) {
	c.mu.Lock()
	known, there := c.of[text]
	c.mu.Unlock()
	if there {
		return known, nil
	}
	d, err := readDesign(text)
	if err != nil {
		return knownDesign{}, err
	}
	known = knownDesign{d, document.Hash(d.Thawed())}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.of) >= mostDesigns {
		clear(c.of)
	}
	c.of[text] = known
	return known, nil
}

// readDesign reads a design that was stored.
func readDesign(text string) (study.Design, error) {
	d, faults := document.Read([]byte(text))
	if len(faults) > 0 {
		return study.Design{}, fmt.Errorf("a design that is stored cannot be read: %v", faults)
	}
	return d, nil
}

// writeDesign returns the text of d. It returns study.ErrInvalid if that could not be read again.
func writeDesign(d study.Design) (string, error) {
	text := document.Write(d)
	_, faults := document.Read([]byte(text))
	for _, f := range faults {
		return "", study.Refuse(study.ErrInvalid, "%s cannot be stored: %s", f.At, f.Say)
	}
	return text, nil
}

const newestVersion = `
	SELECT ` + versionFields + `
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
