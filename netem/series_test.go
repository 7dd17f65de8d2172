package netem_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestSeriesSaysWhatPassedInEachSecond(t *testing.T) {
	s := netem.NewSeries(10, netem.Sample{At: start, Total: study.LinkReport{BytesDown: 100}})
	s.Add(netem.Sample{At: at(1000), Total: study.LinkReport{BytesDown: 700, PacketsDown: 5, DropsUp: 1}, Down: netem.Waits{Count: 2, Sum: 30, Min: 10, Max: 20}})
	s.Add(netem.Sample{At: at(1000), Total: study.LinkReport{BytesDown: 900}}) // not later than the one before, so ignored
	s.Add(netem.Sample{At: at(2500), Total: study.LinkReport{BytesDown: 700, PacketsDown: 5, DropsUp: 1, BytesUp: 60}})
	s.Add(netem.Sample{At: at(2600), Total: study.LinkReport{BytesDown: 701, PacketsDown: 5, DropsUp: 1, BytesUp: 60}})
	want := []study.LinkSecond{
		{At: start, Span: time.Second, Moved: study.LinkReport{BytesDown: 600, PacketsDown: 5, DropsUp: 1}, WaitDown: 15, LongestDown: 20},
		{At: at(1000), Span: 1500 * time.Millisecond, Moved: study.LinkReport{BytesUp: 60}},
		{At: at(2500), Span: 100 * time.Millisecond, Moved: study.LinkReport{BytesDown: 1}},
	}
	for range 2 { // Seconds changes nothing
		got := s.Seconds()
		if len(got) != len(want) {
			t.Fatalf("%d seconds, want %d", len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("second %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

func TestSeriesStaysBoundedAndLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit = 8
		now := netem.Sample{At: start}
		s := netem.NewSeries(limit, now)
		var longest, waits time.Duration
		for range rapid.IntRange(0, 100).Draw(t, "samples") {
			now.At = now.At.Add(time.Duration(rapid.IntRange(1, 2000).Draw(t, "ms")) * time.Millisecond)
			now.Total.BytesDown += rapid.Int64Range(0, 1000).Draw(t, "bytes")
			now.Total.DropsUp += rapid.Int64Range(0, 3).Draw(t, "drops")
			now.Up = netem.Waits{Count: 1, Sum: time.Duration(rapid.IntRange(0, 1000).Draw(t, "wait"))}
			now.Up.Max = now.Up.Sum
			longest, waits = max(longest, now.Up.Max), waits+now.Up.Sum
			s.Add(now)
		}
		var sum study.LinkReport
		var span, most time.Duration
		next := start
		seconds := s.Seconds()
		for _, one := range seconds {
			if !one.At.Equal(next) {
				t.Fatalf("a second begins at %v, the one before ended at %v", one.At, next)
			}
			next, span, sum, most = one.At.Add(one.Span), span+one.Span, sum.Plus(one.Moved), max(most, one.LongestUp)
		}
		if len(seconds) > limit || sum != now.Total || span != now.At.Sub(start) || most != longest {
			t.Fatalf("%d seconds over %v with %+v, longest wait %v; want at most %d over %v with %+v, %v",
				len(seconds), span, sum, most, limit, now.At.Sub(start), now.Total, longest)
		}
	})
}
