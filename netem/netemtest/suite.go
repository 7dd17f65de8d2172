// Package netemtest is a test of what every kind of emulated network must do. Each of them runs it.
package netemtest

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// patience is how long anything may take before the suite calls it stuck. It says nothing about quality: a correct link must
// pass on a busy computer, too.
const patience = 30 * time.Second

// Test runs the whole suite. open returns a new link with network n. The suite closes it, but open may also register a
// Close, since closing twice is harmless. What depends on the computer as well is measured again until it is within tight
// bounds; see eventually.
func Test(t *testing.T, open func(t *testing.T, n study.Network) netem.Link) {
	for name, test := range map[string]func(*testing.T, opener){
		"Connect":                     testConnect,
		"DialRefusedWithoutListener":  testDialRefused,
		"DialHonoursContext":          testDialHonoursContext,
		"DialEndsWithTheLink":         testDialEndsWithLink,
		"PortsAreChecked":             testPorts,
		"Deadlines":                   testDeadlines,
		"ListenerCloseWakesAccept":    testListenerClose,
		"TransferBothWays":            testTransfer,
		"TransferOverALossyLink":      testLossyTransfer,
		"FiftyConnections":            testFiftyConnections,
		"HalfClose":                   testHalfClose,
		"SetUnderTraffic":             testSetUnderTraffic,
		"SetRefusesWhatIsNotValid":    testSetRefuses,
		"CloseUnderTraffic":           testCloseUnderTraffic,
		"CloseLeavesNoGoroutine":      testNoGoroutine,
		"ProbeSeesTheRoundTrip":       testProbe,
		"ProbeHonoursContext":         testProbeHonoursContext,
		"RateHoldsInEachDirection":    testRate,
		"GoodputSeesTheRate":          testGoodput,
		"CountersCountWhatWasCarried": testCounters,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, func(t *testing.T, n study.Network) netem.Link {
				t.Helper()
				link := open(t, n)
				t.Cleanup(func() { link.Close() })
				return link
			})
		})
	}
}

type opener func(t *testing.T, n study.Network) netem.Link

// short is a network on which everything can happen to packets, and transfers are quick.
var short = study.Network{Down: 50 * study.Mbps, Up: 20 * study.Mbps, RTT: 10 * time.Millisecond, Jitter: time.Millisecond}

const port = 5900

func testConnect(t *testing.T, open opener) {
	near, far := connect(t, open(t, short))
	for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
		if _, err := from.Write([]byte("click")); err != nil {
			t.Fatalf("write: %v", err)
		}
		got := make([]byte, 5)
		if _, err := io.ReadFull(to, got); err != nil || string(got) != "click" {
			t.Errorf("got %q, %v at the other end, want %q", got, err, "click")
		}
	}
	if near.RemoteAddr().String() != far.LocalAddr().String() {
		t.Errorf("near end talks to %v, far end is %v", near.RemoteAddr(), far.LocalAddr())
	}
}

func testDialRefused(t *testing.T, open opener) {
	link := open(t, short)
	if conn, err := link.DialNear(patient(t), port); err == nil {
		conn.Close()
		t.Error("connected to a port that nobody listens on")
	}
}

func testDialHonoursContext(t *testing.T, open opener) {
	link := open(t, study.Network{RTT: 10 * time.Second})
	listen(t, link)
	gaveUp := errors.New("the participant went home")
	ctx, cancel := context.WithCancelCause(t.Context())
	failed := make(chan error, 1)
	go func() {
		_, err := link.DialNear(ctx, port)
		failed <- err
	}()
	cancel(gaveUp)
	if err := await(t, "DialNear after its context ended", failed); !errors.Is(err, gaveUp) {
		t.Errorf("got %v, want the context's cause", err)
	}
}

func testDialEndsWithLink(t *testing.T, open opener) {
	link := open(t, study.Network{RTT: 10 * time.Second})
	listen(t, link)
	failed := make(chan error, 1)
	go func() {
		_, err := link.DialNear(t.Context(), port)
		failed <- err
	}()
	link.Close()
	if err := await(t, "DialNear after Close", failed); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
	if _, err := link.ListenFar(port); !errors.Is(err, net.ErrClosed) {
		t.Errorf("ListenFar on a closed link: got %v, want net.ErrClosed", err)
	}
}

func testPorts(t *testing.T, open opener) {
	link := open(t, short)
	for _, wrong := range []int{-1, 0, 65536} {
		if _, err := link.ListenFar(wrong); !errors.Is(err, study.ErrInvalid) {
			t.Errorf("ListenFar(%d): got %v, want ErrInvalid", wrong, err)
		}
		if _, err := link.DialNear(t.Context(), wrong); !errors.Is(err, study.ErrInvalid) {
			t.Errorf("DialNear(%d): got %v, want ErrInvalid", wrong, err)
		}
	}
	listen(t, link)
	if _, err := link.ListenFar(port); err == nil {
		t.Errorf("port %d was given out twice", port)
	}
}

func testDeadlines(t *testing.T, open opener) {
	near, _ := connect(t, open(t, short))
	near.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	_, err := near.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read past its deadline: got %v, want os.ErrDeadlineExceeded", err)
	}
	near.SetWriteDeadline(time.Now().Add(-time.Second))
	if _, err = near.Write([]byte("late")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write past its deadline: got %v, want os.ErrDeadlineExceeded", err)
	}
	near.SetDeadline(time.Time{})
	if _, err = near.Write([]byte("in time")); err != nil {
		t.Errorf("write after the deadline was lifted: %v", err)
	}
	failed := make(chan error, 1)
	go func() {
		_, err := near.Read(make([]byte, 1))
		failed <- err
	}()
	near.Close()
	if err := await(t, "Read after Close", failed); !errors.Is(err, net.ErrClosed) {
		t.Errorf("read of a closed connection: got %v, want net.ErrClosed", err)
	}
}

func testListenerClose(t *testing.T, open opener) {
	listener := listen(t, open(t, short))
	failed := make(chan error, 1)
	go func() {
		_, err := listener.Accept()
		failed <- err
	}()
	listener.Close()
	if err := await(t, "Accept after Close", failed); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want net.ErrClosed", err)
	}
}

func testSetRefuses(t *testing.T, open opener) {
	link := open(t, short)
	if err := link.Set(study.Network{RTT: -1}); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
	link.Close()
	if err := link.Set(short); !errors.Is(err, net.ErrClosed) {
		t.Errorf("on a closed link: got %v, want net.ErrClosed", err)
	}
}
