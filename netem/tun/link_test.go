package tun

import (
	"os"
	"runtime"
	"testing"

	"vmstudy/netem"
	"vmstudy/netem/namespace/namespacetest"
	"vmstudy/netem/netemtest"
	"vmstudy/netem/pump"
	"vmstudy/study"
	"vmstudy/studytest"
)

var inNames = namespacetest.Way{
	Open: func(name string) (netem.Link, error) { return New(name, nil, study.Network{}, 1) },
	Inside: func(link netem.Link, at netem.End, do func() error) error {
		return link.(*Link).place.(*named).end(at).Do(do)
	},
}

// TestMain runs every test with as many watches as the program has.
func TestMain(m *testing.M) {
	inNames.Main()
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), pump.Watches+1))
	os.Exit(m.Run())
}

func TestLinkConforms(t *testing.T) {
	studytest.Need(t, "root")
	netemtest.Test(t, func(t *testing.T, n study.Network) netem.Link {
		t.Helper()
		link, err := New(t.Name(), nil, n, 1)
		if err != nil {
			t.Fatalf("open link: %v", err)
		}
		return link
	})
}

func TestLinkCarriesPackets(t *testing.T) {
	studytest.Need(t, "root")
	netemtest.TestPackets(t, func(t *testing.T, n study.Network) (netemtest.PacketLink, error) {
		return New(t.Name(), nil, n, 1)
	})
}

func TestEndsAreNamespaces(t *testing.T) {
	studytest.Need(t, "root")
	inNames.Test(t)
}
