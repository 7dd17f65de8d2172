package study

import (
	"fmt"
	"time"
)

// Bitrate is a data rate in bits per second.
type Bitrate int64

// Common units, so that code reads like the protocol: 25 * study.Mbps.
const (
	Kbps Bitrate = 1_000
	Mbps         = 1_000 * Kbps
	Gbps         = 1_000 * Mbps
)

// Mbps returns b in millions of bits per second.
func (b Bitrate) Mbps() float64 { return float64(b) / float64(Mbps) }

// PacketSize is the size in bytes of a full IP packet on an emulated link. Rates and queues
// are accounted in IP packets: their headers count, Ethernet framing does not.
const PacketSize = 1500

// Network is the network condition that a participant works under.
// The zero Network is the lab network itself: nothing added, nothing held back.
type Network struct {
	Down   Bitrate       // towards the participant; 0 means unlimited
	Up     Bitrate       // from the participant; 0 means unlimited
	RTT    time.Duration // added to a round trip, half of it in each direction
	Jitter time.Duration // half-width of the uniform variation around RTT/2, each direction; order is kept
	Loss   float64       // probability that a packet is dropped, each direction, in [0, 1)
	Queue  int           // packets that wait for the rate before one is dropped; 0 means QueueLimit decides
}

// Bounds of what can be emulated truthfully.
const (
	minRate = 8 * PacketSize // one full packet a second
	maxRate = 10 * Gbps
	maxRTT  = 10 * time.Second
	maxLoss = 0.9
	maxQue  = 1_000_000
)

// Validate reports the first reason why n cannot be emulated. The message names the field
// and the allowed range; its kind is ErrInvalid.
func (n Network) Validate() error {
	switch {
	case n.Down != 0 && (n.Down < minRate || n.Down > maxRate):
		return invalid("bandwidth down must be 0 (unlimited) or from 0.012 to 10000 Mbps, not %g", n.Down.Mbps())
	case n.Up != 0 && (n.Up < minRate || n.Up > maxRate):
		return invalid("bandwidth up must be 0 (unlimited) or from 0.012 to 10000 Mbps, not %g", n.Up.Mbps())
	case n.RTT < 0 || n.RTT > maxRTT:
		return invalid("round-trip time must be from 0 to 10000 ms, not %v", n.RTT)
	case n.Jitter < 0 || n.Jitter > n.RTT/2:
		return invalid("jitter must be from 0 to half the round-trip time (%v), not %v", n.RTT/2, n.Jitter)
	case !(n.Loss >= 0 && n.Loss <= maxLoss): // written so that NaN is refused too
		return invalid("loss must be from 0 to 90 %%, not %g %%", n.Loss*100)
	case n.Queue < 0 || n.Queue > maxQue:
		return invalid("queue must be from 0 to %d packets, not %d", maxQue, n.Queue)
	}
	return nil
}

// QueueLimit returns how many packets may wait for rate before the next is dropped:
// n.Queue where it is set, else one bandwidth-delay product, and never fewer than 32
// packets (a sender's first bursts need room even on a short path).
func (n Network) QueueLimit(rate Bitrate) int {
	if n.Queue > 0 {
		return n.Queue
	}
	bdp := float64(rate) * n.RTT.Seconds() / 8 / PacketSize
	return max(32, int(bdp+0.5))
}

// String describes n in a few words, as in "7.2/7.2 Mbps, 120 ms, jitter 5 ms, loss 1 %".
func (n Network) String() string {
	if n == (Network{}) {
		return "nothing added"
	}
	s := rateWord(n.Down) + "/" + rateWord(n.Up) + " Mbps, " + msWord(n.RTT)
	if n.Jitter > 0 {
		s += ", jitter " + msWord(n.Jitter)
	}
	if n.Loss > 0 {
		s += fmt.Sprintf(", loss %g %%", n.Loss*100)
	}
	if n.Queue > 0 {
		s += fmt.Sprintf(", queue %d packets", n.Queue)
	}
	return s
}

func rateWord(b Bitrate) string {
	if b == 0 {
		return "∞"
	}
	return fmt.Sprintf("%g", b.Mbps())
}

func msWord(d time.Duration) string {
	return fmt.Sprintf("%g ms", float64(d)/float64(time.Millisecond))
}

// RoundTrips summarises a probe of a link: what was measured beside what was set.
// The zero value means that nothing was measured.
type RoundTrips struct {
	Count  int
	Min    time.Duration
	Median time.Duration
	P95    time.Duration
}

// LinkReport is what went through a link in one trial.
type LinkReport struct {
	BytesDown, BytesUp     int64 // IP bytes delivered towards and from the participant
	PacketsDown, PacketsUp int64
	DropsDown, DropsUp     int64 // by queue or by loss
}
