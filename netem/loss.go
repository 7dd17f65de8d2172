package netem

import (
	"math/rand/v2"
	"time"
)

// Loss drops each packet with the same probability, independently of all others.
// Real links lose packets in bursts; this one does not.
type Loss struct {
	probability float64
	chance      *rand.Rand
	passing     fifo
}

var _ Stage = (*Loss)(nil)

// NewLoss returns a Stage that drops a packet with the given probability, in [0, 1),
// and lets every other one pass at once. chance must be its own.
func NewLoss(probability float64, chance *rand.Rand) *Loss {
	return &Loss{probability: probability, chance: chance}
}

// Set changes the probability for the packets that are still to come.
func (l *Loss) Set(probability float64) { l.probability = probability }

// Push takes p in, or drops it.
func (l *Loss) Push(p Packet) bool {
	// A number is drawn even where nothing can be lost: then the fate of the n-th packet
	// depends on the seed and n alone, not on what was set before.
	if l.chance.Float64() < l.probability {
		return false
	}
	l.passing.push(p)
	return true
}

// Pop returns the next packet that survived, as soon as it has arrived.
func (l *Loss) Pop(now time.Time) (Packet, bool) {
	if l.passing.len() == 0 || l.Next().After(now) {
		return Packet{}, false
	}
	return l.passing.pop(), true
}

// Next returns when the next survivor arrived.
func (l *Loss) Next() time.Time {
	if l.passing.len() == 0 {
		return time.Time{}
	}
	return l.passing.head().Arrived
}
