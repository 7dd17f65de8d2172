package lab

import (
	"fmt"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/web/page"
)

// Limits from which on the monitor shows an alarm.
const (
	quietTooLong = 90 * time.Second // no input while the task runs
	slowFrom     = 2 * time.Second  // where the band "unacceptable" begins; see stat.Bands
	slowLeast    = 5                // responses that their 95th percentile needs to mean anything
	diskLeast    = 2 << 30          // bytes free
	diskShare    = 0.05
)

// sign is what the monitor knows of a session. Alarms depend on nothing else.
type sign struct {
	running   bool
	since     time.Time // when the task began
	paused    string    // the stage for which the machine waits, while the task runs
	last      time.Time // when the participant last did anything
	responses stat.ResponseTimes
	page      bool // whether the participant's page is connected
	trial     study.Trial
	recorded  []study.Recording // the recordings of the session
}

// alarms returns what an experimenter should look after, each in a few words.
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
		all = append(all, fmt.Sprintf("no input for %s", page.InWords(now.Sub(done).Truncate(10*time.Second))))
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

// Disk is the size of the disk with the data directory, in bytes.
type Disk struct{ Free, Total int64 }

// alarm says that the disk is nearly full. It is empty if the disk is not, or if its size is
// unknown.
func (d Disk) alarm() string {
	if d.Total <= 0 || d.Free >= diskLeast && float64(d.Free) >= diskShare*float64(d.Total) {
		return ""
	}
	return fmt.Sprintf("The disk is nearly full: %.1f GB are free. Recordings and measurements will stop when it is.", float64(d.Free)/1e9)
}
