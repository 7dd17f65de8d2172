package netem_test

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestJudgeComparesWithWhatTravels(t *testing.T) {
	const ms, us = time.Millisecond, time.Microsecond
	slow := study.Network{Down: 2 * study.Mbps, Up: 2 * study.Mbps, RTT: 200 * ms}
	for name, test := range map[string]struct {
		network study.Network
		median  time.Duration
		error   time.Duration
		ok      bool
	}{
		"exactly":                        {slow, 200*ms + 480*us, 0, true},
		"behind acknowledgements":        {slow, 200*ms + 480*us + 416*us, 0, true},
		"a hundredth too long":           {slow, 200*ms + 896*us + 2*ms, 2 * ms, true},
		"more than a hundredth too long": {slow, 200*ms + 896*us + 2*ms + 1, 2*ms + 1, false},
		"too short":                      {slow, 195 * ms, -5480 * us, false},
		"half a millisecond of little":   {study.Network{RTT: 10 * ms}, 10*ms + 500*us, 500 * us, true},
		"more than that":                 {study.Network{RTT: 10 * ms}, 10*ms + 501*us, 501 * us, false},
		"within the jitter":              {study.Network{RTT: 10 * ms, Jitter: 5 * ms}, 15 * ms, 5 * ms, true},
		"before a schedule begins":       {study.Network{RTT: 10 * ms, Schedule: study.Schedule{Phases: []study.Phase{{For: time.Second, RTT: 20 * ms}}}}, 10 * ms, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := netem.Judge(test.network, study.RoundTrips{Count: 20, Median: test.median})
			if got.Error != test.error || got.OK != test.ok {
				t.Errorf("%+v, want an error of %v and OK %v", got, test.error, test.ok)
			}
		})
	}
	if netem.Judge(study.Network{}, study.RoundTrips{}).OK {
		t.Error("what was not measured is as set")
	}
}
