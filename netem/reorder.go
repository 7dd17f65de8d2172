package netem

import (
	"fmt"
	"math/rand/v2"
)

// Reorder chooses packets that the Delay after it does not delay. Such a packet overtakes the packets
// that are being delayed, and no others.
type Reorder struct {
	passing
	probability float64
	chance      *rand.Rand
}

var _ Stage = (*Reorder)(nil)

// NewReorder returns a Stage that chooses a packet with the given probability, in [0, 1). It only marks
// the packet for Delay. Nothing else may use chance.
func NewReorder(probability float64, chance *rand.Rand) *Reorder {
	return &Reorder{probability: probability, chance: chance}
}

// Set changes the probability for packets that are pushed from now on.
func (r *Reorder) Set(probability float64) { r.probability = probability }

// Push takes p in; it drops nothing.
func (r *Reorder) Push(p Packet) bool {
	p.hurried = r.chance.Float64() < r.probability
	r.through.push(p)
	return true
}

func (r *Reorder) String() string { return fmt.Sprintf("reorder %g %%", r.probability*100) }
