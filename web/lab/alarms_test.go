package lab

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAlarmsNameWhatNeedsSomebody(t *testing.T) {
	now := studytest.Noon
	attempts := func(state study.AttemptState, cause string) study.Trial {
		return study.Trial{Attempts: []study.Attempt{{ID: 5, State: state, Cause: cause}}}
	}
	well := sign{running: true, since: now.Add(-time.Hour), last: now.Add(-time.Second), page: true, trial: attempts(study.Running, "")}
	for name, tt := range map[string]struct {
		spoil func(*sign)
		want  []string
	}{
		"all is well":                           {func(*sign) {}, nil},
		"a beginning that is not on record yet": {func(s *sign) { s.since, s.last = time.Time{}, time.Time{} }, nil},
		"nobody types":                          {func(s *sign) { s.last = now.Add(-2 * time.Minute) }, []string{"no input for 2 minutes"}},
		"nobody has typed yet":                  {func(s *sign) { s.last, s.since = time.Time{}, now.Add(-time.Minute) }, nil},
		"the machine waits":                     {func(s *sign) { s.paused = "Buffering" }, []string{"stalled: Buffering"}},
		"nobody sees it":                        {func(s *sign) { s.page = false }, []string{"the page is closed"}},
		"slow":                                  {func(s *sign) { s.responses = stat.ResponseTimes{N: 9, P95: 2 * time.Second} }, []string{"response time unacceptable"}},
		"slow once":                             {func(s *sign) { s.responses = stat.ResponseTimes{N: 2, P95: 9 * time.Second} }, nil},
		"failed":                                {func(s *sign) { s.trial = attempts(study.Failed, "It stopped.") }, []string{"machine lost: It stopped."}},
		"interrupted":                           {func(s *sign) { s.trial = attempts(study.Interrupted, "stop") }, []string{"interrupted: stop"}},
		"preparing":                             {func(s *sign) { s.running, s.last = false, time.Time{} }, nil},
		"no longer recorded":                    {func(s *sign) { s.recorded = []study.Recording{{Attempt: 5, Ended: study.DiskFull}} }, []string{"recording cut short: the disk was full"}},
		"another was not recorded":              {func(s *sign) { s.recorded = []study.Recording{{Attempt: 4, Ended: study.DiskFull}} }, nil},
		"still recorded":                        {func(s *sign) { s.recorded = []study.Recording{{Attempt: 5}} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := well
			tt.spoil(&s)
			if diff := cmp.Diff(tt.want, s.alarms(now)); diff != "" {
				t.Errorf("alarms (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAFullDiskIsAnAlarm(t *testing.T) {
	for name, tt := range map[string]struct {
		disk Disk
		want bool
	}{
		"nobody knows":               {Disk{}, false},
		"half free":                  {Disk{Free: 50e9, Total: 100e9}, false},
		"a gigabyte free":            {Disk{Free: 1e9, Total: 8e9}, true},
		"a small share of a big one": {Disk{Free: 40e9, Total: 1000e9}, true},
	} {
		if got := tt.disk.alarm(); (got != "") != tt.want || tt.want && !strings.Contains(got, "nearly full") {
			t.Errorf("%s: %q, want an alarm: %v", name, got, tt.want)
		}
	}
}
