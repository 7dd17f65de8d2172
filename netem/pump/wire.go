package pump

import (
	"math/rand/v2"

	"vmstudy/netem"
	"vmstudy/study"
)

// Wire carries packets between the two ends of a link. Its methods may be called concurrently.
type Wire struct {
	up, down  *Pump
	near, far receiver
	traces    *netem.Traces
}

// NewWire returns a wire whose network adds nothing yet; the caller must Close it. A goroutine of the
// keeper calls toNear and toFar with the packets that arrive; these must not block. Each direction takes
// its own seed from seeds, or both would lose the same packets. traces may be nil: then the wire has
// only the traces that come with the program.
func NewWire(traces *netem.Traces, seeds *rand.PCG, toNear, toFar func(packet []byte)) *Wire {
	w := &Wire{traces: traces}
	silent := nobody
	for _, one := range []struct {
		at  *receiver
		tcp func([]byte)
	}{{&w.near, toNear}, {&w.far, toFar}} {
		one.at.tcp = one.tcp
		one.at.raw.Store(&silent)
	}
	down, up := seeds.Uint64(), seeds.Uint64()
	w.down = New(netem.NewChain(study.Network{}, study.Downward, down), w.near.deliver)
	w.up = New(netem.NewChain(study.Network{}, study.Upward, up), w.far.deliver)
	return w
}

// From returns the pump for packets that one end sends.
func (w *Wire) From(end netem.End) *Pump {
	if end == netem.Far {
		return w.down
	}
	return w.up
}

// TracedNetwork is a network with the network traces that it replays.
type TracedNetwork struct {
	study.Network
	Down, Up *netem.Trace // nil if Network names none
}

// Resolve finds the traces of n, which must be valid.
func (w *Wire) Resolve(n study.Network) (TracedNetwork, error) {
	down, err := w.traces.OpenFor(n, study.Downward)
	if err != nil {
		return TracedNetwork{}, err
	}
	up, err := w.traces.OpenFor(n, study.Upward)
	return TracedNetwork{Network: n, Down: down, Up: up}, err
}

// Set changes the network for packets that are sent from now on, in both directions, and begins the
// clocks of its schedule and traces.
func (w *Wire) Set(n TracedNetwork) {
	w.up.Set(n.Network, n.Up)
	w.down.Set(n.Network, n.Down)
}

// Counters returns what was delivered at both ends so far, and what was dropped.
func (w *Wire) Counters() study.LinkReport {
	var r study.LinkReport
	r.PacketsUp, r.BytesUp, r.CausesUp = w.up.Counted()
	r.PacketsDown, r.BytesDown, r.CausesDown = w.down.Counted()
	r.DropsUp, r.DropsDown = r.CausesUp.Total(), r.CausesDown.Total()
	return r
}

// TakeWaits returns the waits of packets that have left the queues of the two directions since the last
// call.
func (w *Wire) TakeWaits() (down, up netem.Waits) { return w.down.TakeWaits(), w.up.TakeWaits() }

// String describes both chains with their parameters and seeds.
func (w *Wire) String() string { return w.down.String() + "; " + w.up.String() }

// Close drops packets under way. When it returns, toNear and toFar are not called any more.
func (w *Wire) Close() {
	w.up.Close()
	w.down.Close()
}
