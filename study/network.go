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

// PacketSize is the size in bytes of a full IP packet on an emulated link. Rates and queues count
// IP packets: IP headers count, Ethernet framing does not (but see Network.Overhead).
const PacketSize = 1500

// Network is the network condition that a participant works under.
// The zero Network is the lab network itself: it adds nothing and limits nothing.
//
// Copies of a Network share the slice of phases in Schedule, so nobody may change these phases.
type Network struct {
	Down Bitrate // towards the participant; 0 means unlimited
	Up   Bitrate // from the participant; 0 means unlimited

	TraceDown string // name of a network trace that is replayed in place of Down; empty for none
	TraceUp   string // name of a network trace that is replayed in place of Up; empty for none
	Overhead  int    // bytes of framing that each packet costs on the wire in addition to the IP packet

	RTT      time.Duration // added to a round trip, half of it in each direction
	Jitter   time.Duration // how much the delay of a direction varies around RTT/2; see JitterShape
	Shape    JitterShape   // how the jitter is distributed
	Overtake bool          // jitter may put packets out of order; else a packet waits for the one before it

	Loss      float64 // probability that a packet is dropped, each direction, in [0, 1)
	Burst     float64 // mean number of packets lost in a row; 0 means that losses are independent
	Duplicate float64 // probability that a packet arrives twice, each direction
	Reorder   float64 // probability that a packet is not delayed and so overtakes those that are, each direction

	Queue      int       // size of the queue in packets; 0 means that QueueLimit decides
	QueueBytes int       // size of the queue in bytes, in place of Queue; 0 means that packets are counted
	Discipline QueueRule // which packets the queue drops, and when

	Congestion CongestionControl // how the senders at both ends find their rate

	Outage   bool     // nothing passes; in a study only a phase may have an outage
	Schedule Schedule // when other values apply; the zero Schedule never changes anything
}

// JitterShape is the distribution of a jitter around half the round-trip time.
type JitterShape string

// The shapes. The zero value is Uniform.
const (
	// Uniform jitter is spread evenly from RTT/2-Jitter to RTT/2+Jitter.
	Uniform JitterShape = ""
	// Normal jitter has Jitter as its standard deviation. It is cut off at four standard deviations
	// and at RTT/2, on both sides, so that no delay is negative and the mean delay stays RTT/2.
	Normal JitterShape = "normal"
)

// QueueRule is the discipline of the queue in front of the bottleneck.
type QueueRule string

// The disciplines. The zero value is DropTail.
const (
	// DropTail drops a packet that finds the queue full.
	DropTail QueueRule = ""
	// CoDel also drops from the head while packets wait for more than 5 ms (RFC 8289).
	CoDel QueueRule = "codel"
)

// CongestionControl is how TCP finds the rate at which it sends.
type CongestionControl string

// The congestion controls. The zero value is Cubic, which most of the world's senders use.
const (
	Cubic CongestionControl = ""     // RFC 9438: fills the queue until a packet is lost, then slows down
	BBR   CongestionControl = "bbr"  // measures bandwidth and round-trip time, and reacts little to losses
	Reno  CongestionControl = "reno" // RFC 5681: as Cubic, but its window grows by one packet each round trip
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

// QueueLimit returns the size of the queue in packets in front of a bottleneck of the given rate:
// n.Queue if it is set; else one bandwidth-delay product, but at least 32 packets, because a
// sender's first bursts need room even on a short path.
func (n Network) QueueLimit(rate Bitrate) int {
	if n.Queue > 0 {
		return n.Queue
	}
	bdp := float64(rate) * n.RTT.Seconds() / 8 / PacketSize
	return max(32, int(bdp+0.5))
}

// RoundTrips summarises the round-trip times that a probe of a link measured.
// The zero value means that nothing was measured.
type RoundTrips struct {
	Count  int
	Min    time.Duration
	Median time.Duration
	P95    time.Duration
}

// LinkWay says by what means a link is made.
type LinkWay string

// The ways. The zero value means unknown, or that there was no link.
const (
	TunWay       LinkWay = "tun"       // this program, between two Linux TCP stacks in network namespaces
	UserspaceWay LinkWay = "userspace" // this program, between two TCP/IP stacks inside it
	KernelWay    LinkWay = "kernel"    // Linux's sch_netem, between two network namespaces
)

// LinkReport is the traffic of a link in one trial.
type LinkReport struct {
	BytesDown, BytesUp     int64 // IP bytes delivered towards and from the participant
	PacketsDown, PacketsUp int64
	DropsDown, DropsUp     int64
	CausesDown, CausesUp   Drops // DropsDown and DropsUp by cause
	Way                    LinkWay
}
