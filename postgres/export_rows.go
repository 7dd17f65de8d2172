package postgres

import (
	"context"
	"errors"
	"image"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

type responseRow struct {
	placedRow
	Instrument string
	Item       string
	Value      string
	At         time.Time
}

func (r responseRow) response(v study.Version, known conditions) (x analysis.Response, err error) {
	x = analysis.Response{
		Participant: r.Participant, Session: r.Session, Hash: v.Hash,
		Instrument: r.Instrument, Edition: v.Design.Edition(r.Instrument), Item: r.Item, Value: r.Value, At: r.At,
	}
	x.Occasion = v.Design.OccasionOf(r.Instrument, -1)
	if r.Trial != 0 {
		x.Trial, x.Position, x.Occasion = r.Trial, r.Position, v.Design.OccasionOf(r.Instrument, r.Position)
		x.Condition, err = known.of(r.placedRow, v)
	}
	return x, err
}

const exportResponses = `
	SELECT ` + placedFields + `,
	       r.instrument, a.item, a.value, r.at
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN rating r ON r.session = s.id
	JOIN answer a ON a.rating = r.id
	LEFT JOIN trial t ON t.id = r.trial
	LEFT JOIN condition c ON c.id = t.condition
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position NULLS FIRST, r.at, r.id, a.position`

// Responses yields every answer, ordered by participant and trial; answers about the person come
// first.
func (s Source) Responses(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Response, error] {
	return stream(ctx, s, "responses", func(tx pgx.Tx, yield func(analysis.Response) bool) error {
		versions, err := queryDesigns(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		known := conditions{}
		convert := func(r responseRow) (analysis.Response, error) { return r.response(versions[r.Version], known) }
		return yieldRows(ctx, tx, yield, convert, exportResponses, f.Study, f.Pilots, f.Simulated)
	})
}

// placeRow is one attempt with the participant, session and trial that its interactions belong to.
type placeRow struct {
	placedRow
	Attempt study.AttemptID
	Number  int
}

func (r placeRow) place(v study.Version) (analysis.Interaction, error) {
	c, err := r.condition(v.Design)
	return analysis.Interaction{
		Participant: r.Participant, Session: r.Session, Trial: r.Trial, Position: r.Position,
		Attempt: r.Number, Condition: c, Hash: v.Hash,
	}, err
}

const (
	exportPlaces = `
	SELECT ` + placedFields + `, a.id AS attempt, a.number
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN trial t ON t.session = s.id
	JOIN condition c ON c.id = t.condition
	JOIN attempt a ON a.trial = t.id
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position, a.number`

	exportInteractions = `
	SELECT page, batch, number, kind, at, sent_ns, arrived_ns, drawn_ns, quiet_ns, held_ns, machine_ns, bytes, area_px,
	       rect_x, rect_y, rect_width, rect_height, pointer_x, pointer_y, cut, pointer_type, delivery, delayed_ns
	FROM interaction
	WHERE attempt = $1
	ORDER BY page, number`
)

// Interactions yields every interaction, ordered by participant, trial, attempt and number. It runs
// one query for each attempt: then rows come in the order of the primary key, and the server need
// not sort millions of rows before it sends the first.
func (s Source) Interactions(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Interaction, error] {
	return stream(ctx, s, "interactions", func(tx pgx.Tx, yield func(analysis.Interaction) bool) error {
		versions, err := queryDesigns(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		places, err := queryAll[placeRow](ctx, tx, exportPlaces, f.Study, f.Pilots, f.Simulated)
		if err != nil {
			return err
		}
		going := true
		watched := func(x analysis.Interaction) bool {
			going = yield(x)
			return going
		}
		for _, p := range places {
			at, err := p.place(versions[p.Version])
			if err != nil {
				return err
			}
			if err := yieldInteractions(ctx, tx, at, p.Attempt, watched); err != nil || !going {
				return err
			}
		}
		return nil
	})
}

func yieldInteractions(ctx context.Context, tx pgx.Tx, at analysis.Interaction, attempt study.AttemptID, yield func(analysis.Interaction) bool) error {
	rows, _ := tx.Query(ctx, exportInteractions, attempt)
	i := &at.Interaction
	var kind, pointer, delivery string
	var sent, arrived, drawn, quiet, held, machine, delayed int64
	var width, height int
	_, err := pgx.ForEachRow(rows, []any{
		&i.Page, &i.Batch, &i.Number, &kind, &i.At, &sent, &arrived, &drawn, &quiet, &held, &machine, &i.Bytes, &i.Area,
		&i.Rect.Min.X, &i.Rect.Min.Y, &width, &height, &i.Pointer.X, &i.Pointer.Y, &i.Cut,
		&pointer, &delivery, &delayed,
	}, func() error {
		i.Kind = study.InputKind(kind)
		i.Sent, i.Arrived, i.Drawn = time.Duration(sent), time.Duration(arrived), time.Duration(drawn)
		i.Quiet, i.Held, i.Machine = time.Duration(quiet), time.Duration(held), time.Duration(machine)
		i.PointerType, i.Delivery, i.Delayed = study.PointerType(pointer), study.Delivery(delivery), time.Duration(delayed)
		i.Rect.Max = i.Rect.Min.Add(image.Pt(width, height))
		if !yield(at) {
			return errStop
		}
		return nil
	})
	if err == errStop {
		return nil
	}
	return err
}

var errStop = errors.New("stop")

const exportEvents = selectEvent + `
	JOIN session s ON s.id = e.session
	JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, e.at, e.id`

// Events yields the events of the sessions, ordered by participant and time.
func (s Source) Events(ctx context.Context, f analysis.Filter) iter.Seq2[study.Event, error] {
	return stream(ctx, s, "events", func(tx pgx.Tx, yield func(study.Event) bool) error {
		convert := func(r eventRow) (study.Event, error) { return r.event(), nil }
		return yieldRows(ctx, tx, yield, convert, exportEvents, f.Study, f.Pilots, f.Simulated)
	})
}

const exportReceipts = selectReceipt + `
	JOIN session s ON s.id = t.session
	JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, t.position, a.number, b.page, b.number`

// Receipts yields the receipt of every batch, ordered by participant, trial, attempt, page and
// number.
func (s Source) Receipts(ctx context.Context, f analysis.Filter) iter.Seq2[study.Receipt, error] {
	return stream(ctx, s, "receipts", func(tx pgx.Tx, yield func(study.Receipt) bool) error {
		convert := func(r receiptRow) (study.Receipt, error) { return r.receipt(), nil }
		return yieldRows(ctx, tx, yield, convert, exportReceipts, f.Study, f.Pilots, f.Simulated)
	})
}
