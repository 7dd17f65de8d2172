package kernel

import (
	"math"
	"time"

	"vmstudy/study"
)

// variation says how delays vary around their mean. The offset of a delay is unit * e /
// distributionScale, where e is a random entry of table. The zero variation means constant delays.
type variation struct {
	unit  time.Duration
	table []int16
}

const (
	// distributionScale is NETEM_DIST_SCALE of linux/pkt_sched.h: the value of an entry that means one unit.
	distributionScale = 8192

	// entries is the size of a table, NETEM_DIST_MAX. So probabilities are exact to 0.003 %.
	entries = 16384

	// widest is the largest unit that sch_netem computes correctly, since it uses 32 bits of ns.
	widest = math.MaxInt32 * time.Nanosecond

	// cutOff is where normal jitter is cut off, in standard deviations; see study.Normal.
	cutOff = 4
)

// variationOf returns how the delay of a direction of n varies. It includes reordering: a packet that is
// not delayed has an offset of minus half a round trip. So it still passes the rate, unlike a packet that
// sch_netem itself reorders.
func variationOf(n study.Network) variation {
	if n.Jitter == 0 && n.Reorder == 0 {
		return variation{}
	}
	offsets := make([]float64, entries)
	odd := int(math.Round(n.Reorder * entries))
	widest := 0.0
	for i := range offsets {
		if i < odd {
			offsets[i] = -float64(n.RTT / 2)
		} else {
			offsets[i] = jitterAt((float64(i-odd)+0.5)/float64(entries-odd), n)
			offsets[i] = max(offsets[i], -float64(n.RTT/2)) // no delay is below zero
		}
		widest = max(widest, math.Abs(offsets[i]))
	}
	v := variation{unit: time.Duration(widest), table: make([]int16, entries)}
	for i, offset := range offsets {
		v.table[i] = int16(math.Round(offset / widest * distributionScale))
	}
	return v
}

// jitterAt returns the quantile of n's jitter at p, in ns.
func jitterAt(p float64, n study.Network) float64 {
	if n.Shape != study.Normal {
		return (2*p - 1) * float64(n.Jitter)
	}
	end := float64(cutOff) // in standard deviations, on both sides
	if !n.Overtake {
		end = min(end, float64(n.RTT/2)/float64(n.Jitter))
	}
	low := math.Erfc(end/math.Sqrt2) / 2
	return -math.Sqrt2 * math.Erfcinv(2*(low+p*(1-2*low))) * float64(n.Jitter)
}
