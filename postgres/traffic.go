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

type linkSecondRow struct {
	At                         time.Time
	SpanNs                     int64
	BytesDown, BytesUp         int64
	PacketsDown, PacketsUp     int64
	DropsDown, DropsUp         int64
	LostDown, LostUp           int64
	FullDown, FullUp           int64
	ManagedDown, ManagedUp     int64
	CutDown, CutUp             int64
	WaitDownNs, WaitUpNs       int64
	LongestDownNs, LongestUpNs int64
}

func (r linkSecondRow) second() study.LinkSecond {
	return study.LinkSecond{
		At: r.At, Span: time.Duration(r.SpanNs),
		Moved: study.LinkReport{
			BytesDown: r.BytesDown, BytesUp: r.BytesUp, PacketsDown: r.PacketsDown, PacketsUp: r.PacketsUp,
			DropsDown: r.DropsDown, DropsUp: r.DropsUp,
			CausesDown: study.Drops{Lost: r.LostDown, Full: r.FullDown, Managed: r.ManagedDown, Cut: r.CutDown},
			CausesUp:   study.Drops{Lost: r.LostUp, Full: r.FullUp, Managed: r.ManagedUp, Cut: r.CutUp},
		},
		WaitDown: time.Duration(r.WaitDownNs), WaitUp: time.Duration(r.WaitUpNs),
		LongestDown: time.Duration(r.LongestDownNs), LongestUp: time.Duration(r.LongestUpNs),
	}
}

var linkSecondColumns = []string{
	"attempt", "number", "at", "span_ns", "bytes_down", "bytes_up", "packets_down", "packets_up", "drops_down", "drops_up",
	"lost_down", "lost_up", "full_down", "full_up", "managed_down", "managed_up", "cut_down", "cut_up",
	"wait_down_ns", "wait_up_ns", "longest_down_ns", "longest_up_ns",
}

const summarizeTraffic = `INSERT INTO traffic_summary (attempt, goodput_down) VALUES ($1, $2)`

const hasTraffic = `SELECT EXISTS (SELECT FROM network_second WHERE attempt = $1)`

// RecordTraffic stores what passed the link of an attempt in each second. It does so once: if the
// attempt has such rows already, they stay, and the error is nil.
func (db *DB) RecordTraffic(ctx context.Context, a study.AttemptID, seconds []study.LinkSecond) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[study.AttemptState](ctx, tx, lockAttempt, a); err != nil {
			return err
		}
		known, err := queryValue[bool](ctx, tx, hasTraffic, a)
		if err != nil || known {
			return err
		}
		_, err = tx.CopyFrom(ctx, pgx.Identifier{"network_second"}, linkSecondColumns,
			pgx.CopyFromSlice(len(seconds), func(i int) ([]any, error) {
				s, m := seconds[i], seconds[i].Moved
				down, up := m.CausesDown, m.CausesUp
				return []any{
					int64(a), i + 1, s.At, int64(s.Span), m.BytesDown, m.BytesUp, m.PacketsDown, m.PacketsUp, m.DropsDown, m.DropsUp,
					down.Lost, up.Lost, down.Full, up.Full, down.Managed, up.Managed, down.Cut, up.Cut,
					int64(s.WaitDown), int64(s.WaitUp), int64(s.LongestDown), int64(s.LongestUp),
				}, nil
			}))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, summarizeTraffic, a, study.Busiest(seconds))
		return err
	})
	if err != nil {
		return fmt.Errorf("record traffic of attempt %d: %w", a, err)
	}
	return nil
}

const linkSecondFields = `
	n.at, n.span_ns, n.bytes_down, n.bytes_up, n.packets_down, n.packets_up, n.drops_down, n.drops_up,
	n.lost_down, n.lost_up, n.full_down, n.full_up, n.managed_down, n.managed_up, n.cut_down, n.cut_up,
	n.wait_down_ns, n.wait_up_ns, n.longest_down_ns, n.longest_up_ns`

const sessionTraffic = `
	SELECT n.attempt,` + linkSecondFields + `
	FROM network_second n JOIN attempt a ON a.id = n.attempt JOIN trial t ON t.id = a.trial
	WHERE t.session = $1
	ORDER BY n.attempt, n.number`

// Traffic returns what passed the link in each second, for each attempt of a session. For an
// unknown session the map is empty.
func (db *DB) Traffic(ctx context.Context, id study.SessionID) (map[study.AttemptID][]study.LinkSecond, error) {
	type row struct {
		Attempt study.AttemptID
		linkSecondRow
	}
	var all map[study.AttemptID][]study.LinkSecond
	err := db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[row](ctx, tx, sessionTraffic, id)
		all = map[study.AttemptID][]study.LinkSecond{}
		for _, r := range rows {
			all[r.Attempt] = append(all[r.Attempt], r.second())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("traffic of session %d: %w", id, err)
	}
	return all, nil
}

// trafficRow is one second of a link, with the participant, session and trial it belongs to.
type trafficRow struct {
	linkSecondRow
	placedRow
	Attempt int
	Number  int
}

const exportTraffic = `
	SELECT ` + placedFields + `, a.number AS attempt, n.number,` + linkSecondFields + `
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN condition c ON c.id = t.condition
	JOIN attempt a ON a.trial = t.id
	JOIN network_second n ON n.attempt = a.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position, a.number, n.number`

// Traffic yields what passed every link in each second.
func (s Source) Traffic(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Traffic, error] {
	return stream(ctx, s, "traffic", func(tx pgx.Tx, yield func(analysis.Traffic) bool) error {
		versions, err := queryDesigns(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		convert := func(r trafficRow) (analysis.Traffic, error) {
			v := versions[r.Version]
			c, err := r.condition(v.Design)
			return analysis.Traffic{
				Participant: r.Participant, Session: r.Session, Trial: r.Trial, Position: r.Position,
				Attempt: r.Attempt, Condition: c, Hash: v.Hash, Number: r.Number, LinkSecond: r.second(),
			}, err
		}
		return yieldRows(ctx, tx, yield, convert, exportTraffic, f.Study, f.Pilots, f.Simulated)
	})
}

const exportGoodputs = `
	SELECT t.id AS trial, a.number AS attempt, u.goodput_down AS down
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN attempt a ON a.trial = t.id
	JOIN traffic_summary u ON u.attempt = a.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3 AND u.goodput_down > 0`

// Goodputs yields the busiest second of each attempt.
func (s Source) Goodputs(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Goodput, error] {
	return stream(ctx, s, "goodputs", func(tx pgx.Tx, yield func(analysis.Goodput) bool) error {
		same := func(g analysis.Goodput) (analysis.Goodput, error) { return g, nil }
		return yieldRows(ctx, tx, yield, same, exportGoodputs, f.Study, f.Pilots, f.Simulated)
	})
}
