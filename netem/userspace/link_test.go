package userspace_test

import (
	"errors"
	"os"
	"runtime"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/netemtest"
	"vmstudy/netem/pump"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

// TestMain runs every test with as many watches as the program has.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), pump.Watches+1))
	os.Exit(m.Run())
}

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
			t.Fatal(err)
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
	openAndClose() // for the first link the Go runtime opens files of its own
	before := files()
	for range 10 {
		openAndClose()
	}
	if after := files(); after != before {
		t.Errorf("%d files open before ten links, %d after", before, after)
	}
}

func TestLinkCarriesPackets(t *testing.T) {
	netemtest.TestPackets(t, func(t *testing.T, n study.Network) (netemtest.PacketLink, error) { return userspace.New(n, 1) })
}

func TestALinkHasTheCongestionControlsOfGVisor(t *testing.T) {
	link, err := userspace.New(study.Network{Congestion: study.Reno}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if _, err := netem.Probe(t.Context(), link, 2); err != nil {
		t.Error(err)
	}
	if err := link.Set(study.Network{Congestion: study.BBR}); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
		t.Errorf("BBR: %v, want a sentence", err)
	}
}
