package web

import (
	"fmt"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// When something is an alarm.
const (
	quietTooLong = 90 * time.Second // no input while the task runs
	slowFrom     = 2 * time.Second  // where unacceptable begins, see stat.Bands
	slowLeast    = 5                // responses, before their 95th percentile says anything
	diskLeast    = 2 << 30          // bytes free
	diskShare    = 0.05
)

// sign is what the monitor sees of a session; alarms are derived from nothing else.
type sign struct {
	running   bool
	since     time.Time // the task began
	paused    string    // the stage that the machine waits in, while the task runs
	last      time.Time // of any input
	responses stat.ResponseTimes
	page      bool // the participant's page is connected
	trial     study.Trial
	recorded  []study.Recording // of the session
}

// alarms says in a few words each what somebody should look after.
func (s sign) alarms(now time.Time) []string {
	var all []string
	last := s.trial.Last()
	if last.State == study.Failed {
		all = append(all, "machine lost: "+last.Cause)
	}
	if last.State == study.Interrupted {
		all = append(all, "interrupted: "+last.Cause)
	}
	if !last.State.Live() {
		return all
	}
	if !s.page {
		all = append(all, "the page is closed")
	}
	for _, r := range s.recorded {
		if why := recordingEnds[r.Ended]; r.Attempt == last.ID && why != "" {
			all = append(all, "recording "+why)
		}
	}
	if !s.running {
		return all
	}
	if s.paused != "" {
		all = append(all, "stalled: "+s.paused)
	}
	if done := latest(s.since, s.last); !done.IsZero() && now.Sub(done) >= quietTooLong {
		all = append(all, fmt.Sprintf("no input for %s", inWords(now.Sub(done).Truncate(10*time.Second))))
	}
	if s.responses.N >= slowLeast && s.responses.P95 >= slowFrom {
		all = append(all, "response time unacceptable")
	}
	return all
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Disk is the room where the data lies, in bytes.
type Disk struct{ Free, Total int64 }

// alarm says that the disk is nearly full; empty if it is not, or nobody knows.
func (d Disk) alarm() string {
	if d.Total <= 0 || d.Free >= diskLeast && float64(d.Free) >= diskShare*float64(d.Total) {
		return ""
	}
	return fmt.Sprintf("The disk is nearly full: %.1f GB are free. Recordings and measurements will stop when it is.", float64(d.Free)/1e9)
}
