package netem

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"

	"vmstudy/bench/stat"
	"vmstudy/study"
)

// pingSize is the payload of a ping in bytes, about that of a key press over VNC. pingPacket adds
// the headers of IP (20) and of TCP with time stamps (32).
const (
	pingSize   = 8
	pingPacket = pingSize + 20 + 32
)

// Probe measures count round trips over link and summarises them.
func Probe(ctx context.Context, link Link, count int) (study.RoundTrips, error) {
	trips, err := Pings(ctx, link, count)
	if err != nil {
		return study.RoundTrips{}, err
	}
	return summarise(trips), nil
}

// summarise uses the nearest rank, so every figure is a measured round trip. The median of an even
// count is the lower of the middle two.
func summarise(trips []time.Duration) study.RoundTrips {
	ns := stat.In(time.Nanosecond, trips)
	at := func(p float64) time.Duration { return time.Duration(stat.Quantile(ns, p)) }
	return study.RoundTrips{Count: len(trips), Min: at(0), Median: at(0.5), P95: at(0.95)}
}

// Pings measures count round trips over link, one after the other on one connection: a small
// message to the far end and its echo. They do not include the time to connect. ExpectedPing
// returns what they should be.
func Pings(ctx context.Context, link Link, count int) ([]time.Duration, error) {
	if count < 1 {
		return nil, fmt.Errorf("%d round trips: %w", count, study.ErrInvalid)
	}
	trips := make([]time.Duration, 0, count)
	err := converse(ctx, link, ProbePort, Near, func(near net.Conn) error {
		for len(trips) < count {
			took, err := ping(near, uint64(len(trips)))
			if err != nil {
				return err
			}
			trips = append(trips, took)
		}
		return nil
	}, echo)
	if err != nil {
		return nil, fmt.Errorf("round trip %d of %d: %w", len(trips)+1, count, err)
	}
	return trips, nil
}

// ExpectedPing returns the mean result that Pings should have over n, on a link without other
// traffic: the round-trip time plus the time to send the two packets. A TCP that acknowledges at
// once, as in package userspace, sends an acknowledgement of 52 bytes before the echo. That adds up to
// its sending time in each direction: 0.2 ms at 2 Mbps, 0.03 ms at 14.4 Mbps.
func ExpectedPing(n study.Network) time.Duration {
	return n.RTT + sendTime(pingPacket+n.Overhead, n.Up) + sendTime(pingPacket+n.Overhead, n.Down)
}

// echo sends back what it receives.
func echo(conn net.Conn) error {
	_, err := io.Copy(conn, conn)
	return err
}

// ping sends number and returns how long it took to come back.
func ping(conn net.Conn, number uint64) (time.Duration, error) {
	var message [pingSize]byte
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
