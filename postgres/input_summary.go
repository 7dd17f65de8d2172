package postgres

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
)

// The inputs of an attempt are summarised in the table input_summary as soon as the attempt has ended. A batch that comes afterwards deletes the
// summary; it is made again before it is needed. Whoever makes one locks the attempt, which waits for batches that are being
// stored: they have locked its key. So no summary can miss a row that is stored already.

// summaryOf selects the summary of the interactions of an attempt i.attempt: study.Interaction.Answered, Silent and Crisp in SQL, and the answer
// of whoever was first. Response times are in microseconds, as in the files of an export.
var summaryOf = `
	` + eachKind(`coalesce(array_agg(greatest(1, round(i.drawn_ns / 1000.0))::integer ORDER BY i.drawn_ns) FILTER (WHERE i.kind = '%s' AND i.drawn_ns > 0), '{}')`) + `,
	` + eachKind(`(count(*) FILTER (WHERE i.kind = '%s' AND i.drawn_ns = 0 AND NOT i.cut))::integer`) + `,
	(array_agg(i.at ORDER BY i.at, i.page, i.number) FILTER (WHERE ` + isCrisp + `))[1],
	(array_agg(i.drawn_ns ORDER BY i.at, i.page, i.number) FILTER (WHERE ` + isCrisp + `))[1]
	FROM interaction i
	WHERE i.kind <> 'move'`

// summaryColumns are what it selects.
const summaryColumns = `key_us, click_us, wheel_us, drag_us, key_silent, click_silent, wheel_silent, drag_silent, crisp_at, crisp_ns`

var isCrisp = fmt.Sprintf(`i.kind IN ('key', 'click') AND i.drawn_ns > 0 AND i.drawn_ns < %d`, study.CrispLimit.Nanoseconds())

// summarised are the kinds of inputs, in the order of the columns.
var summarised = []study.InputKind{study.Key, study.Click, study.Wheel, study.Drag}

func eachKind(expression string) string {
	var all []string
	for _, k := range summarised {
		all = append(all, fmt.Sprintf(expression, k))
	}
	return strings.Join(all, ",\n\t")
}

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

	dropSummary = `DELETE FROM input_summary WHERE attempt = $1`
)

var addSummaries = `
	INSERT INTO input_summary (attempt, ` + summaryColumns + `)
	SELECT a.id, u.*
	FROM unnest($1::bigint[]) AS a(id)
	CROSS JOIN LATERAL (SELECT ` + summaryOf + ` AND i.attempt = a.id) u
	ON CONFLICT DO NOTHING`

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
	Known       bool
	summaryRow
}

// summaryRow is a summary. What a database without it has is null.
type summaryRow struct {
	Answered [4][]int32 // of each of summarised
	Silent   [4]*int32
	CrispAt  *time.Time
	CrispNs  *int64
}

func (r *summaryRow) columns() []any {
	var all []any
	for i := range r.Answered {
		all = append(all, &r.Answered[i])
	}
	for i := range r.Silent {
		all = append(all, &r.Silent[i])
	}
	return append(all, &r.CrispAt, &r.CrispNs)
}

func (r inputsRow) inputs() analysis.Inputs {
	x := analysis.Inputs{Participant: r.Participant, Trial: r.Trial, Attempt: r.Number, Kinds: map[study.InputKind]report.Inputs{}}
	for i, kind := range summarised {
		of := report.Inputs{Answered: r.Answered[i]}
		if r.Silent[i] != nil {
			of.Silent = int(*r.Silent[i])
		}
		if len(of.Answered)+of.Silent > 0 {
			x.Kinds[kind] = of
		}
	}
	if r.CrispAt != nil && r.CrispNs != nil {
		x.Crisp = r.CrispAt.Add(time.Duration(*r.CrispNs))
	}
	return x
}

var (
	exportInputs = `
	SELECT p.code AS participant, t.id AS trial, a.number, a.id, u.attempt IS NOT NULL AS known, ` + summaryColumns + `
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN attempt a ON a.trial = t.id
	LEFT JOIN input_summary u ON u.attempt = a.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position, a.number`

	exportUnknown = `SELECT ` + summaryOf + ` AND i.attempt = $1`
)

// Inputs yields what the inputs of each attempt come to. Attempts without a summary, as those that go on, come last.
func (s Source) Inputs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Inputs, error] {
	return stream(ctx, s, "inputs", func(tx pgx.Tx, yield func(analysis.Inputs) bool) error {
		var unknown []inputsRow
		var r inputsRow
		rows, _ := tx.Query(ctx, exportInputs, f.Study, f.Pilots, f.Simulated)
		_, err := pgx.ForEachRow(rows, append([]any{&r.Participant, &r.Trial, &r.Number, &r.ID, &r.Known}, r.columns()...), func() error {
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
			if err := tx.QueryRow(ctx, exportUnknown, r.ID).Scan(r.columns()...); err != nil {
				return err
			}
			if !yield(r.inputs()) {
				return nil
			}
		}
		return nil
	})
}
