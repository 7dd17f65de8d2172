package rfb_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/rfb"
)

// ms returns the moment n milliseconds after start.
func ms(n int) time.Time { return start.Add(time.Duration(n) * time.Millisecond) }

// lent returns an event as a tap tells it.
func lent(e any) rfb.Event {
	switch e := e.(type) {
	case rfb.Input:
		return &e
	case rfb.Update:
		return &e
	case rfb.Delivery:
		return &e
	}
	return e.(rfb.Event)
}

func TestAnswers(t *testing.T) {
	down := rfb.Input{N: 1, Kind: rfb.Key, Down: true, At: ms(10)}
	up := rfb.Input{N: 2, Kind: rfb.Key, At: ms(20)}
	drew := func(n, begun, ended int) rfb.Update {
		return rfb.Update{N: n, Begun: ms(begun), Ended: ms(ended), Rects: 1}
	}
	kept := rfb.Input{Message: 7, N: 1, Kind: rfb.Key, Down: true, At: ms(10), Awaited: true}
	in := rfb.Delivery{Message: 7, At: ms(40), Delayed: 30 * time.Millisecond}
	tests := map[string]struct {
		events  []any
		want    []rfb.Answer
		waiting int
	}{
		"an update after a key answers it":           {[]any{down, drew(1, 11, 12)}, []rfb.Answer{{down, drew(1, 11, 12)}}, 0},
		"one under way does not":                     {[]any{down, drew(1, 9, 12)}, nil, 1},
		"one before it went into the guest does not": {[]any{kept, drew(1, 15, 16), in, drew(2, 39, 42)}, nil, 1},
		"one after it went into the guest does":      {[]any{kept, drew(1, 15, 16), in, drew(2, 41, 42)}, []rfb.Answer{{kept, drew(2, 41, 42)}}, 0},
		"none answers what never went in":            {[]any{kept, rfb.Delivery{Message: 7, Lost: true}, drew(2, 41, 42)}, nil, 0},
		"one in the same instant does not":           {[]any{down, drew(1, 10, 12)}, nil, 1},
		"the first that can does":                    {[]any{down, drew(1, 9, 12), drew(2, 12, 13), drew(3, 14, 15)}, []rfb.Answer{{down, drew(2, 12, 13)}}, 0},
		"one answers all inputs before it":           {[]any{down, up, drew(1, 21, 22)}, []rfb.Answer{{down, drew(1, 21, 22)}, {up, drew(1, 21, 22)}}, 0},
		"one between two answers the first":          {[]any{down, up, drew(1, 15, 22)}, []rfb.Answer{{down, drew(1, 15, 22)}}, 1},
		"one without pixels answers nothing":         {[]any{down, rfb.Update{N: 1, Begun: ms(11)}}, nil, 1},
		"a move waits for nothing":                   {[]any{rfb.Input{N: 1, Kind: rfb.Move, At: ms(1)}, drew(1, 2, 3)}, nil, 0},
		"what was lost is not answered":              {[]any{down, rfb.Lost{At: ms(11)}}, nil, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var a rfb.Answers
			var got []rfb.Answer
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
		var a rfb.Answers
		var got []rfb.Answer
		var inputs []rfb.Input
		var updates []rfb.Update
		lastEnd := 0
		for now, n := 1, rapid.IntRange(0, 60).Draw(t, "events"); n > 0; n-- {
			now += rapid.IntRange(0, 3).Draw(t, "later")
			if rapid.Bool().Draw(t, "input") {
				in := rfb.Input{N: len(inputs) + 1, Kind: rfb.Key, At: ms(now)}
				inputs = append(inputs, in)
				got = append(got, a.Add(&in)...)
				continue
			}
			begun := rapid.IntRange(lastEnd, now).Draw(t, "begun")
			lastEnd = now
			u := rfb.Update{N: len(updates) + 1, Begun: ms(begun), Ended: ms(now), Rects: rapid.IntRange(0, 1).Draw(t, "rects")}
			updates = append(updates, u)
			got = append(got, a.Add(&u)...)
		}
		var want []rfb.Answer
		for _, in := range inputs {
			for _, u := range updates {
				if u.Rects > 0 && u.Begun.After(in.At) {
					want = append(want, rfb.Answer{Input: in, Update: u})
					break
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("answers (-by definition +got):\n%s", diff)
		}
	})
}
