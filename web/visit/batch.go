package visit

import (
	"context"
	"errors"
	"image"
	"math"
	"time"

	"vmstudy/study"
	"vmstudy/web/screen"
)

// batchMessage is a study.Batch as a page sends it. Times are microseconds.
type batchMessage struct {
	Attempt     study.AttemptID `json:"attempt"`
	Page        int             `json:"page"`
	Batch       int64           `json:"batch"`
	Zero        number          `json:"zero"`        // the server's time when the page's clock was zero
	Uncertainty number          `json:"uncertainty"` // of Zero
	Given       int64           `json:"given"`
	Dropped     int64           `json:"dropped"`
	Last        bool            `json:"last"`
	Rows        []rowMessage    `json:"rows"`
	Events      []eventMessage  `json:"events"`
}

// rowMessage is a study.Interaction. At is a time on the page's clock; the other times count from
// At.
type rowMessage struct {
	Number  int64              `json:"number"`
	Kind    study.InputKind    `json:"kind"`
	At      number             `json:"at"`
	Sent    number             `json:"sent"`
	Arrived number             `json:"arrived"`
	Drawn   number             `json:"drawn"`
	Quiet   number             `json:"quiet"`
	Held    number             `json:"held"`
	Cut     bool               `json:"cut"`
	Machine number             `json:"machine"`
	Bytes   int64              `json:"bytes"`
	Area    int64              `json:"area"`
	Rect    screen.RectMessage `json:"rect"`
	Pointer [2]int             `json:"pointer"`

	PointerType study.PointerType `json:"pointer_type"`
	Delivery    study.Delivery    `json:"delivery"`
	Delayed     number            `json:"delayed"`
}

// eventMessage is a study.Event from a page. At is a time on the page's clock.
type eventMessage struct {
	Number int64           `json:"number"`
	Kind   study.EventKind `json:"kind"`
	At     number          `json:"at"`
	Detail string          `json:"detail"`
}

// Limits of a batch. Every true measurement is within them.
const (
	maxRows   = 200                 // interactions and events in a batch
	maxNumber = 1<<53 - 1           // the largest integer that JavaScript represents exactly
	maxSpan   = 30 * 24 * time.Hour // of any duration: a laptop may sleep for days with a key held down
	maxBytes  = 1 << 32             // of an update
	maxArea   = 1 << 32             // of an update, in pixels
	maxPixel  = 1 << 16             // RFB's coordinates have 16 bits
)

// span is the time from Start of an attempt to now, by the wall clock. Everything in a batch has
// happened within it, unless a clock was set meanwhile.
type span struct{ from, to time.Time }

// outside returns how far t is outside of s.
func (s span) outside(t time.Time) time.Duration {
	return max(0, s.from.Sub(t), t.Sub(s.to))
}

// batch checks m and converts it to a study.Batch. within is the time from the attempt's beginning
// to now, by the wall clock. The page's times come from the server's monotonic clock, so they may
// lie outside of within if the wall clock was set meanwhile. The measurements are right all the
// same, and batch does not refuse them. It raises the batch's uncertainty to as much as the times
// lie outside.
func (m batchMessage) batch(within span) (study.Batch, error) {
	count := len(m.Rows) + len(m.Events)
	if err := m.check(count); err != nil {
		return study.Batch{}, err
	}
	zero := time.UnixMicro(int64(m.Zero)).UTC()
	b := study.Batch{Receipt: study.Receipt{
		Attempt: m.Attempt, Page: m.Page, Number: m.Batch, Received: within.to,
		Zero: zero, Uncertainty: micros(m.Uncertainty), Count: count,
		Given: m.Given, Dropped: m.Dropped, Last: m.Last,
	}}
	for _, r := range m.Rows {
		if err := r.check(m.Given); err != nil {
			return b, err
		}
		at := zero.Add(micros(r.At)).Truncate(time.Microsecond)
		b.Uncertainty = max(b.Uncertainty, within.outside(at))
		b.Interactions = append(b.Interactions, r.interaction(at))
	}
	for _, e := range m.Events {
		if err := e.check(m.Given); err != nil {
			return b, err
		}
		at := zero.Add(micros(e.At)).Truncate(time.Microsecond)
		b.Uncertainty = max(b.Uncertainty, within.outside(at))
		b.Events = append(b.Events, study.Event{Number: e.Number, Kind: e.Kind, At: at, Detail: e.Detail})
	}
	return b, nil
}

func (m batchMessage) check(count int) error {
	switch {
	case count > maxRows, count == 0 && !m.Last:
		return screen.Bad("a batch of %d rows: it has 1 to %d, or is the last", count, maxRows)
	case m.Batch < 1 || m.Batch > maxNumber:
		return screen.Bad("batch number %d", m.Batch)
	case m.Given < int64(count) || m.Given > maxNumber || m.Dropped < 0 || m.Dropped > m.Given:
		return screen.Bad("batch %d says that %d rows were given and %d dropped", m.Batch, m.Given, m.Dropped)
	case m.Zero < 0 || m.Zero > maxNumber || m.Uncertainty < 0 || m.Uncertainty > maxNumber:
		return screen.Bad("batch %d has its clock at %g, give or take %g", m.Batch, m.Zero, m.Uncertainty)
	}
	return nil
}

func (r rowMessage) check(given int64) error {
	switch {
	case r.Number < 1 || r.Number > given:
		return screen.Bad("row number %d of %d", r.Number, given)
	case !r.Kind.Valid() || !r.PointerType.Valid() || !r.Delivery.Valid():
		return screen.Bad("row %d is of unknown kind, or of an unknown pointer or delivery", r.Number)
	case r.Delivery == study.Lost && r.Drawn != 0, r.Delivery != study.Delivered && r.Delayed != 0:
		return screen.Bad("row %d was not delivered, and yet was delayed or answered", r.Number)
	case r.At < 0 || r.At > maxNumber:
		return screen.Bad("row %d at %g", r.Number, r.At)
	case r.Bytes < 0 || r.Bytes > maxBytes || r.Area < 0 || r.Area > maxArea:
		return screen.Bad("row %d answered by %d bytes on %d pixels", r.Number, r.Bytes, r.Area)
	case r.Arrived == 0 && r.Drawn != 0, r.Arrived != 0 && r.Arrived < r.Sent, r.Drawn != 0 && r.Drawn < r.Arrived,
		r.Quiet != 0 && (r.Drawn == 0 || r.Quiet < r.Drawn), r.Cut && r.Drawn != 0:
		return screen.Bad("row %d has its times out of order", r.Number)
	}
	for _, pixels := range append(r.Rect[:], r.Pointer[:]...) {
		if pixels < 0 || pixels > maxPixel {
			return screen.Bad("row %d at pixel %d", r.Number, pixels)
		}
	}
	for _, took := range []number{r.Sent, r.Arrived, r.Drawn, r.Quiet, r.Held, r.Machine, r.Delayed} {
		if took < 0 || took > number(maxSpan.Microseconds()) {
			return screen.Bad("row %d took %g µs", r.Number, took)
		}
	}
	return nil
}

func (r rowMessage) interaction(at time.Time) study.Interaction {
	return study.Interaction{
		Number: r.Number, Kind: r.Kind, At: at,
		Sent: micros(r.Sent), Arrived: micros(r.Arrived), Drawn: micros(r.Drawn), Quiet: micros(r.Quiet),
		Held: micros(r.Held), Cut: r.Cut, Machine: micros(r.Machine),
		Bytes: r.Bytes, Area: r.Area, Rect: r.Rect.Rectangle(), Pointer: image.Pt(r.Pointer[0], r.Pointer[1]),
		PointerType: r.PointerType, Delivery: r.Delivery, Delayed: micros(r.Delayed),
	}
}

// fromPage are the kinds that a page with a desktop may tell.
var fromPage = map[study.EventKind]bool{
	study.PageOpened: true, study.PageHidden: true, study.PageShown: true, study.PictureUnseen: true, study.FocusLost: true, study.FocusGot: true, study.Resized: true,
	study.ScreenLost: true, study.ScreenBack: true, study.LineLost: true, study.LineBack: true, study.StorageDenied: true, study.StorageFull: true,
	study.NoteShown: true, study.SlowShown: true, study.TextTyped: true, study.TextCopied: true,
}

func (e eventMessage) check(given int64) error {
	switch {
	case e.Number < 1 || e.Number > given:
		return screen.Bad("event number %d of %d", e.Number, given)
	case !fromPage[e.Kind]:
		return screen.Bad("event %d is of a kind that no page tells", e.Number)
	case e.At < 0 || e.At > maxNumber:
		return screen.Bad("event %d at %g", e.Number, e.At)
	case len(e.Detail) > study.DetailLimit:
		return screen.Bad("event %d has a detail of %d bytes", e.Number, len(e.Detail))
	}
	return nil
}

// micros returns the duration of n microseconds.
func micros(n number) time.Duration { return time.Duration(math.Round(float64(n) * 1000)) }

// saveBatch checks and stores a batch of one of x's pages. If the batch can never be stored, the
// error is a Nonsense; after any other error, sending the batch again may help.
func (s *Server) saveBatch(ctx context.Context, x study.Session, m batchMessage) error {
	_, a, found := x.Attempt(m.Attempt)
	if !found {
		return screen.Bad("rows of attempt %d, which is not of session %d", m.Attempt, x.ID)
	}
	if m.Page < 1 || m.Page > x.Seat {
		return screen.Bad("rows of page %d of %d", m.Page, x.Seat)
	}
	b, err := m.batch(span{a.AskedAt, s.Now()})
	if err != nil {
		return err
	}
	err = s.store.SaveBatch(ctx, b)
	if err == nil {
		s.lines.Measured(x.ID, b.Interactions)
	}
	if errors.Is(err, study.ErrInvalid) || errors.Is(err, study.ErrNotFound) || errors.Is(err, study.ErrConflict) {
		return screen.Bad("batch refused: %v", err)
	}
	return err
}
