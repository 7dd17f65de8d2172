package kernel

import (
	"encoding/binary"
	"math"
	"time"

	"golang.org/x/sys/unix"
)

// A discipline is one qdisc with its parameters. kind is the kernel's name of it.
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
	netemPRNGSeed  = 14 // since Linux 6.6; older kernels ignore it

	netemLossGE = 2 // inside netemLoss
)

// netemDiscipline is a sch_netem with its parameters.
type netemDiscipline struct {
	limit     int // most packets in it, including delayed ones
	delay     time.Duration
	vary      variation
	rate      uint64   // bytes per second; 0 means unlimited
	loss      float64  // probability that a packet is lost
	bursts    *gilbert // losses in bursts, in place of loss; may be nil
	duplicate float64  // probability that a packet is duplicated
	seed      uint64
}

// gilbert is the Gilbert model of losses in bursts: the probabilities that the state changes before a
// packet. In the bad state every packet is lost, in the good state none.
type gilbert struct{ toBad, toGood float64 }

func (netemDiscipline) kind() string { return "netem" }

// options always writes all parameters: the kernel keeps the old value of one that is left out.
func (d netemDiscipline) options() []byte {
	var o options
	o.u32(0, uint32(d.limit), chance(d.loss), 0, chance(d.duplicate), 0) // delay and jitter are 0 here; they follow in ns
	o.attr(netemCorr, func() { o.u32(0, 0, 0) })
	// The reordering of sch_netem sends a packet past the qdisc below it, and so past the rate. It is
	// not used; variation reorders instead.
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
			// The two zeros are the probabilities of delivery in the bad state and of loss in the
			// good state.
			o.attr(netemLossGE, func() { o.u32(chance(b.toBad), chance(b.toGood), 0, 0) })
		})
	}
	o.attr(netemPRNGSeed, func() { o.u64(d.seed) })
	return o.bytes
}

// tbfDiscipline is a token bucket filter. Another discipline is its queue.
type tbfDiscipline struct {
	rate   uint64 // bytes per second
	bucket int    // size of the bucket in bytes, the most that it saves up while idle
	limit  int    // of the queue, in packets or bytes as the queue counts
}

// Attributes of sch_tbf, and of a size table (TCA_STAB).
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
		o.u32(uint32(d.rate), 0, 0, 0) // and struct tc_ratespec of the peak rate, which is not used
		o.u32(uint32(d.limit), 0, 0)   // the bucket is 0 here; it follows in bytes
	})
	o.attr(tbfBurst, func() { o.u32(uint32(d.bucket)) })
	return o.bytes
}

// sizes returns TCA_STAB for a root qdisc. With it, this qdisc and those below count the IP packet plus
// overhead bytes, instead of the whole Ethernet frame.
func sizes(overhead int) []byte {
	var o options
	o.attr(stabBase, func() { // struct tc_sizespec
		less := int32(overhead - etherHeader)
		o.i16(0, 0)
		o.u32(uint32(less), ethernet, 0, 0, 0)
	})
	return o.bytes
}

// fifoDiscipline is a queue that drops packets when it is full.
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

// codelDiscipline is a queue with CoDel (RFC 8289).
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

// options builds netlink attributes, in the machine's byte order.
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

// attr writes an attribute: its length, its kind, the content that write appends, and padding to a
// multiple of four bytes.
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
