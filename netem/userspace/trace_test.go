package userspace_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

func TestALinkReplaysATrace(t *testing.T) {
	link, err := userspace.New(study.Network{TraceDown: "steady-12mbps", RTT: 10 * time.Millisecond}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	goodput := func() float64 {
		got, err := netem.Goodput(t.Context(), link, study.Downward, 300*time.Millisecond, 700*time.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		return got.Goodput.Mbps()
	}
	want := 12.0 * netem.FullPayload / study.PacketSize
	if got := goodput(); math.Abs(got-want) > 0.05*want { // a busy machine may be late
		t.Errorf("goodput of %.2f Mbps behind a trace of 12 Mbps, want %.2f", got, want)
	}
	if err := link.Set(study.Network{TraceDown: "nowhere"}); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a trace that is not there: %v, want study.ErrNotFound", err)
	}
	if got := goodput(); got > 1.05*want {
		t.Errorf("goodput of %.2f Mbps after a condition that was refused, want %.2f as before", got, want)
	}
	if _, err := userspace.New(study.Network{TraceUp: "nowhere"}, 1); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a new link with a trace that is not there: %v, want study.ErrNotFound", err)
	}
}
