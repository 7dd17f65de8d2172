package netem_test

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestNothingPassesFasterThanWasSet(t *testing.T) {
	const mbps = study.Mbps
	for name, tc := range map[string]struct {
		n         study.Network
		goodput   study.Bitrate
		known, ok bool
	}{
		"a full link":                      {study.Network{Down: 10 * mbps}, 9_653_000, true, true},
		"a link of which little was used":  {study.Network{Down: 10 * mbps}, 5_000, true, true},
		"a computer that stood still":      {study.Network{Down: 10 * mbps}, 10_600_000, true, true},
		"a link that lets a fifth more in": {study.Network{Down: 10 * mbps}, 11_580_000, true, false},
		"jitter moves some packets over":   {study.Network{Down: 10 * mbps, Jitter: 50 * time.Millisecond}, 11_580_000, true, true},
		"jitter does not explain it":       {study.Network{Down: 10 * mbps, Jitter: 30 * time.Millisecond}, 11_580_000, true, false},
		"one packet more on a slow link":   {study.Network{Down: mbps / 2}, 494_000, true, true},
		"an unlimited rate":                {study.Network{}, 10 * mbps, false, false},
		"a trace":                          {study.Network{TraceDown: "lte"}, 10 * mbps, false, false},
		"a rate that changes":              {study.Network{Down: mbps, Schedule: study.Schedule{Phases: []study.Phase{{For: time.Second, Outage: true}}}}, 10 * mbps, false, false},
	} {
		v, known := netem.JudgeRate(tc.n, tc.goodput)
		if known != tc.known || v.OK != tc.ok {
			t.Errorf("%s: known %t and %+v, want %t and OK %t", name, known, v, tc.known, tc.ok)
		}
	}
}
