package netem

import (
	"context"
	"net"
	"time"

	"vmstudy/study"
)

// SteadyGoodput is Goodput for a program that sends at a steady pace: at the given rate of the
// direction, less headers and other traffic, such as acknowledgements of data that flows the other way.
//
// Use it to measure both directions at once. There, a TCP that sends as much as it can does not fill
// the link: acknowledgements wait behind the data of the other direction and arrive in bunches, so
// the sender sends in bunches, too (Zhang, Shenker and Clark, Observations on the dynamics of a
// congestion control algorithm, SIGCOMM 1991).
func SteadyGoodput(ctx context.Context, link Link, d study.Direction, rate study.Bitrate, warm, span time.Duration) (Carried, error) {
	s := steady{link: link, direction: d, rate: rate, quarter: warm / 4}
	return carry(ctx, link, d, func(conn net.Conn) error { return s.send(ctx, conn) }, warm, span)
}

// steady sends at a pace that rises in three steps, each for a quarter of the time to warm up. First it
// rises to a quarter of the rate. Then it stays there and measures the other traffic. Then it rises to
// the rest of the rate.
type steady struct {
	link      Link
	direction study.Direction
	rate      study.Bitrate
	quarter   time.Duration

	looked bool
	seen   Carried       // the link's counters at the beginning of the second step
	full   study.Bitrate // the final pace; 0 until the end of the second step
}

// A steady sender writes whole blocks every steadyEvery. A block fits into one packet even with all TCP
// options in the header (gVisor reserves 40 bytes for them), so no small packets arise. Longer
// pauses would need longer queues. With shorter ones acknowledgements never pause, and HyStart (RFC
// 9406) takes even a low rate for a full link.
const (
	steadyBlock = study.PacketSize - 80
	steadyEvery = 4 * time.Millisecond
)

// send writes until the connection or ctx ends.
func (s *steady) send(ctx context.Context, conn net.Conn) error {
	block := make([]byte, 64*steadyBlock)
	tick := time.NewTicker(steadyEvery)
	defer tick.Stop()
	began, owed := time.Now(), 0.0 // blocks
	for last := began; ; {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
		now := time.Now()
		owed += float64(s.pace(now.Sub(began))) / 8 * now.Sub(last).Seconds() / steadyBlock
		last = now
		for owed >= 1 {
			n := min(int(owed), len(block)/steadyBlock)
			if _, err := conn.Write(block[:n*steadyBlock]); err != nil {
				return err
			}
			owed -= float64(n)
		}
	}
}

// pace returns the rate of payload to send when t has passed.
func (s *steady) pace(t time.Duration) study.Bitrate {
	low := s.rate / 4
	risen := func(since time.Duration) float64 { return min(1, (t-since).Seconds()/s.quarter.Seconds()) }
	switch {
	case t < s.quarter:
		return study.Bitrate(float64(low) * risen(0))
	case t < 2*s.quarter:
		if !s.looked {
			s.looked = true
			s.seen.Packets, s.seen.Bytes = delivered(s.link, s.direction)
		}
		return low
	case s.full == 0:
		packets, bytes := delivered(s.link, s.direction)
		s.full = Carried{Packets: packets - s.seen.Packets, Bytes: bytes - s.seen.Bytes}.Expected(s.rate)
	}
	return low + study.Bitrate(float64(s.full-low)*risen(2*s.quarter))
}
