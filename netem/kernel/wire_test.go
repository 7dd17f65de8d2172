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

// What needs no sch_netem is tested on any kernel: a link without qdiscs. With them, the
// whole suite runs in a guest whose kernel is Debian's; see guest_test.go.

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

// unshaped is the kernel way without qdiscs.
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
