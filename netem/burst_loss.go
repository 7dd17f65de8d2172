package netem

import (
	"fmt"
	"math/rand/v2"
)

// BurstLoss drops packets in bursts. It is a Markov chain of two states: in the good one every
// packet passes, in the bad one every packet is lost. Before each packet the state may change:
// from good to bad with probability p, from bad to good with probability r.
//
// This is the model of Gilbert (Capacity of a burst-noise channel, Bell System Technical
// Journal 39, 1960), simplified as is usual for packets: the general model of Gilbert and
// Elliott (1963) also loses some packets in the good state and passes some in the bad state. A study
// sets the mean loss and the mean length of a burst in packets, which can be measured. p and r
// follow from these (Hohlfeld, Geib and Hasslinger, Packet loss in real-time services:
// Markovian models generating QoE impairments, IWQoS 2008):
//
//	r = 1/burst     p = r·loss/(1-loss)
//
// In the terms of Linux: "loss gemodel p r", with 1-h = 100 % and 1-k = 0.
type BurstLoss struct {
	passing
	p, r   float64
	bad    bool
	chance *rand.Rand
	lost   int64
}

var _ Stage = (*BurstLoss)(nil)

// NewBurstLoss returns a Stage that drops the given share of packets, in [0, 1), in bursts of
// the given mean length in packets. burst must be at least 1/(1-loss), the mean length with
// independent losses. Nothing else may use chance.
func NewBurstLoss(loss, burst float64, chance *rand.Rand) *BurstLoss {
	b := &BurstLoss{chance: chance}
	b.Set(loss, burst)
	b.bad = chance.Float64() < loss // begin in the stationary distribution of the chain
	return b
}

// Set changes loss and burst for packets that are pushed from now on. A burst that has begun goes on,
// and ends with the new probability.
func (b *BurstLoss) Set(loss, burst float64) { b.p, b.r = Gilbert(loss, burst) }

// Gilbert returns the probabilities of changing from the good state to the bad one (p) and back
// (r) that result in a mean loss, in [0, 1), in bursts of a mean length in packets.
func Gilbert(loss, burst float64) (p, r float64) {
	r = 1 / burst
	return r * loss / (1 - loss), r
}

// Push takes p in, or drops it.
func (b *BurstLoss) Push(p Packet) bool {
	if x := b.chance.Float64(); b.bad {
		b.bad = x >= b.r
	} else {
		b.bad = x < b.p
	}
	if b.bad {
		b.lost++
		return false
	}
	b.through.push(p)
	return true
}

func (b *BurstLoss) String() string {
	loss := 0.0
	if b.p > 0 {
		loss = b.p / (b.p + b.r)
	}
	return fmt.Sprintf("loss %.4g %% in bursts of %.4g packets (p %.4g, r %.4g)", loss*100, 1/b.r, b.p, b.r)
}
