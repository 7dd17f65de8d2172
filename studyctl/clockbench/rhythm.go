package clockbench

import (
	"math"
	"math/rand/v2"
	"time"
)

// frame is how often a browser draws.
const frame = time.Second / 60

// between is the shortest time from one answer to the next key.
const between = 7 * frame

// rhythm tells when keys are pressed.
//
// An answer is shown by a frame. If frames come at regular times, the reported time depends on when within a frame the answer
// comes. The golden ratio spreads any number of keys evenly over a frame; random moments would not be even. A random number
// of whole frames is added, so that keys are not in step with other regular events: QEMU looks at the screen every 30 ms, and
// the guest's timer ticks 18 times a second.
type rhythm struct {
	rtt     time.Duration
	chance  *rand.Rand
	begun   time.Time // the beginning of the current key's frame
	pressed int
}

func newRhythm(now time.Time, rtt time.Duration) *rhythm {
	return &rhythm{rtt: rtt, chance: rand.New(rand.NewPCG(1, 2)), begun: now}
}

// next returns when the next key is due.
func (r *rhythm) next() time.Time {
	frames := (r.rtt+between)/frame + 1 + time.Duration(r.chance.IntN(4))
	r.begun = r.begun.Add(frames * frame)
	r.pressed++
	_, phase := math.Modf(float64(r.pressed) * math.Phi)
	return r.begun.Add(time.Duration(phase * float64(frame)))
}
