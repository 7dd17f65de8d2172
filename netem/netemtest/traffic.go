package netemtest

import (
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
	"vmstudy/study"
)

// bothWays transfers size bytes in each direction of one connection at the same time.
func bothWays(near, far net.Conn, size int) error {
	var both errgroup.Group
	both.Go(func() error { return transfer(near, far, size, 1) })
	both.Go(func() error { return transfer(far, near, size, 2) })
	return both.Wait()
}

func testTransfer(t *testing.T, open opener) {
	near, far := connect(t, open(t, short))
	if err := bothWays(near, far, 1<<20); err != nil {
		t.Error(err)
	}
}

func testLossyTransfer(t *testing.T, open opener) {
	lossy := short
	lossy.Loss = 0.05 // of the 360 packets or more, at least one is lost in all but one of 10^8 runs
	link := open(t, lossy)
	near, far := connect(t, link)
	if err := bothWays(near, far, 256<<10); err != nil {
		t.Error(err)
	}
	if c := link.Counters(); c.DropsDown+c.DropsUp == 0 {
		t.Errorf("half a megabyte passed 5 %% loss without one drop: %+v", c)
	}
}

func testFiftyConnections(t *testing.T, open opener) {
	link := open(t, short)
	listener := listen(t, link)
	var all errgroup.Group
	for range 50 {
		near, far := connectTo(t, link, listener)
		all.Go(func() error {
			defer near.Close()
			defer far.Close()
			return bothWays(near, far, 32<<10)
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
}

func testHalfClose(t *testing.T, open opener) {
	near, far := connect(t, open(t, short))
	if err := transfer(near, far, 1000, 1); err != nil { // ends with a half-close
		t.Fatal(err)
	}
	if err := transfer(far, near, 100_000, 2); err != nil {
		t.Errorf("the other direction after a half-close: %v", err)
	}
}

func testSetUnderTraffic(t *testing.T, open opener) {
	link := open(t, short)
	near, far := connect(t, link)
	transferred := make(chan error, 1)
	go func() { transferred <- bothWays(near, far, 4<<20) }()

	conditions := []study.Network{
		{Down: 5 * study.Mbps, Up: 5 * study.Mbps, RTT: 40 * time.Millisecond},
		{Down: 100 * study.Mbps, Up: 100 * study.Mbps, RTT: 2 * time.Millisecond},
		{},
		short,
	}
	for i := 0; ; i++ {
		if err := link.Set(conditions[min(i, len(conditions)-1)]); err != nil {
			t.Fatalf("set %v: %v", conditions[i], err)
		}
		// The traffic itself is the clock: change again after each quarter megabyte.
		if !carried(t, link, int64(i+1)<<18, transferred) {
			return
		}
	}
}

// carried waits until link has carried more than that many bytes down, and returns true. If the transfer ends first, it
// checks the transfer's result and returns false.
func carried(t *testing.T, link netem.Link, bytes int64, transferred <-chan error) bool {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	stuck := patient(t).Done()
	for link.Counters().BytesDown <= bytes {
		select {
		case err := <-transferred:
			if err != nil {
				t.Errorf("connection under a changing condition: %v", err)
			}
			return false
		case <-tick.C:
		case <-stuck:
			t.Fatalf("carried %+v, still waiting for %d bytes down", link.Counters(), bytes)
		}
	}
	return true
}

func testCloseUnderTraffic(t *testing.T, open opener) {
	link := open(t, short)
	near, far := connect(t, link)
	idleNear, _ := connectOther(t, link)
	ended := make(chan error, 3)
	go func() { ended <- writeUntilError(far) }()
	go func() { ended <- readUntilError(near) }()
	go func() { ended <- readUntilError(idleNear) }()
	carried(t, link, 100_000, nil)

	closed := make(chan error, 1)
	go func() { closed <- link.Close() }()
	for range 3 {
		if err := await(t, "reader or writer of a closed link", ended); errors.Is(err, io.EOF) {
			t.Error("a connection cut off by Close looks as if its other end had ended it")
		}
	}
	if err := await(t, "Close", closed); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := link.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

// connectOther connects on a second port.
func connectOther(t *testing.T, link netem.Link) (near, far net.Conn) {
	t.Helper()
	listener, err := link.ListenFar(port + 1)
	if err != nil {
		t.Fatalf("listen: %v", err)
	}
	accepted := make(chan net.Conn, 1)
	go func() {
		if conn, err := listener.Accept(); err == nil {
			accepted <- conn
		}
	}()
	near, err = link.DialNear(patient(t), port+1)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	return near, await(t, "Accept", accepted)
}

func writeUntilError(to net.Conn) error {
	block := make([]byte, 64<<10)
	for {
		if _, err := to.Write(block); err != nil {
			return err
		}
	}
}

func readUntilError(from net.Conn) error {
	block := make([]byte, 64<<10)
	for {
		if _, err := from.Read(block); err != nil {
			return err
		}
	}
}

// testNoGoroutine closes links with connections in every state, and checks that no goroutine is left.
func testNoGoroutine(t *testing.T, open opener) {
	before := runtime.NumGoroutine()
	for range 3 {
		link := open(t, short)
		listener, err := link.ListenFar(port)
		if err != nil {
			t.Fatal(err)
		}
		connectTo(t, link, listener) // left open
		near, far := connectTo(t, link, listener)
		near.Close() // the other end is still open
		near, _ = connectTo(t, link, listener)
		near.Write(make([]byte, 1000)) // never read
		near, far2 := connectTo(t, link, listener)
		near.Close()
		far2.Close() // and its last packets are still on their way
		_ = far
		if err := link.Set(study.Network{RTT: 10 * time.Second}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		link.DialNear(ctx, port) // is given up half-way
		cancel()
		link.Close()
	}
	// Goroutines of the test's own contexts and of the runtime may take a moment.
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for stuck := patient(t).Done(); runtime.NumGoroutine() > before; {
		select {
		case <-tick.C:
		case <-stuck:
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), strings.TrimSpace(string(stacks)))
		}
	}
}
