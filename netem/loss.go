package netem

import (
	"fmt"
	"math/rand/v2"
)

// Loss drops each packet with the same probability, independently of all others. Real links often
// lose packets in bursts; see BurstLoss.
type Loss struct {
	passing
	probability float64
	chance      *rand.Rand
	lost        int64
}

var _ Stage = (*Loss)(nil)

// NewLoss returns a Stage that drops a packet with the given probability, in [0, 1), and lets all
// others pass at once. Nothing else may use chance.
func NewLoss(probability float64, chance *rand.Rand) *Loss {
	return &Loss{probability: probability, chance: chance}
}

// Set changes the probability for packets that are pushed from now on.
func (l *Loss) Set(probability float64) { l.probability = probability }

// Push takes p in, or drops it. Every packet takes one random number, whatever the probability, so
// whether the n-th packet is lost depends only on the seed, n and the probability.
func (l *Loss) Push(p Packet) bool {
	if l.chance.Float64() < l.probability {
		l.lost++
		return false
	}
	l.through.push(p)
	return true
}

func (l *Loss) String() string { return fmt.Sprintf("loss %g %%", l.probability*100) }
