package userspace_test

import (
	"errors"
	"os"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/netemtest"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

func TestLinkConforms(t *testing.T) {
	netemtest.Test(t, func(t *testing.T, n study.Network) netem.Link {
		t.Helper()
		link, err := userspace.New(n, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		return link
	})
}

func TestLinkClosesItsFiles(t *testing.T) {
	files := func() int {
		open, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skipf("cannot count open files: %v", err)
		}
		return len(open)
	}
	openAndClose := func() {
		link, err := userspace.New(study.Network{}, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		link.Close()
	}
	openAndClose() // the first link makes the runtime open files of its own
	before := files()
	for range 10 {
		openAndClose()
	}
	if after := files(); after != before {
		t.Errorf("%d files open before ten links, %d after", before, after)
	}
}

func TestNewRefusesWhatIsNotValid(t *testing.T) {
	if _, err := userspace.New(study.Network{Loss: 1}, 1); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestDropsAreCountedByTheirCause(t *testing.T) {
	link, err := userspace.New(study.Network{Loss: 0.5}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	const sent = 100
	send := func(n study.Network) {
		if err := link.Set(n); err != nil {
			t.Fatal(err)
		}
		for range sent {
			link.SendRaw(netem.Far, make([]byte, study.PacketSize))
		}
	}
	send(study.Network{Loss: 0.5})
	lost := link.Counters()
	if lost.DropsDown == 0 || lost.CausesDown != (study.Drops{Lost: lost.DropsDown}) || lost.CausesUp != (study.Drops{}) {
		t.Errorf("after loss: %+v", lost)
	}
	send(study.Network{Down: 12 * study.Kbps, Queue: 1}) // one on the wire and one that waits
	full := link.Counters().Minus(lost)
	if full.CausesDown != (study.Drops{Full: sent - 2}) || full.DropsDown != sent-2 {
		t.Errorf("of a full queue: %+v", full)
	}
	before := link.Counters()
	send(study.Network{Outage: true})
	if cut := link.Counters().Minus(before); cut.CausesDown.Cut != sent {
		t.Errorf("of an outage: %+v", cut)
	}
}
