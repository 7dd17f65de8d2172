package netem

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"vmstudy/study"
)

// ProbePort is the far port that Probe listens on; nothing else may use it. IANA keeps it
// reserved, and it needs no privilege.
const ProbePort = 49151

// probeSize is the payload of a probe message in bytes. With IP and TCP headers and time
// stamps it makes a packet of 60 bytes, about that of a key press over VNC.
const probeSize = 8

// Probe measures count round trips over link, one after the other on one connection: a
// small message to the far end and its echo. The time to connect is not in them, the time
// to send the two packets at the link's rate is (see the package comment). It leaves
// nothing open behind. Only one Probe may run on a link at a time.
func Probe(ctx context.Context, link Link, count int) (study.RoundTrips, error) {
	if count < 1 {
		return study.RoundTrips{}, fmt.Errorf("probe with %d round trips: %w", count, study.ErrInvalid)
	}
	listener, err := link.ListenFar(ProbePort)
	if err != nil {
		return study.RoundTrips{}, fmt.Errorf("probe: %w", err)
	}
	echoed := make(chan error, 1)
	go func() { echoed <- echoOnce(listener) }()

	trips, err := pingFrom(ctx, link, count)
	listener.Close()
	// An echo that failed explains a ping that failed; one that was merely cut off does not.
	if echoErr := <-echoed; err != nil {
		return study.RoundTrips{}, fmt.Errorf("probe: %w", errors.Join(err, echoErr))
	}
	return summarise(trips), nil
}

// echoOnce sends back what comes in over one connection until its other end closes it.
func echoOnce(listener net.Listener) error {
	conn, err := listener.Accept()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = io.Copy(conn, conn)
	return err
}

// pingFrom connects to the probe port and measures count round trips.
func pingFrom(ctx context.Context, link Link, count int) ([]time.Duration, error) {
	conn, err := link.DialNear(ctx, ProbePort)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()

	trips := make([]time.Duration, count)
	for i := range trips {
		if trips[i], err = ping(conn, uint64(i)); err != nil {
			if ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return nil, fmt.Errorf("round trip %d of %d: %w", i+1, count, err)
		}
	}
	return trips, nil
}

// ping sends number and returns how long it took to come back.
func ping(conn net.Conn, number uint64) (time.Duration, error) {
	var message [probeSize]byte
	binary.BigEndian.PutUint64(message[:], number)
	sent := time.Now()
	if _, err := conn.Write(message[:]); err != nil {
		return 0, err
	}
	if _, err := io.ReadFull(conn, message[:]); err != nil {
		return 0, err
	}
	took := time.Since(sent)
	if got := binary.BigEndian.Uint64(message[:]); got != number {
		return 0, fmt.Errorf("sent %d, got %d back", number, got)
	}
	return took, nil
}

// summarise uses the nearest rank: every figure is a round trip that was measured. The
// median of an even count is the lower of the middle two.
func summarise(trips []time.Duration) study.RoundTrips {
	slices.Sort(trips)
	rank := func(percent int) time.Duration { return trips[(len(trips)*percent+99)/100-1] }
	return study.RoundTrips{Count: len(trips), Min: trips[0], Median: rank(50), P95: rank(95)}
}
