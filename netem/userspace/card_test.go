package userspace

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"vmstudy/netem/pump"
	"vmstudy/study"
)

// pair returns the two ends of a connection over l.
func pair(t *testing.T, l *Link) (near, far net.Conn) {
	t.Helper()
	listener, err := l.ListenFar(5900)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		if c, err := listener.Accept(); err == nil {
			accepted <- c
		}
	}()
	if near, err = l.DialNear(t.Context(), 5900); err != nil {
		t.Fatal(err)
	}
	far = <-accepted
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// A connection that was opened on a clear link hands over many packets as one. They must be cut as soon as
// the link gets a rate.
func TestLargePacketsAreCutWhenTheLinkIsNoLongerClear(t *testing.T) {
	const size = 4 << 20
	l, err := New(study.Network{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	near, far := pair(t, l)
	data := make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(data)

	first, rest := data[:size/2], data[size/2:]
	go func() {
		_, _ = far.Write(first)
		_ = l.Set(study.Network{Down: 100 * study.Mbps, RTT: 4 * time.Millisecond, Queue: 1000})
		_, _ = far.Write(rest)
		far.Close()
	}()
	got := sha256.New()
	n, err := io.Copy(got, near)
	if want := sha256.Sum256(data); err != nil || n != size || !bytes.Equal(got.Sum(nil), want[:]) {
		t.Fatalf("got %d bytes of %d, %v, intact: %v", n, size, err, bytes.Equal(got.Sum(nil), want[:]))
	}
	c := l.Counters()
	full := int64(size / study.PacketSize)
	if c.PacketsDown < full || c.BytesDown > size*105/100 || c.BytesDown < size {
		t.Errorf("%d bytes were counted as %d packets of %d bytes", size, c.PacketsDown, c.BytesDown)
	}
	if largest := c.BytesDown / c.PacketsDown; largest > study.PacketSize {
		t.Errorf("packets of %d bytes on average", largest)
	}
}

func TestTheLongestRoundTripIsKnownFromTheCondition(t *testing.T) {
	slow := study.Network{Down: 2 * study.Mbps, Up: 2 * study.Mbps, RTT: 200 * time.Millisecond, Queue: 50}
	phased := slow
	phased.Schedule.Phases = []study.Phase{{From: time.Second, For: time.Second, Down: study.Mbps, RTT: 300 * time.Millisecond}}
	for name, c := range map[string]struct {
		n    study.Network
		want time.Duration
	}{
		"nothing set takes no time":             {study.Network{}, 0},
		"jitter counts in both directions":      {study.Network{RTT: 40 * time.Millisecond, Jitter: 5 * time.Millisecond}, 50 * time.Millisecond},
		"a full queue of 0.3 s each way":        {slow, 800 * time.Millisecond},
		"the slowest phase down, the base's up": {phased, 1200 * time.Millisecond},
		"never longer than TCP may wait":        {study.Network{Down: 12 * study.Kbps, Queue: 1000}, patienceLimit},
	} {
		t.Run(name, func(t *testing.T) {
			if got := longestTrip(pump.TracedNetwork{Network: c.n}); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}
