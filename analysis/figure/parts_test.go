package figure

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
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

func TestMedianOfARow(t *testing.T) {
	for counts, want := range map[[7]int]float64{
		{1}:                   1,
		{0, 0, 0, 0, 0, 0, 9}: 7,
		{2, 0, 0, 0, 0, 0, 2}: 4,
		{0, 0, 1, 1}:          3.5,
		{3, 0, 0, 1, 0, 0, 1}: 1,
		{0, 1, 2, 3, 7, 8, 3}: 5,
	} {
		if got := (RatingRow{Counts: counts}).median(); got != want {
			t.Errorf("median of %v = %g, want %g", counts, got, want)
		}
	}
}

func TestHalvesAddUpToAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		row := RatingRow{Counts: [7]int(rapid.SliceOfN(rapid.IntRange(0, 9), 7, 7).Draw(t, "counts"))}
		below, above := row.halves()
		want := math.Min(1, float64(row.total()))
		if math.Abs(below+above-want) > 1e-12 {
			t.Fatalf("%v: %g below and %g above, want %g together", row.Counts, below, above, want)
		}
	})
}

func TestAxisHoldsEveryValueInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) time.Duration {
			return time.Duration(rapid.Int64Range(1, int64(maxDuration)).Draw(t, name))
		}
		short, long := draw("one"), draw("other")
		short, long = min(short, long), max(short, long)
		a := newAxis(frame{100, 600}, short, long, rapid.Bool().Draw(t, "log"))
		if x1, x2 := a.at(short), a.at(long); !(a.left-1e-6 <= x1 && x1 <= x2 && x2 <= a.right+1e-6) {
			t.Fatalf("%v at %g, %v at %g of %+v", short, x1, long, x2, a)
		}
		ticks := a.ticks()
		if len(ticks) < 2 || len(ticks) > 20 {
			t.Fatalf("%d ticks: %v", len(ticks), ticks)
		}
		for i := 1; i < len(ticks); i++ {
			if apart := a.at(ticks[i]) - a.at(ticks[i-1]); apart < 25 {
				t.Fatalf("ticks %v and %v are %g apart", ticks[i-1], ticks[i], apart)
			}
		}
	})
}

func TestNoDotHidesAnotherWhileThereIsRoom(t *testing.T) {
	a := newAxis(frame{100, 600}, 0, 10*time.Second, false)
	same := []time.Duration{5e9, 5e9, 5e9, 5e9, 5e9}
	dots := swarm(a, append(same, 1e9, 9e9), dotRadius)
	var where []string
	for i, p := range dots {
		for _, q := range dots[:i] {
			if apart := math.Hypot(p.x-q.x, p.y-q.y); apart < 1.7*dotRadius {
				t.Errorf("dots at %v and %v are %g apart", p, q, apart)
			}
		}
		where = append(where, num(p.x))
	}
	if got, want := strings.Join(where, " "), "150 350 350 350 350 350 550"; got != want {
		t.Errorf("dots at x %s, want %s", got, want)
	}
}

func TestTheLongestNoteFitsBesideThePlot(t *testing.T) {
	room := float64(margin + noteWidth - 14)
	if need := textWidth("median 47.6 min", 12); need > room {
		t.Errorf("needs %g, has %g", need, room)
	}
}
