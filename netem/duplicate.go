package netem

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Duplicate makes some packets arrive twice, one right behind the other.
type Duplicate struct {
	passing
	probability float64
	chance      *rand.Rand
	made        int64
}

var _ Stage = (*Duplicate)(nil)

// NewDuplicate returns a Stage that duplicates a packet with the given probability, in [0, 1).
// The second packet has its own copy of Data, since the receiver of a packet may reuse its Data.
// Nothing else may use chance.
func NewDuplicate(probability float64, chance *rand.Rand) *Duplicate {
	return &Duplicate{probability: probability, chance: chance}
}

// Set changes the probability for packets that are pushed from now on.
func (d *Duplicate) Set(probability float64) { d.probability = probability }

// Push takes p in; it drops nothing.
func (d *Duplicate) Push(p Packet) bool {
	d.through.push(p)
	if d.chance.Float64() < d.probability {
		p.Data = slices.Clone(p.Data)
		d.through.push(p)
		d.made++
	}
	return true
}

func (d *Duplicate) String() string { return fmt.Sprintf("duplicate %g %%", d.probability*100) }
