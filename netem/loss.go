package netem

import (
	"fmt"
	"math/rand/v2"
)

// Loss drops each packet with the same probability, independently of all others.
// Real links lose packets in bursts: BurstLoss does so.
type Loss struct {
	passing
	probability float64
	chance      *rand.Rand
	lost        int64
}

var _ Stage = (*Loss)(nil)

// NewLoss returns a Stage that drops a packet with the given probability, in [0, 1),
// and lets every other one pass at once. chance must be its own.
func NewLoss(probability float64, chance *rand.Rand) *Loss {
	return &Loss{probability: probability, chance: chance}
}

// Set changes the probability for the packets that are still to come.
func (l *Loss) Set(probability float64) { l.probability = probability }

// Push takes p in, or drops it. Every packet takes one number from chance, whatever the
// probability: so the fate of the n-th packet depends on the seed and n alone.
func (l *Loss) Push(p Packet) bool {
	if l.chance.Float64() < l.probability {
		l.lost++
		return false
	}
	l.through.push(p)
	return true
}

func (l *Loss) String() string { return fmt.Sprintf("loss %g %%", l.probability*100) }
