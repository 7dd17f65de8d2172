package postgres

import (
	"context"
	"iter"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

// recordedRow is a recording with its participant, session and trial.
type recordedRow struct {
	recordingRow
	placedRow
	Number int
}

func (r recordedRow) recorded(v study.Version) (analysis.Recording, error) {
	c, err := r.condition(v.Design)
	return analysis.Recording{
		Participant: r.Participant, Session: r.Session, Trial: r.Trial, Position: r.Position,
		Number: r.Number, Condition: c, Hash: v.Hash, Recording: r.recording(),
	}, err
}

const exportRecordings = `SELECT` + recordingFields + `, ` + placedFields + `, a.number
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN condition c ON c.id = t.condition
	JOIN attempt a ON a.trial = t.id
	JOIN recording r ON r.attempt = a.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position, a.number`

// Recordings yields what is on record of every recording, ordered by participant, trial and
// attempt.
func (s Source) Recordings(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Recording, error] {
	return stream(ctx, s, "recordings", func(tx pgx.Tx, yield func(analysis.Recording) bool) error {
		versions, err := queryDesigns(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		convert := func(r recordedRow) (analysis.Recording, error) { return r.recorded(versions[r.Version]) }
		return yieldRows(ctx, tx, yield, convert, exportRecordings, f.Study, f.Pilots, f.Simulated)
	})
}
