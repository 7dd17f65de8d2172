package figure

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/analysis/stat"
)

func TestSpellKeepsThreeDigits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                         "0 s",
		150 * time.Millisecond:    "150 ms",
		1234 * time.Microsecond:   "1.23 ms",
		999400 * time.Microsecond: "999 ms",
		999600 * time.Microsecond: "1 s",
		1500 * time.Millisecond:   "1.5 s",
		95 * time.Second:          "95 s",
		1200 * time.Second:        "20 min",
	} {
		if got := spell(d); got != want {
			t.Errorf("spell(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestWrapBreaksThenCuts(t *testing.T) {
	const limit = 10.1 * 0.6 * textSize // ten characters
	tests := map[string]struct {
		label string
		want  []string
	}{
		"nothing":                     {"", []string{""}},
		"short":                       {"vnc", []string{"vnc"}},
		"a comma in reach":            {"vnc, 7.2 Mbps", []string{"vnc,", "7.2 Mbps"}},
		"two lines":                   {"stream 120 ms fast", []string{"stream 120", "ms fast"}},
		"more than two":               {"stream 120 ms fast and far", []string{"stream 120", "ms fast a…"}},
		"one word that is too long":   {"incomprehensibly", []string{"incompreh…"}},
		"long word after a short one": {"an incomprehensible name", []string{"an", "incompreh…"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, wrap(tc.label, limit, textSize)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestHalvesAddUpToAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := GroupRow{Counts: rapid.SliceOfN(rapid.IntRange(0, 9), 2, 11).Draw(t, "counts")}
		below, above := row.halves()
		want := math.Min(1, float64(sum(row.Counts)))
		if math.Abs(below+above-want) > 1e-12 {
			t.Fatalf("%v: %g below and %g above, want %g together", row.Counts, below, above, want)
		}
	})
}

func TestTheEndsOfAScaleHaveTheColoursOfTheEnds(t *testing.T) {
	for n := 2; n <= 11; n++ {
		s := PointScale{Points: make([]string, n)}
		first, _ := s.colour(0)
		last, _ := s.colour(n - 1)
		if first != ratingColours[0].fill || last != ratingColours[len(ratingColours)-1].fill {
			t.Errorf("%d points: ends are %s and %s", n, first, last)
		}
		for p := range n {
			fill, _ := s.colour(p)
			if grey := fill == ratingColours[3].fill; grey != (2*p == n-1) {
				t.Errorf("%d points: point %d is %s", n, p, fill)
			}
		}
	}
}

// The axis of numbers has every value, in order, between round ends.
func TestNumberAxisHoldsEveryValueInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := rapid.Bool().Draw(t, "log")
		least := -1e9
		if log {
			least = 1e-6
		}
		one, other := rapid.Float64Range(least, 1e9).Draw(t, "one"), rapid.Float64Range(least, 1e9).Draw(t, "other")
		low, high := min(one, other), max(one, other)
		slack := 1e-6 * max(1e-9, high-low, math.Abs(high)) // rounding errors do not move an end by a step
		a := newNumberAxis(frame{left: 100, right: 600}, low, high, log)
		if x1, x2 := a.at(low), a.at(high); !(a.left-1e-6 <= x1 && x1 <= x2 && x2 <= a.right+1e-6) || a.low > low+slack || a.high < high-slack {
			t.Fatalf("%g at %g, %g at %g of %+v", low, x1, high, x2, a)
		}
		if ticks := a.ticks(); len(ticks) < 2 || len(ticks) > 20 {
			t.Fatalf("%d ticks: %v of %+v", len(ticks), ticks, a)
		}
	})
}

func TestAnAxisHoldsIntervalsAndCentres(t *testing.T) {
	f := frame{left: 0, right: 100}
	row := GroupRow{Values: []float64{40, 45, 50}, Centre: pointer(45), Limits: &stat.Interval{Low: 32.6, High: 57.4}}
	if a := (Grouped{Groups: []Group{{Rows: []GroupRow{row}}}}).axis(f); !a.holds(32.6) || !a.holds(57.4) {
		t.Errorf("the axis goes from %g to %g, and the interval from 32.6 to 57.4", a.low, a.high)
	}
	row.Limits = &stat.Interval{Low: -3, High: 570}
	if a := (Grouped{Log: true, Groups: []Group{{Rows: []GroupRow{row}}}}).axis(f); a.low != 10 || a.high != 1000 || a.holds(-3) {
		t.Errorf("the logarithmic axis goes from %g to %g, want from 10 to 1000", a.low, a.high)
	}
}

func TestAnEndBeyondTheAxisHasNoCap(t *testing.T) {
	a := newNumberAxis(frame{left: 0, right: 100}, 0, 10, false)
	for in, want := range map[stat.Interval]int{{Low: 2, High: 8}: 3, {Low: 0, High: 10}: 3, {Low: -5, High: 8}: 2, {Low: -5, High: 15}: 1} {
		var c canvas
		c.whisker(a, in, 0)
		if got := strings.Count(c.body.String(), "<line"); got != want {
			t.Errorf("the interval from %g to %g has %d lines, want %d", in.Low, in.High, got, want)
		}
	}
}

func TestACellWithoutAnIntervalIsNotUndecided(t *testing.T) {
	g := Grid{Above: "up", Below: "down"}
	for want, x := range map[string]GridCell{
		"no interval": {Known: true, Centre: 2},
		"undecided":   {Known: true, Centre: 2, Limits: &stat.Interval{Low: -1, High: 3}},
		"up":          {Known: true, Centre: 2, Limits: &stat.Interval{Low: 1, High: 3}},
		"down":        {Known: true, Centre: -2, Limits: &stat.Interval{Low: -3, High: -1}},
	} {
		if got := x.verdict(g); got != want {
			t.Errorf("%+v is %s, want %s", x, got, want)
		}
	}
}

func TestANeutralScaleHasNoBadEnd(t *testing.T) {
	s := PointScale{Points: make([]string, 7), Neutral: true}
	for p := range 7 {
		fill, _ := s.colour(p)
		for _, c := range ratingColours {
			if fill == c.fill {
				t.Errorf("point %d has %s, which says good or bad", p, fill)
			}
		}
	}
}
