package netem

import (
	"context"
	"net"
	"time"

	"vmstudy/study"
)

// SteadyGoodput is Goodput for a program that sends at a steady pace: in a direction of the
// given rate, at just what that can carry beside headers and what else is under way, as the
// other direction's acknowledgements.
//
// It is for both directions at once. There, TCP that sends as much as it can does not fill the
// link: acknowledgements that wait behind the other direction's data arrive in bunches, and
// what they allow to be sent is sent in bunches (Zhang, Shenker and Clark, Observations on the
// dynamics of a congestion control algorithm, SIGCOMM 1991).
func SteadyGoodput(ctx context.Context, link Link, d study.Direction, rate study.Bitrate, warm, span time.Duration) (Carried, error) {
	s := steady{link: link, direction: d, rate: rate, quarter: warm / 4}
	return carry(ctx, link, d, func(conn net.Conn) error { return s.send(ctx, conn) }, warm, span)
}

// steady sends at a pace that rises in three steps, of a quarter of the time to warm up each: to
// a quarter of the rate, there until it can be seen what else travels, and to all that is left.
type steady struct {
	link      Link
	direction study.Direction
	rate      study.Bitrate
	quarter   time.Duration

	looked bool
	seen   Carried       // when the second step began
	full   study.Bitrate // known when it ends
}

// What a steady sender writes at once. Blocks fit into a packet wherever TCP puts all its
// options into the headers (gVisor keeps 40 bytes for them): a rest would travel by itself. Longer
// pauses than steadyEvery would need longer queues; in shorter ones HyStart (RFC 9406)
// takes a low rate for a full link, since acknowledgements never pause.
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

// pace returns how much payload to send when t has passed.
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
