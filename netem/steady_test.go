package netem

import (
	"testing"
	"time"

	"vmstudy/study"
)

// tallied is a link that has only counters.
type tallied struct {
	Link
	report study.LinkReport
}

func (t *tallied) Counters() study.LinkReport { return t.report }

func TestASteadySenderLeavesRoomForWhatElseTravels(t *testing.T) {
	link := &tallied{}
	s := steady{link: link, direction: study.Downward, rate: 8 * study.Mbps, quarter: time.Second}
	check := func(when time.Duration, want study.Bitrate) {
		t.Helper()
		if got := s.pace(when); got < want-1 || got > want+1 {
			t.Errorf("after %v: a pace of %v, want %v", when, got, want)
		}
	}
	check(0, 0)
	check(500*time.Millisecond, 1*study.Mbps)
	check(1*time.Second, 2*study.Mbps)
	// In the second step 100 acknowledgements of 52 bytes and 100 packets of 1472 bytes travel.
	link.report.PacketsDown, link.report.BytesDown = 200, 100*(1472+52)
	check(1900*time.Millisecond, 2*study.Mbps)
	full := 8 * study.Mbps * 1420 / (1472 + 52)
	check(2*time.Second, 2*study.Mbps)
	check(2500*time.Millisecond, 2*study.Mbps+(full-2*study.Mbps)/2)
	check(3*time.Second, full)
	check(time.Hour, full)
}
