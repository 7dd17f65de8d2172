package vmhost

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"vmstudy/keyboard"
	"vmstudy/study"
	"vmstudy/vmhost/display"
	"vmstudy/vmhost/inlet"
	"vmstudy/vmhost/qemu"
)

// A front is what people see and touch of a machine: its screen, and the way of their inputs. A machine that goes on in another QEMU
// takes its front along, so that its viewers stay connected and nothing that they do is lost.
type front struct {
	inlet  *inlet.Inlet
	screen *display.Screen // nil if QEMU's own VNC server shows the machine
	cancel context.CancelFunc
	ending sync.WaitGroup

	mu sync.Mutex
	of *Machine // nil while it is handed over
}

// newFront makes the front of m, and lets inputs in. It is closed when the machine ends that it then belongs to.
func (m *Machine) newFront(in *inlet.Inlet) *front {
	f := &front{inlet: in, of: m}
	var ctx context.Context
	ctx, f.cancel = context.WithCancel(context.Background())
	f.ending.Go(func() { in.Run(ctx) })
	return f
}

// show opens the screen of f, and ends the machine when its screen is gone.
func (f *front) show(ctx context.Context, p display.Peer) (err error) {
	if f.screen, err = display.Open(ctx, p, display.Guest{Inlet: f.inlet, Keyboard: keyboard.Named(f.owner().facts.Keyboard)}); err != nil {
		return err
	}
	f.ending.Go(func() {
		<-f.screen.Done()
		if m := f.owner(); m != nil {
			m.p.Kill()
		}
	})
	return nil
}

func (f *front) owner() *Machine {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.of
}

// give makes f belong to m, or to nobody.
func (f *front) give(m *Machine) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.of = m
}

// close ends the viewers' connections. Inputs that wait are lost.
func (f *front) close() {
	f.cancel()
	if f.screen != nil {
		_ = f.screen.Close()
	}
	f.ending.Wait()
}

// openFront gives a machine whose QEMU has just started a front: that of the machine which it follows, or a new one. It is called
// before the machine's state is loaded: QEMU tells only once, while loading, what the state says of the pointer.
func (m *Machine) openFront(ctx context.Context, a Appliance, after *Machine) error {
	if after != nil {
		m.front = after.front
		m.front.give(nil)
		return m.front.screen.Follow(ctx, m.peer(a))
	}
	if m.facts.Display != DBus {
		return nil
	}
	return m.front.show(ctx, m.peer(a))
}

// first lets a guest run for the first time here. A front that it takes over is its own only when it runs: a QEMU may end at the first
// instruction, and would take the viewers along.
func (m *Machine) first(ctx context.Context, takesOver bool) error {
	m.moving.Lock()
	defer m.moving.Unlock()
	if err := m.p.Release(ctx); err != nil {
		return err
	}
	if takesOver {
		if err := m.takeOver(); err != nil {
			return err
		}
	}
	m.open()
	return nil
}

// fail ends a machine that could not be resumed. after is the machine that it was to follow, or nil: it gets its front back. If it
// is not certain that the new QEMU is gone, after is ended, too: a machine must not run at two places.
func (m *Machine) fail(ctx context.Context, after *Machine) error {
	if after == nil {
		return m.Close(ctx)
	}
	if m.front != nil {
		m.front.give(nil)
	}
	if err := m.Close(ctx); err != nil {
		after.moving.Lock()
		defer after.moving.Unlock()
		after.gone = true
		after.front.give(after) // which closes it
		after.p.Kill()
		return err
	}
	if m.front == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveLimit) // the end of ctx may be why it failed
	defer cancel()
	return m.giveBack(ctx, after)
}

// takeOver lets the inputs of a front that was handed over go to m, and shows what m shows.
func (m *Machine) takeOver() error {
	m.front.inlet.Follow(m.inputs.guest)
	m.front.give(m)
	return m.front.screen.Unveil()
}

// giveBack lets a machine that could not go on in m have its front again. It is called when the QEMU of m is gone.
func (m *Machine) giveBack(ctx context.Context, after *Machine) error {
	f := after.front
	err := f.screen.Follow(ctx, after.peer(after.app))
	if err == nil {
		f.inlet.Follow(after.inputs.guest)
		f.give(after)
		err = f.screen.Unveil()
	}
	if err != nil {
		after.p.Kill() // nobody can see it any more
		f.close()
		return fmt.Errorf("show the machine where it was: %w", err)
	}
	return nil
}

// peer says how to reach the display of the machine's QEMU.
func (m *Machine) peer(a Appliance) display.Peer {
	p := display.Peer{Pair: m.p.Pair, Add: m.addDisplay}
	if a.Profile == qemu.Bare {
		p.Look = m.look
	}
	return p
}

// follows checks whether a machine of this host can take over the front of after.
func (h *Host) follows(after *Machine) error {
	after.moving.Lock()
	defer after.moving.Unlock()
	switch {
	case !after.left:
		return errors.New("the machine to follow has not left")
	case h.display != DBus || after.front.screen == nil:
		return study.Refuse(study.ErrConflict, "A machine takes its viewers along only if its screen is shown over D-Bus (--display dbus) here and where it goes.")
	}
	return nil
}
