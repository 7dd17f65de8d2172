package display

import (
	"context"
	"image"
	"sync"
	"time"

	"vmstudy/rfb"
)

// A gate keeps from a machine that is stopped what viewers do, and does it when the machine goes
// on. QEMU would drop it (ui/input.c: qemu_input_event_send asks whether the machine runs): a key
// that was pressed would be missing, one that was released would repeat for ever.
type gate struct {
	opened chan struct{} // has room for one

	mu      sync.Mutex
	shut    bool
	waiting []deed // in their order; what is done meanwhile goes behind them
}

func newGate() *gate { return &gate{opened: make(chan struct{}, 1)} }

// A deed is what one viewer's hands do.
type deed struct {
	hands *hands
	does  rfb.ClientMessage // nil: let go of everything
	size  image.Point       // of the screen when it was done
	moves bool              // the mouse only: no button goes down or up; pass finds out
}

const (
	// mostDeeds is what may wait: far more than a person does in the longest hold.
	mostDeeds = 1 << 16
	// deedEvery is the time between two that have waited. Devices drop what they have no room
	// for: QEMU's virtio-input has some for 32 keys that the guest has not taken yet, its PS/2
	// keyboard for 16.
	deedEvery = 5 * time.Millisecond
)

func (d deed) do() {
	if d.does == nil {
		d.hands.letGo()
	} else {
		d.hands.do(d.does, d.size)
	}
}

// pass does d, or keeps it until the gate opens. It reports whether there was room.
func (g *gate) pass(d deed) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if m, points := d.does.(rfb.PointerEvent); points {
		d.moves, d.hands.wanted = m.Buttons == d.hands.wanted, m.Buttons
	}
	switch last := len(g.waiting) - 1; {
	case !g.shut && last < 0:
		d.do()
	case last >= 0 && g.waiting[last].passedBy(d):
		g.waiting[last] = d
	case len(g.waiting) < mostDeeds || d.does == nil:
		g.waiting = append(g.waiting, d)
	default:
		return false
	}
	return true
}

// passedBy reports whether nothing is lost without d once next is done: the mouse goes on to
// another place. Where a button goes down or up is never passed by, or a click becomes a drag.
func (d deed) passedBy(next deed) bool { return d.moves && next.moves && d.hands == next.hands }

func (g *gate) close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = true
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shut = false
	select {
	case g.opened <- struct{}{}:
	default:
	}
}

// run does what has waited, whenever the gate opens, until ctx ends.
func (g *gate) run(ctx context.Context) {
	tick := time.NewTicker(deedEvery)
	defer tick.Stop()
	for {
		tick.Stop() // a gate through which nothing goes wakes nobody
		select {
		case <-g.opened:
		case <-ctx.Done():
			return
		}
		tick.Reset(deedEvery)
		for g.next() {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// next does what has waited longest, unless the gate is shut. It reports whether more is to be done.
func (g *gate) next() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shut || len(g.waiting) == 0 {
		return false
	}
	g.waiting[0].do()
	g.waiting = g.waiting[1:]
	return len(g.waiting) > 0
}
