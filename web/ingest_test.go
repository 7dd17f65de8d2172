package web

import (
	"image"
	"testing"
	"time"

	"vmstudy/study"
)

func imageArea(w, h int) image.Rectangle { return image.Rect(0, 0, w, h) }

// goodRow returns a row that can be true, of an input at the given time.
func goodRow(at time.Time) rowMessage {
	return rowMessage{
		Number: 1, Kind: study.Key, At: number(at.UnixMicro()),
		Sent: 800.5, Arrived: 52_000, Drawn: 61_250.25, Machine: 30_000, Bytes: 1200, Area: 640,
	}
}

func TestARowBecomesAnInteraction(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 123_456_000, time.UTC)
	got, err := interactions([]rowMessage{goodRow(at)}, at, at.Add(time.Second))
	want := study.Interaction{
		Number: 1, Kind: study.Key, At: at, Sent: 800_500, Arrived: 52 * time.Millisecond,
		Drawn: 61_250_250, Machine: 30 * time.Millisecond, Bytes: 1200, Area: 640,
	}
	if err != nil || len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
}

func TestRowsThatCannotBeTrueAreRefused(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	tests := map[string]func(*rowMessage){
		"number zero":                     func(r *rowMessage) { r.Number = 0 },
		"a number beyond JavaScript's":    func(r *rowMessage) { r.Number = 1 << 53 },
		"an unknown kind":                 func(r *rowMessage) { r.Kind = "move" },
		"before its attempt":              func(r *rowMessage) { r.At = number(at.Add(-time.Minute).UnixMicro()) },
		"before there was time":           func(r *rowMessage) { r.At = -1 },
		"in the future":                   func(r *rowMessage) { r.At = number(at.Add(time.Minute).UnixMicro()) },
		"sent before it happened":         func(r *rowMessage) { r.Sent = -1 },
		"answered before it was sent":     func(r *rowMessage) { r.Arrived = 1 },
		"drawn before it arrived":         func(r *rowMessage) { r.Drawn = r.Arrived - 1 },
		"drawn but not arrived":           func(r *rowMessage) { r.Arrived = 0 },
		"answered after a day":            func(r *rowMessage) { r.Drawn = number((24 * time.Hour).Microseconds()) },
		"a machine that answers too soon": func(r *rowMessage) { r.Machine = -1 },
		"less than no bytes":              func(r *rowMessage) { r.Bytes = -1 },
		"more pixels than there are":      func(r *rowMessage) { r.Area = maxArea + 1 },
	}
	for name, spoil := range tests {
		t.Run(name, func(t *testing.T) {
			row := goodRow(at)
			spoil(&row)
			if got, err := interactions([]rowMessage{goodRow(at), row}, at, at.Add(time.Second)); err == nil {
				t.Errorf("took %+v as %+v, want a refusal", row, got)
			}
		})
	}
}

func TestInputsWithoutAnAnswerAreRows(t *testing.T) {
	at := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]rowMessage{
		"nothing came":           {Number: 1, Kind: study.Click, At: number(at.UnixMicro()), Sent: 500},
		"it came and was hidden": {Number: 2, Kind: study.Wheel, At: number(at.UnixMicro()), Sent: 500, Arrived: 900, Machine: 100},
	} {
		got, err := interactions([]rowMessage{row}, at, at)
		if err != nil || got[0].Answered() {
			t.Errorf("%s: got %+v, %v; want a row without an answer", name, got, err)
		}
	}
}

func FuzzBrowserMessage(f *testing.F) {
	f.Add([]byte(`{"type":"clock","t0":1.5}`))
	f.Add([]byte(`{"type":"batch","batch":1,"attempt":2,"uncertainty":3,"rows":[{"number":1,"kind":"key","at":1e15,"sent":1,"arrived":2,"drawn":3,"machine":1,"bytes":4,"area":5}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := readBrowserMessage(text)
		if err != nil {
			return
		}
		now := time.UnixMicro(1e15)
		rows, err := interactions(m.Rows, now.Add(-time.Hour), now)
		if err != nil {
			return
		}
		for _, r := range rows {
			if !r.Kind.Valid() || r.Number < 1 || min(r.Sent, r.Arrived, r.Drawn, r.Machine) < 0 || min(r.Bytes, r.Area) < 0 {
				t.Errorf("took %s as %+v, which no store may keep", text, r)
			}
		}
	})
}
