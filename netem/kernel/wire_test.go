package kernel

import (
	"errors"
	"net"
	"os"
	"testing"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
	"vmstudy/netem/namespace/namespacetest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// The tests in this file use links without qdiscs, so they need no sch_netem and run on any kernel. The
// whole suite, with qdiscs, runs in a guest with Debian's kernel; see guest_test.go.

// dialled returns the two ends of a new connection on a port.
func dialled(t *testing.T, l *Link, port int) (near, far net.Conn) {
	t.Helper()
	listener, err := l.ListenFar(port)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var both errgroup.Group
	both.Go(func() (err error) {
		far, err = listener.Accept()
		return err
	})
	near, err = l.DialNear(t.Context(), port)
	if err := errors.Join(err, both.Wait()); err != nil {
		t.Fatal(err)
	}
	return near, far
}

// unshaped makes links of the kernel way without qdiscs.
var unshaped = namespacetest.Way{
	Open: func(name string) (netem.Link, error) { return prepare(name, 1, study.Cubic) },
	Inside: func(link netem.Link, at netem.End, do func() error) error {
		if l := link.(*Link); at == netem.Near {
			return l.near.Do(do)
		}
		return link.(*Link).far.Do(do)
	},
}

func TestMain(m *testing.M) {
	nl.EnableErrorMessageReporting = true
	unshaped.Main()
	os.Exit(m.Run())
}

func TestEndsAreNamespaces(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	unshaped.Test(t)
}
