package userspace_test

import (
	"errors"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

// A train of packets, not TCP, whose speed is also the machine's.
func TestALinkReplaysATrace(t *testing.T) {
	const packets = 600
	link, err := userspace.New(study.Network{TraceDown: "steady-12mbps", RTT: 10 * time.Millisecond, Queue: packets}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	came := make(chan time.Time, packets)
	link.ReceiveRaw(netem.Near, func([]byte) { came <- time.Now() })
	train := func() time.Duration {
		began := time.Now()
		for range packets {
			link.SendRaw(netem.Far, make([]byte, study.PacketSize))
		}
		for range packets - 1 {
			<-came
		}
		return (<-came).Sub(began)
	}
	// One packet a millisecond, the first perhaps at once, and half of the round trip. A busy
	// machine may be late.
	const least = (packets - 1 + 5) * time.Millisecond
	if took := train(); took < least || took > least*110/100 {
		t.Errorf("%d packets took %v behind a trace of 12 Mbps, want %v", packets, took, least)
	}
	if err := link.Set(study.Network{TraceDown: "nowhere"}); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a trace that is not there: %v, want study.ErrNotFound", err)
	}
	if took := train(); took < least {
		t.Errorf("%d packets took %v after a condition that was refused, want %v as before", packets, took, least)
	}
	if _, err := userspace.New(study.Network{TraceUp: "nowhere"}, 1); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("a new link with a trace that is not there: %v, want study.ErrNotFound", err)
	}
}
