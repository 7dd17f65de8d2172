package kernel

import (
	"encoding/binary"
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// A discipline is one qdisc: what the kernel calls it, and what it is told.
type discipline interface {
	kind() string
	options() []byte // TCA_OPTIONS
}

// Attributes of sch_netem, by their names in linux/pkt_sched.h.
const (
	netemCorr      = 1
	netemDelayDist = 2
	netemReorder   = 3
	netemLoss      = 5
	netemRate      = 6
	netemRate64    = 8
	netemLatency64 = 10
	netemJitter64  = 11
	netemPRNGSeed  = 14 // since Linux 6.6; older ones pass over it

	netemLossGE = 2 // inside netemLoss
)

// netemDiscipline is what a sch_netem is told to do. The zero value passes everything on at
// once, but for a limit of no packets.
type netemDiscipline struct {
	limit     int // packets it may hold, those under way included
	delay     time.Duration
	vary      variation
	rate      uint64   // bytes per second; 0 means unlimited
	loss      float64  // probability of a packet
	bursts    *gilbert // in place of loss
	duplicate float64  // probability of a packet
	seed      uint64
}

// gilbert is the Gilbert model of losses in bursts: the probabilities of a packet to find that
// the state has changed. In the bad state every packet is lost, in the good one none.
type gilbert struct{ toBad, toGood float64 }

func (netemDiscipline) kind() string { return "netem" }

// options says everything each time, since what a change leaves out stays as it was.
func (d netemDiscipline) options() []byte {
	var o options
	o.u32(0, uint32(d.limit), chance(d.loss), 0, chance(d.duplicate), 0) // times follow, in ns
	o.attr(netemCorr, func() { o.u32(0, 0, 0) })
	// What sch_netem calls reordering lets a packet past the qdisc below, and so past the
	// rate: see variation for ours.
	o.attr(netemReorder, func() { o.u32(0, 0) })
	o.attr(netemLatency64, func() { o.u64(uint64(d.delay)) })
	o.attr(netemJitter64, func() { o.u64(uint64(d.vary.unit)) })
	if d.vary.unit > 0 {
		o.attr(netemDelayDist, func() { o.i16(d.vary.table...) })
	}
	o.attr(netemRate, func() { o.u32(uint32(min(d.rate, math.MaxUint32)), 0, 0, 0) })
	if d.rate > math.MaxUint32 {
		o.attr(netemRate64, func() { o.u64(d.rate) })
	}
	if b := d.bursts; b != nil {
		o.attr(netemLoss|unix.NLA_F_NESTED, func() {
			// What follows is the probability to be delivered in the bad state, and to be lost in
			// the good one.
			o.attr(netemLossGE, func() { o.u32(chance(b.toBad), chance(b.toGood), 0, 0) })
		})
	}
	o.attr(netemPRNGSeed, func() { o.u64(d.seed) })
	return o.bytes
}

// tbfDiscipline is a token bucket filter in front of which another discipline queues.
type tbfDiscipline struct {
	rate   uint64 // bytes per second
	bucket int    // bytes that it saves up while idle
	limit  int    // of the queue, in what that counts in
}

// Attributes of sch_tbf, and of a table of sizes.
const (
	tbfParms = 1
	tbfBurst = 6

	stabBase = 1

	ethernet = 1 // TC_LINKLAYER_ETHERNET
)

func (tbfDiscipline) kind() string { return "tbf" }

func (d tbfDiscipline) options() []byte {
	var o options
	o.attr(tbfParms, func() {
		o.bytes = append(o.bytes, 0, ethernet) // struct tc_ratespec of the rate
		o.i16(0, 0, 0)
		o.u32(uint32(d.rate), 0, 0, 0) // and that of a peak rate, which there is not
		o.u32(uint32(d.limit), 0, 0)   // the bucket follows, in bytes
	})
	o.attr(tbfBurst, func() { o.u32(uint32(d.bucket)) })
	return o.bytes
}

// sizes returns TCA_STAB for a root qdisc: it and those below it count overhead bytes a packet
// beside the IP packet, where they would else count the Ethernet header.
func sizes(overhead int) []byte {
	var o options
	o.attr(stabBase, func() { // struct tc_sizespec
		less := int32(overhead - etherHeader)
		o.i16(0, 0)
		o.u32(uint32(less), ethernet, 0, 0, 0)
	})
	return o.bytes
}

// fifoDiscipline is a queue that drops what finds it full.
type fifoDiscipline struct {
	limit   int
	inBytes bool
}

func (d fifoDiscipline) kind() string {
	if d.inBytes {
		return "bfifo"
	}
	return "pfifo"
}

func (d fifoDiscipline) options() []byte {
	var o options
	o.u32(uint32(d.limit))
	return o.bytes
}

// codelDiscipline is a queue that keeps waiting short, as RFC 8289 says.
type codelDiscipline struct{ limit int }

const (
	codelTarget   = 1
	codelLimit    = 2
	codelInterval = 3
	codelECN      = 4
)

func (codelDiscipline) kind() string { return "codel" }

func (d codelDiscipline) options() []byte {
	var o options
	for attr, value := range map[uint16]uint32{
		codelTarget: 5_000, codelInterval: 100_000, codelLimit: uint32(d.limit), codelECN: 0, // times in us
	} {
		o.attr(attr, func() { o.u32(value) })
	}
	return o.bytes
}

// chance returns a probability as a share of 2^32-1.
func chance(p float64) uint32 { return uint32(math.Round(p * math.MaxUint32)) }

// options are netlink attributes while they are written, in the machine's byte order.
type options struct{ bytes []byte }

func (o *options) u32(values ...uint32) {
	for _, v := range values {
		o.bytes = binary.NativeEndian.AppendUint32(o.bytes, v)
	}
}

func (o *options) u64(v uint64) { o.bytes = binary.NativeEndian.AppendUint64(o.bytes, v) }

func (o *options) i16(values ...int16) {
	for _, v := range values {
		o.bytes = binary.NativeEndian.AppendUint16(o.bytes, uint16(v))
	}
}

// attr writes an attribute: its length, its kind, what write writes, and what fills up to
// four bytes.
func (o *options) attr(kind uint16, write func()) {
	begin := len(o.bytes)
	o.bytes = append(o.bytes, 0, 0)
	o.bytes = binary.NativeEndian.AppendUint16(o.bytes, kind)
	write()
	binary.NativeEndian.PutUint16(o.bytes[begin:], uint16(len(o.bytes)-begin))
	for len(o.bytes)%4 != 0 {
		o.bytes = append(o.bytes, 0)
	}
}
