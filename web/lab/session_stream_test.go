package lab

import (
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

func TestTheReportOfAStreamSaysWhatItCost(t *testing.T) {
	asked := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a := study.Attempt{AskedAt: asked, StartedAt: asked.Add(10 * time.Second), EndedAt: asked.Add(130 * time.Second)}
	if say := streamView(a); say != "" {
		t.Errorf("a desktop that was not streamed: %q", say)
	}
	a.Desktop = study.DesktopReport{
		Strategy: study.BestStrategy, Pages: 2200, Accessed: 2000, Missed: 3, Waited: 400 * time.Millisecond, Longest: 120 * time.Millisecond,
		Pauses: 3, Paused: 2600 * time.Millisecond, Ready: 10 * time.Second,
		Warm: true, Kept: 1900, Restored: 1500, Saved: 5_100_000,
	}
	say := streamView(a)
	for _, want := range []string{
		"by best, begun warm: 2200 pages came for 2000", "(fetch ratio 1.10)", "1900 pages were kept", "5.1 MB were not sent",
		"3 pages were not here in time (0.15 %)", "waited for 400 ms, 120 ms at most", "held 3 times for 2.6 s, 1.5 times a minute", "for 10 % of the time",
	} {
		if !strings.Contains(say, want) {
			t.Errorf("%q lacks %q", say, want)
		}
	}

	a.Desktop.Pages, a.Desktop.Missed, a.Desktop.Kept = 1, 1, 1
	say = streamView(a)
	for _, want := range []string{"1 page came", "1 page was not here in time", "1 page was kept"} {
		if !strings.Contains(say, want) {
			t.Errorf("%q lacks %q", say, want)
		}
	}
}
