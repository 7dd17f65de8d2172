package backup

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"vmstudy/study"
)

// format is the number of the layout that this package writes. It reads this one and older ones.
const format = 1

// Header says what a backup has.
type Header struct {
	Format   int              `json:"format"`
	Program  string           `json:"program"`  // version of studyctl that wrote it
	At       time.Time        `json:"at"`       // of the state of the database
	Database string           `json:"database"` // PostgreSQL's version
	Head     string           `json:"head"`     // of the audit: number and SHA-256 of its last entry; empty for a database of an older program that had none
	Rows     map[string]int64 `json:"rows"`     // of every table
}

// Tables returns how many tables there are, and how many rows all of them have.
func (h Header) Tables() (tables int, rows int64) {
	for _, n := range h.Rows {
		rows += n
	}
	return len(h.Rows), rows
}

// headerLimit is how many bytes a header may have.
const headerLimit = 1 << 20

func readHeader(r io.Reader) (Header, error) {
	var h Header
	if err := json.NewDecoder(io.LimitReader(r, headerLimit)).Decode(&h); err != nil {
		return Header{}, damaged(fmt.Errorf("its header: %w", err))
	}
	if h.Format > format {
		return Header{}, study.Refuse(study.ErrConflict,
			"this backup was made by a newer studyctl (%s): it has format %d, and this program knows up to %d. Restore it with that version or a newer one", h.Program, h.Format, format)
	}
	return h, nil
}

// The names of the entries.
const (
	headerName   = "vmstudy-backup.json"
	databaseName = "database/"
	filesName    = "files/"
	sumsName     = "sums.txt"
)

// damaged is the refusal of a file that is a backup but not a whole one.
func damaged(err error) error {
	return fmt.Errorf("%w: %w", study.Refuse(study.ErrInvalid, "this backup is damaged, or a part of it is missing (%v). Nothing of it was restored", err), err)
}

// errForeign refuses a file that is no backup.
var errForeign = study.Refuse(study.ErrInvalid, "this file is no backup of studyctl")
