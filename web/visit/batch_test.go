package visit

import (
	"image"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
	"vmstudy/web/screen"
)

// goodRow returns a valid row of an input that happened three seconds after the page's clock was
// zero.
func goodRow() rowMessage {
	return rowMessage{
		Number: 1, Kind: study.Key, At: 3_000_000.25,
		Sent: 800.5, Arrived: 52_000, Drawn: 61_250.25, Quiet: 70_000, Held: 90_000, Machine: 30_000, Bytes: 1200, Area: 640,
		Rect: screen.RectMessage{10, 20, 64, 10}, Pointer: [2]int{5, 6}, PointerType: "touch", Delivery: "delivered", Delayed: 40_000,
	}
}

// goodBatch returns a valid batch with a goodRow at the given time.
func goodBatch(a study.AttemptID, at time.Time) batchMessage {
	return batchMessage{
		Attempt: a, Page: 1, Batch: 1, Zero: number(at.Add(-3 * time.Second).UnixMicro()), Uncertainty: 150.5, Given: 2,
		Rows:   []rowMessage{goodRow()},
		Events: []eventMessage{{Number: 2, Kind: study.PageHidden, At: 3_000_001, Detail: "why"}},
	}
}

func TestABatchIsPutIntoTheWordsOfAStudy(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 123_456_000, time.UTC)
	now := at.Add(time.Second)
	got, err := goodBatch(7, at).batch(span{at, now})
	want := study.Batch{
		Receipt: study.Receipt{
			Attempt: 7, Page: 1, Number: 1, Received: now, Zero: at.Add(-3 * time.Second), Uncertainty: 150_500, Count: 2, Given: 2,
		},
		Interactions: []study.Interaction{{
			Number: 1, Kind: study.Key, At: at, Sent: 800_500, Arrived: 52 * time.Millisecond,
			Drawn: 61_250_250, Quiet: 70 * time.Millisecond, Held: 90 * time.Millisecond, Machine: 30 * time.Millisecond,
			Bytes: 1200, Area: 640, Rect: image.Rect(10, 20, 74, 30), Pointer: image.Pt(5, 6),
			PointerType: study.Touch, Delivery: study.Delivered, Delayed: 40 * time.Millisecond,
		}},
		Events: []study.Event{{Number: 2, Kind: study.PageHidden, At: at.Add(time.Microsecond), Detail: "why"}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("error %v; batch (-want +got):\n%s", err, diff)
	}
}

func TestBatchesThatCannotBeTrueAreRefused(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for name, spoil := range map[string]func(*batchMessage){
		"no rows, and not the last":    func(m *batchMessage) { m.Rows, m.Events = nil, nil },
		"too many rows":                func(m *batchMessage) { m.Rows, m.Given = make([]rowMessage, maxRows), maxRows+1 },
		"an answer to what was lost":   func(m *batchMessage) { m.Rows[0].Delivery, m.Rows[0].Delayed = study.Lost, 0 },
		"a delay of what is not known": func(m *batchMessage) { m.Rows[0].Delivery = "" },
		"a pointer that nobody has":    func(m *batchMessage) { m.Rows[0].PointerType = "nose" },
		"number zero":                  func(m *batchMessage) { m.Batch = 0 },
		"more rows than were given":    func(m *batchMessage) { m.Given = 1 },
		"more dropped than given":      func(m *batchMessage) { m.Dropped = 3 },
		"less than none dropped":       func(m *batchMessage) { m.Dropped = -1 },
		"a clock before all time":      func(m *batchMessage) { m.Zero = -1 },
		"less than no uncertainty":     func(m *batchMessage) { m.Uncertainty = -1 },
		"an event out of number":       func(m *batchMessage) { m.Events[0].Number = 3 },
		"an event that no page has":    func(m *batchMessage) { m.Events[0].Kind = study.EndedBy },
		"an event that says a book":    func(m *batchMessage) { m.Events[0].Detail = strings.Repeat("x", study.DetailLimit+1) },
	} {
		t.Run(name, func(t *testing.T) {
			m := goodBatch(7, at)
			spoil(&m)
			if got, err := m.batch(span{at, at.Add(time.Second)}); err == nil {
				t.Errorf("took %+v as %+v, want a refusal", m, got)
			}
		})
	}
}

// In TestNothingIsRefusedForAClockThatWasSet the wall clock is set while a page counts on
// monotonically. The measurements must be stored, and their uncertainty must say how far the two
// clocks are apart.
func TestNothingIsRefusedForAClockThatWasSet(t *testing.T) {
	asked := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	at := asked.Add(time.Minute)
	for name, tt := range map[string]struct {
		within span
		want   time.Duration
	}{
		"no clock was set":                      {span{asked, at.Add(time.Second)}, 150_500},
		"the wall is set back by 5 s":           {span{asked, at.Add(-5 * time.Second)}, 5*time.Second + time.Microsecond},
		"the wall is set back by a year":        {span{asked, at.AddDate(-1, 0, 0)}, 365*24*time.Hour + time.Microsecond},
		"it was set back before the line began": {span{at.Add(time.Hour), at.Add(time.Second)}, time.Hour},
		"the wall is set forward by an hour":    {span{asked, at.Add(time.Hour)}, 150_500},
		"the laptop slept before it was asked":  {span{at.Add(8 * time.Hour), at.Add(9 * time.Hour)}, 8 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := goodBatch(7, at).batch(tt.within)
			if err != nil || len(got.Interactions) != 1 || len(got.Events) != 1 {
				t.Fatalf("%d rows and %d events, error %v: want both", len(got.Interactions), len(got.Events), err)
			}
			if !got.Interactions[0].At.Equal(at) {
				t.Errorf("the row is at %v, want %v: the page's own time", got.Interactions[0].At, at)
			}
			if got.Uncertainty != tt.want {
				t.Errorf("uncertain by %v, want %v", got.Uncertainty, tt.want)
			}
		})
	}
}

func TestRowsThatCannotBeTrueAreRefused(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := map[string]func(*rowMessage){
		"number zero":                     func(r *rowMessage) { r.Number = 0 },
		"a number beyond JavaScript's":    func(r *rowMessage) { r.Number = 1 << 53 },
		"an unknown kind":                 func(r *rowMessage) { r.Kind = "nod" },
		"before there was time":           func(r *rowMessage) { r.At = -1 },
		"sent before it happened":         func(r *rowMessage) { r.Sent = -1 },
		"answered before it was sent":     func(r *rowMessage) { r.Arrived = 1 },
		"drawn before it arrived":         func(r *rowMessage) { r.Drawn = r.Arrived - 1 },
		"drawn but not arrived":           func(r *rowMessage) { r.Arrived = 0 },
		"answered after a month":          func(r *rowMessage) { r.Drawn = number((31 * 24 * time.Hour).Microseconds()) },
		"a machine that answers too soon": func(r *rowMessage) { r.Machine = -1 },
		"less than no bytes":              func(r *rowMessage) { r.Bytes = -1 },
		"more pixels than there are":      func(r *rowMessage) { r.Area = maxArea + 1 },
		"quiet before it was drawn":       func(r *rowMessage) { r.Quiet = r.Drawn - 1 },
		"drawn, and not known to be":      func(r *rowMessage) { r.Cut = true },
		"quiet but never drawn":           func(r *rowMessage) { r.Drawn = 0 },
		"held for less than no time":      func(r *rowMessage) { r.Held = -1 },
		"a rectangle of no size":          func(r *rowMessage) { r.Rect[2] = -1 },
		"a pointer in another room":       func(r *rowMessage) { r.Pointer[0] = maxPixel + 1 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			m, row := goodBatch(7, at), goodRow()
			spoil(&row)
			m.Rows = append(m.Rows, row)
			m.Given = 3
			if got, err := m.batch(span{at, at.Add(time.Second)}); err == nil {
				t.Errorf("took %+v as %+v, want a refusal", row, got)
			}
		})
	}
}

func TestInputsWithoutAnAnswerAreRows(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]rowMessage{
		"nothing came":           {Number: 1, Kind: study.Click, At: 3e6, Sent: 500},
		"it came and was hidden": {Number: 2, Kind: study.Wheel, At: 3e6, Sent: 500, Arrived: 900, Machine: 100},
	} {
		m := goodBatch(7, at)
		m.Rows = []rowMessage{row}
		got, err := m.batch(span{at, at})
		if err != nil || got.Interactions[0].Answered() {
			t.Errorf("%s: got %+v, %v; want a row without an answer", name, got, err)
		}
	}
}

func FuzzBrowserMessage(f *testing.F) {
	f.Add([]byte(`{"type":"clock","t0":1.5}`))
	f.Add([]byte(`{"type":"batch","batch":1,"page":1,"attempt":2,"zero":1e15,"uncertainty":3,"given":2,"rows":[{"number":1,"kind":"key","at":5,"sent":1,"arrived":2,"drawn":3,"quiet":4,"machine":1,"bytes":4,"area":5,"rect":[1,2,3,4],"pointer":[1,2]}],"events":[{"number":2,"kind":"resized","at":5,"detail":"x"}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := readBrowserMessage(text)
		if err != nil {
			return
		}
		now := time.UnixMicro(1e15)
		b, err := m.batch(span{now.Add(-time.Hour), now})
		if err != nil {
			return
		}
		for _, r := range b.Interactions {
			least := min(r.Sent, r.Arrived, r.Drawn, r.Quiet, r.Held, r.Machine)
			if !r.Kind.Valid() || r.Number < 1 || least < 0 || min(r.Bytes, r.Area) < 0 || r.Rect != r.Rect.Canon() {
				t.Errorf("took %s as %+v, which no store may keep", text, r)
			}
		}
		for _, e := range b.Events {
			if !fromPage[e.Kind] || e.Number < 1 || len(e.Detail) > study.DetailLimit {
				t.Errorf("took %s as %+v, which no store may keep", text, e)
			}
		}
	})
}
