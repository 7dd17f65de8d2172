package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	// A later consent changes nothing, so neither does what was found before it.
	recordFound = `
	INSERT INTO preflight (session, found)
	SELECT id, $2 FROM session WHERE id = $1 AND consented_at IS NULL
	ON CONFLICT DO NOTHING`

	countRefused = `
	INSERT INTO refused_computer (study, lacks, count)
	SELECT $1, unnest($2::text[]), 1
	ON CONFLICT (study, lacks) DO UPDATE SET count = refused_computer.count + 1`

	refusedComputers = `SELECT lacks, count FROM refused_computer WHERE study = $1`
)

// foundDoc is the document in the table preflight.
type foundDoc struct {
	Browser    string            `json:"browser,omitempty"`
	System     string            `json:"system,omitempty"`
	Lacks      []string          `json:"lacks,omitempty"`
	Secure     bool              `json:"secure,omitempty"`
	Screen     study.Size        `json:"screen"`
	Window     study.Size        `json:"window"`
	Scale      float64           `json:"scale,omitempty"`
	Pointer    study.PointerKind `json:"pointer,omitempty"`
	RTT        time.Duration     `json:"rtt_ns,omitempty"`
	Down       study.Bitrate     `json:"down_bps,omitempty"`
	Up         study.Bitrate     `json:"up_bps,omitempty"`
	Keyboard   string            `json:"keyboard,omitempty"`
	KeyboardBy study.KeyboardBy  `json:"keyboard_by,omitempty"`
}

func toFoundDoc(f study.Found) foundDoc { return foundDoc(f) }

func (d *foundDoc) found() study.Found {
	if d == nil {
		return study.Found{}
	}
	return study.Found(*d)
}

// CountRefused counts a computer that a study refused, by what it lacked.
func (db *DB) CountRefused(ctx context.Context, s study.StudyID, lacks []study.Shortfall) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, countRefused, s, lacks)
		return err
	})
	if err != nil {
		return fmt.Errorf("count a computer that study %d refused: %w", s, err)
	}
	return nil
}

// RefusedComputers returns how often a study refused a computer.
func (db *DB) RefusedComputers(ctx context.Context, s study.StudyID) (study.Refusals, error) {
	type refusedRow struct {
		Lacks study.Shortfall
		Count int
	}
	all := study.Refusals{}
	err := db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[refusedRow](ctx, tx, refusedComputers, s)
		for _, r := range rows {
			all[r.Lacks] = r.Count
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("computers that study %d refused: %w", s, err)
	}
	return all, nil
}
