package postgres

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

// The inputs of an attempt are summarised in the table input_summary as soon as the attempt has ended. A batch that comes afterwards deletes the
// summary; it is made again before it is needed. Whoever makes one locks the attempt, which waits for batches that are being
// stored: they hold its key. So no summary can miss a row that is stored already.

// summaryOf selects the summary of the interactions of an attempt i.attempt: study.Interaction.Answered and Silent in SQL. Response times are
// in microseconds, as in the files of an export.
const summaryOf = `
	coalesce(array_agg(greatest(1, round(i.drawn_ns / 1000.0))::integer ORDER BY i.drawn_ns) FILTER (WHERE i.drawn_ns > 0), '{}') AS answered_us,
	(count(*) FILTER (WHERE i.drawn_ns = 0 AND NOT i.cut))::integer AS silent
	FROM interaction i
	WHERE i.kind <> 'move'`

const (
	lockUnsummarised = `
	SELECT a.id
	FROM attempt a JOIN trial t ON t.id = a.trial JOIN session s ON s.id = t.session JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND a.state IN ('finished', 'failed', 'interrupted')
	  AND NOT EXISTS (SELECT FROM input_summary u WHERE u.attempt = a.id)
	ORDER BY a.id
	LIMIT $2
	FOR UPDATE OF a`

	lockEnded = `SELECT id FROM attempt WHERE id = $1 FOR UPDATE`

	addSummaries = `
	INSERT INTO input_summary (attempt, answered_us, silent)
	SELECT a.id, u.answered_us, u.silent
	FROM unnest($1::bigint[]) AS a(id)
	CROSS JOIN LATERAL (SELECT ` + summaryOf + ` AND i.attempt = a.id) u
	ON CONFLICT DO NOTHING`

	dropSummary = `DELETE FROM input_summary WHERE attempt = $1`
)

// summarisedAtOnce is how many attempts one transaction summarises, so that none of them is locked for long.
const summarisedAtOnce = 200

// SummarizeInputs makes the summaries that are missing of attempts of a study that have ended.
func (db *DB) SummarizeInputs(ctx context.Context, id study.StudyID) error {
	for {
		made := 0
		err := db.write(ctx, func(tx pgx.Tx) error {
			rows, _ := tx.Query(ctx, lockUnsummarised, id, summarisedAtOnce)
			attempts, err := pgx.CollectRows(rows, pgx.RowTo[int64])
			if made = len(attempts); err != nil || made == 0 {
				return err
			}
			_, err = tx.Exec(ctx, addSummaries, attempts) // a statement of its own: it sees what those that held a lock have stored
			return err
		})
		if err != nil {
			return fmt.Errorf("summarise the inputs of study %d: %w", id, err)
		}
		if made < summarisedAtOnce {
			return nil
		}
	}
}

// summarizeEnded makes the summary of an attempt that has ended in the same transaction.
func summarizeEnded(ctx context.Context, tx pgx.Tx, id study.AttemptID) error {
	if _, err := tx.Exec(ctx, lockEnded, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, addSummaries, []int64{int64(id)})
	return err
}

type inputsRow struct {
	Participant string
	Trial       study.TrialID
	Number      int
	ID          study.AttemptID
	Answered    []int32
	Silent      int
	Known       bool
}

func (r inputsRow) inputs() analysis.Inputs {
	x := analysis.Inputs{Participant: r.Participant, Trial: r.Trial, Attempt: r.Number, Silent: r.Silent, Answered: make([]time.Duration, len(r.Answered))}
	for i, us := range r.Answered {
		x.Answered[i] = time.Duration(us) * time.Microsecond
	}
	return x
}

const (
	exportInputs = `
	SELECT p.code AS participant, t.id AS trial, a.number, a.id, u.answered_us, coalesce(u.silent, 0) AS silent, u.attempt IS NOT NULL AS known
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN attempt a ON a.trial = t.id
	LEFT JOIN input_summary u ON u.attempt = a.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot)
	ORDER BY p.pilot, p.number, t.position, a.number`

	exportUnknown = `SELECT ` + summaryOf + ` AND i.attempt = $1`
)

// Inputs yields what the inputs of each attempt come to. Attempts without a summary, as those that go on, come last.
func (s Source) Inputs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Inputs, error] {
	return stream(ctx, s, "inputs", func(tx pgx.Tx, yield func(analysis.Inputs) bool) error {
		var unknown []inputsRow
		var r inputsRow
		rows, _ := tx.Query(ctx, exportInputs, f.Study, f.Pilots)
		_, err := pgx.ForEachRow(rows, []any{&r.Participant, &r.Trial, &r.Number, &r.ID, &r.Answered, &r.Silent, &r.Known}, func() error {
			if !r.Known {
				unknown = append(unknown, r)
				return nil
			}
			if !yield(r.inputs()) {
				return errStop
			}
			return nil
		})
		switch {
		case err == errStop:
			return nil
		case err != nil:
			return err
		}
		for _, r := range unknown {
			if err := tx.QueryRow(ctx, exportUnknown, r.ID).Scan(&r.Answered, &r.Silent); err != nil {
				return err
			}
			if !yield(r.inputs()) {
				return nil
			}
		}
		return nil
	})
}
