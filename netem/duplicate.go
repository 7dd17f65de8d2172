package netem

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// Duplicate lets some packets arrive twice, one right behind the other.
type Duplicate struct {
	passing
	probability float64
	chance      *rand.Rand
	made        int64
}

var _ Stage = (*Duplicate)(nil)

// NewDuplicate returns a Stage that doubles a packet with the given probability, in [0, 1).
// The second has a copy of the Data of its own, since whoever gets a packet may reuse that.
// chance must be its own.
func NewDuplicate(probability float64, chance *rand.Rand) *Duplicate {
	return &Duplicate{probability: probability, chance: chance}
}

// Set changes the probability for the packets that are still to come.
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
