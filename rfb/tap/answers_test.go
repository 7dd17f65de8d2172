package tap_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/rfb/tap"
)

// ms returns the moment n milliseconds after start.
func ms(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }

// lent returns an event as a tap tells it.
func lent(e any) tap.Event {
	switch e := e.(type) {
	case tap.Input:
		return &e
	case tap.Update:
		return &e
	case tap.Delivery:
		return &e
	}
	return e.(tap.Event)
}

func TestAnswers(t *testing.T) {
	down := tap.Input{N: 1, Kind: tap.Key, Down: true, At: ms(10)}
	up := tap.Input{N: 2, Kind: tap.Key, At: ms(20)}
	drew := func(n, begun, ended int) tap.Update {
		return tap.Update{N: n, Begun: ms(begun), Ended: ms(ended), Rects: 1}
	}
	kept := tap.Input{Message: 7, N: 1, Kind: tap.Key, Down: true, At: ms(10), Awaited: true}
	in := tap.Delivery{Message: 7, At: ms(40), Delayed: 30 * time.Millisecond}
	tests := map[string]struct {
		events  []any
		want    []tap.Answer
		waiting int
	}{
		"an update after a key answers it":           {[]any{down, drew(1, 11, 12)}, []tap.Answer{{down, drew(1, 11, 12)}}, 0},
		"one under way does not":                     {[]any{down, drew(1, 9, 12)}, nil, 1},
		"one before it went into the guest does not": {[]any{kept, drew(1, 15, 16), in, drew(2, 39, 42)}, nil, 1},
		"one after it went into the guest does":      {[]any{kept, drew(1, 15, 16), in, drew(2, 41, 42)}, []tap.Answer{{kept, drew(2, 41, 42)}}, 0},
		"none answers what never went in":            {[]any{kept, tap.Delivery{Message: 7, Lost: true}, drew(2, 41, 42)}, nil, 0},
		"one in the same instant does not":           {[]any{down, drew(1, 10, 12)}, nil, 1},
		"the first that can does":                    {[]any{down, drew(1, 9, 12), drew(2, 12, 13), drew(3, 14, 15)}, []tap.Answer{{down, drew(2, 12, 13)}}, 0},
		"one answers all inputs before it":           {[]any{down, up, drew(1, 21, 22)}, []tap.Answer{{down, drew(1, 21, 22)}, {up, drew(1, 21, 22)}}, 0},
		"one between two answers the first":          {[]any{down, up, drew(1, 15, 22)}, []tap.Answer{{down, drew(1, 15, 22)}}, 1},
		"one without pixels answers nothing":         {[]any{down, tap.Update{N: 1, Begun: ms(11)}}, nil, 1},
		"a refresh answers nothing":                  {[]any{down, tap.Update{N: 1, Begun: ms(11), Rects: 1, Refresh: true}, drew(2, 12, 13)}, []tap.Answer{{down, drew(2, 12, 13)}}, 0},
		"a move waits for nothing":                   {[]any{tap.Input{N: 1, Kind: tap.Move, At: ms(1)}, drew(1, 2, 3)}, nil, 0},
		"what was lost is not answered":              {[]any{down, tap.Lost{At: ms(11)}}, nil, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var a tap.Answers
			var got []tap.Answer
			for _, e := range tt.events {
				got = append(got, a.Add(lent(e))...)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if a.Waiting() != tt.waiting {
				t.Errorf("%d inputs wait, want %d", a.Waiting(), tt.waiting)
			}
		})
	}
}

// TestAnswersAgreeWithTheirDefinition compares with the definition, worked out the long way.
func TestAnswersAgreeWithTheirDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a tap.Answers
		var got []tap.Answer
		var inputs []tap.Input
		var updates []tap.Update
		lastEnd := 0
		for now, n := 1, rapid.IntRange(0, 60).Draw(t, "events"); n > 0; n-- {
			now += rapid.IntRange(0, 3).Draw(t, "later")
			if rapid.Bool().Draw(t, "input") {
				in := tap.Input{N: len(inputs) + 1, Kind: tap.Key, At: ms(now)}
				inputs = append(inputs, in)
				got = append(got, a.Add(&in)...)
				continue
			}
			begun := rapid.IntRange(lastEnd, now).Draw(t, "begun")
			lastEnd = now
			u := tap.Update{N: len(updates) + 1, Begun: ms(begun), Ended: ms(now), Rects: rapid.IntRange(0, 1).Draw(t, "rects")}
			updates = append(updates, u)
			got = append(got, a.Add(&u)...)
		}
		var want []tap.Answer
		for _, in := range inputs {
			for _, u := range updates {
				if u.Rects > 0 && u.Begun.After(in.At) {
					want = append(want, tap.Answer{Input: in, Update: u})
					break
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("answers (-by definition +got):\n%s", diff)
		}
	})
}
