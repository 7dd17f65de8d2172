package study

import (
	"reflect"
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
//
// It is a value: whoever is given one must not change the phases of its Schedule.
type Network struct {
	Down Bitrate // towards the participant; 0 means unlimited
	Up   Bitrate // from the participant; 0 means unlimited

	TraceDown string // a trace that is replayed in place of Down, by name; empty for none
	TraceUp   string // in place of Up
	Overhead  int    // bytes of framing that each packet costs on the wire, beside the IP packet

	RTT      time.Duration // added to a round trip, half of it in each direction
	Jitter   time.Duration // how much the delay of a direction varies around RTT/2; see JitterShape
	Shape    JitterShape   // how it is distributed
	Overtake bool          // jitter may put packets out of order; else a packet waits for the one before it

	Loss      float64 // probability that a packet is dropped, each direction, in [0, 1)
	Burst     float64 // mean number of packets lost in a row; 0 means that each is lost by itself
	Duplicate float64 // probability that a packet arrives twice, each direction
	Reorder   float64 // probability that a packet is not delayed and so overtakes those that are, each direction

	Queue      int       // packets that wait for the rate before one is dropped; 0 means QueueLimit decides
	QueueBytes int       // the same in bytes, in place of Queue; 0 means that packets are counted
	Discipline QueueRule // what the queue drops, and when

	Congestion CongestionControl // how the senders at both ends find their rate

	Outage   bool     // nothing passes; a study has it only in a phase
	Schedule Schedule // when another condition holds; the zero Schedule never changes anything
}

// JitterShape is the distribution of a jitter around half the round-trip time.
type JitterShape string

// The shapes. The zero value is Uniform.
const (
	// Uniform jitter is spread evenly from RTT/2-Jitter to RTT/2+Jitter.
	Uniform JitterShape = ""
	// Normal jitter has Jitter for its standard deviation. It is cut off at four of them, and
	// at RTT/2 on both sides, so that no delay is negative and their mean stays RTT/2.
	Normal JitterShape = "normal"
)

// QueueRule is the discipline of the queue in front of the rate.
type QueueRule string

// The disciplines. The zero value is DropTail.
const (
	// DropTail drops what finds the queue full.
	DropTail QueueRule = ""
	// CoDel also drops from the head while packets wait for more than 5 ms (RFC 8289).
	CoDel QueueRule = "codel"
)

// CongestionControl is how TCP finds the rate at which it sends.
type CongestionControl string

// The congestion controls. The zero value is Cubic, which most of the world's senders use.
const (
	Cubic CongestionControl = ""     // RFC 9438: fills the queue, takes a loss for a sign of it
	BBR   CongestionControl = "bbr"  // measures bandwidth and round trip, and hardly heeds losses
	Reno  CongestionControl = "reno" // RFC 5681: as Cubic, but grows by one packet a round trip
)

// Name returns what c is called in Linux.
func (c CongestionControl) Name() string {
	if c == Cubic {
		return "cubic"
	}
	return string(c)
}

// Direction is one of the two directions of a network.
type Direction int

// The directions, as the participant sees them.
const (
	Downward Direction = iota // towards the participant
	Upward                    // from the participant
)

func (d Direction) String() string {
	if d == Upward {
		return "up"
	}
	return "down"
}

// Rate returns the bandwidth of one direction; 0 means unlimited, or that a trace decides.
func (n Network) Rate(d Direction) Bitrate {
	if d == Upward {
		return n.Up
	}
	return n.Down
}

// Trace returns the name of the trace that one direction replays; empty for none.
func (n Network) Trace(d Direction) string {
	if d == Upward {
		return n.TraceUp
	}
	return n.TraceDown
}

// Equal reports whether n and m are the same condition.
func (n Network) Equal(m Network) bool {
	plain, other := n, m
	plain.Schedule, other.Schedule = Schedule{}, Schedule{}
	return reflect.DeepEqual(plain, other) && n.Schedule.Equal(m.Schedule)
}

// IsZero reports whether n adds nothing.
func (n Network) IsZero() bool { return n.Equal(Network{}) }

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

// RoundTrips summarises a probe of a link: what was measured beside what was set.
// The zero value means that nothing was measured.
type RoundTrips struct {
	Count  int
	Min    time.Duration
	Median time.Duration
	P95    time.Duration
}

// LinkWay is how a network was emulated.
type LinkWay string

// The ways. The zero value means that it is not known, or that there was no link.
const (
	TunWay       LinkWay = "tun"       // by the program itself, between two of Linux's TCP stacks in network namespaces
	UserspaceWay LinkWay = "userspace" // by the program itself, between two TCP/IP stacks in it
	KernelWay    LinkWay = "kernel"    // by Linux's sch_netem, between two network namespaces
)

// LinkReport is what went through a link in one trial.
type LinkReport struct {
	BytesDown, BytesUp     int64 // IP bytes delivered towards and from the participant
	PacketsDown, PacketsUp int64
	DropsDown, DropsUp     int64
	CausesDown, CausesUp   Drops // of these
	Way                    LinkWay
}
