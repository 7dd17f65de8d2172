package web

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAPulseIsThatOfTheLastMinute(t *testing.T) {
	p := newPulses()
	at := studytest.Noon
	p.measured(7, []study.Interaction{
		{At: at, Drawn: 9 * time.Second},
		{At: at.Add(30 * time.Second), Drawn: 100 * time.Millisecond},
		{At: at.Add(40 * time.Second), Drawn: 300 * time.Millisecond},
		{At: at.Add(50 * time.Second)}, // an input without an answer
	})
	for now, want := range map[time.Duration]stat.ResponseTimes{
		50 * time.Second: {N: 3, Median: 300 * time.Millisecond},
		61 * time.Second: {N: 2, Median: 200 * time.Millisecond},
		5 * time.Minute:  {},
	} {
		fresh := newPulses()
		fresh.measured(7, []study.Interaction{
			{At: at, Drawn: 9 * time.Second}, {At: at.Add(30 * time.Second), Drawn: 100 * time.Millisecond}, {At: at.Add(40 * time.Second), Drawn: 300 * time.Millisecond},
		})
		if got, _ := fresh.look(7, at, at.Add(now)); got.N != want.N || got.Median != want.Median {
			t.Errorf("after %v: %d responses with a median of %v, want %d and %v", now, got.N, got.Median, want.N, want.Median)
		}
	}
	if _, last := p.look(7, at, at.Add(time.Minute)); !last.Equal(at.Add(50 * time.Second)) {
		t.Errorf("last input at %v, want the one without an answer", last)
	}
	if r, last := p.look(8, at, at); r.N != 0 || !last.IsZero() {
		t.Errorf("another session has %d responses and an input at %v, want none", r.N, last)
	}
}

func TestAPulseIsThatOfThisTrial(t *testing.T) {
	p, at := newPulses(), studytest.Noon
	began := at.Add(10 * time.Second)
	p.measured(7, []study.Interaction{{At: at, Drawn: 9 * time.Second}})
	if r, last := p.look(7, time.Time{}, began); r.N != 0 || !last.IsZero() {
		t.Errorf("while the next machine is prepared: %d responses and an input at %v, want none", r.N, last)
	}
	if r, last := p.look(7, began, began); r.N != 0 || !last.IsZero() {
		t.Errorf("when the next trial has begun: %d responses and an input at %v, want none", r.N, last)
	}
	p.measured(7, []study.Interaction{
		{At: at.Add(time.Second), Drawn: 8 * time.Second}, // an input of the trial before, in a batch that arrives late
		{At: began, Drawn: 100 * time.Millisecond},
	})
	if r, last := p.look(7, began, began.Add(time.Second)); r.N != 1 || r.Median != 100*time.Millisecond || !last.Equal(began) {
		t.Errorf("in the next trial: %d responses with a median of %v, the last at %v; want its own one", r.N, r.Median, last)
	}
}

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

func TestAThumbnailIsTheMeanOfItsPixels(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 8, 4))
	for x := range 8 {
		for y := range 4 {
			m.SetRGBA(x, y, color.RGBA{uint8(40 * (x % 2)), uint8(30 * x), 0, 255})
		}
	}
	small := shrunk(m, 4)
	if small.Rect.Size() != image.Pt(4, 2) {
		t.Fatalf("size %v, want 4 by 2", small.Rect.Size())
	}
	if got := small.RGBAAt(1, 1); got != (color.RGBA{20, 75, 0, 255}) {
		t.Errorf("colour %v, want the mean of columns 2 and 3", got)
	}
	if shrunk(small, 400) != small {
		t.Error("a small picture is made anew")
	}
}
