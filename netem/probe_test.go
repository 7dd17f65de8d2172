package netem_test

import (
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestExpectedPingCountsTheSendingTimes(t *testing.T) {
	for name, test := range map[string]struct {
		network study.Network
		want    time.Duration
	}{
		"nothing set, nothing expected": {study.Network{}, 0},
		"delay only":                    {study.Network{RTT: 40 * time.Millisecond}, 40 * time.Millisecond},
		"60 bytes each way at two rates": {
			study.Network{Down: 2 * study.Mbps, Up: study.Mbps, RTT: 200 * time.Millisecond},
			200*time.Millisecond + 240*time.Microsecond + 480*time.Microsecond,
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got := netem.ExpectedPing(test.network); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}
