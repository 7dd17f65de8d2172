package vmhost

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/rfb/tap"
	"vmstudy/vmhost/inlet"
	"vmstudy/vmhost/qemu"
)

// inputs lets what people do into a machine.
type inputs struct {
	*inlet.Inlet
	guest  inlet.Guest
	began  time.Time
	passed func() (time.Duration, int64, bool) // see Files

	mu     sync.Mutex
	cpu    *processor             // nil until the guest runs, and if it cannot be seen
	free   freeWork               // work of cpu
	denied denial                 // work of cpu that the host has delayed
	slept  sleep                  // of cpu
	direct map[*net.UnixConn]bool // connections to QEMU's own VNC server
}

// newInputs makes the way for inputs into a machine. If the machine follows another, the way leads there until takeOver.
func (m *Machine) newInputs(files Files) *inputs {
	in := &inputs{began: time.Now(), passed: files.Passed, direct: map[*net.UnixConn]bool{}}
	in.guest = inlet.Guest{Now: in.now, Rests: func(ctx context.Context) bool {
		cpu := in.processor()
		return cpu != nil && cpu.rests(ctx, m.flushInputs, in.waits)
	}, Flush: func(ctx context.Context) bool { return m.flushInputs(ctx) == nil }, Works: func() bool {
		cpu := in.processor()
		return cpu != nil && !cpu.quiet(in.waits, true)
	}}
	room := inlet.Virtio
	if m.app.Profile == qemu.Bare {
		room = inlet.PS2
	}
	if in.Inlet = inlet.New(room, in.guest); files.After != nil {
		in.Inlet = files.After.inputs.Inlet
	}
	return in
}

func (in *inputs) processor() *processor {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.cpu
}

// now returns the time on the machine's clocks.
func (in *inputs) now() inlet.Time {
	t := inlet.Time{Wall: time.Now(), Worked: -1}
	t.Passed = t.Wall.Sub(in.began)
	begun, waits := int64(0), false
	if in.passed != nil {
		t.Passed, begun, waits = in.passed()
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.cpu == nil {
		return t
	}
	if ran, err := in.cpu.ran(); err == nil {
		state := in.cpu.state()
		t.Worked, t.Denied = in.free.look(ran.worked, begun, waits), in.denied.look(t.Wall, ran, state == 'R')
		t.Idle = !waits && state == 'S' && in.cpu.halted()
		t.Slept = in.slept.look(t.Wall, t.Idle, ran.turns, func() bool { return !in.cpu.quiet(in.waits, true) })
	}
	return t
}

func (in *inputs) waits() (waits bool) {
	if in.passed != nil {
		_, _, waits = in.passed()
	}
	return waits
}

// watch begins to look at the guest's processor. If that cannot be seen, it is never known whether the guest rests.
func (in *inputs) watch(ctx context.Context, p *qemu.Process) error {
	var cpus []struct {
		Thread int `json:"thread-id"`
	}
	if err := p.QMP.Execute(ctx, "query-cpus-fast", nil, &cpus); err != nil {
		return err
	}
	if len(cpus) != 1 {
		return nil // a guest with several is never known to rest
	}
	pid, err := p.Emulator()
	if err != nil {
		return nil // /proc hides it
	}
	cpu, err := findProcessor(pid, cpus[0].Thread)
	if err != nil {
		return nil // the processor is another user's, or /proc hides it
	}
	in.mu.Lock()
	in.cpu = cpu
	in.mu.Unlock()
	in.Look()
	return nil
}

// close stops looking at the guest's processor.
func (in *inputs) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	_ = in.cpu.Close()
	in.cpu = nil
}

var errUnread = errors.New("qemu has not read all input")

// flushInputs returns when QEMU has taken all inputs that were sent before.
func (m *Machine) flushInputs(ctx context.Context) error {
	if m.front.screen != nil {
		return m.front.screen.Flush(ctx)
	}
	unread := m.inputs.unread()
	// QEMU's main loop reads inputs and commands in turn. So it has handled what it had read when it answers.
	if err := m.p.QMP.Execute(ctx, "query-status", nil, nil); err != nil || !unread {
		return err
	}
	return errUnread
}

// unread reports whether QEMU's own VNC server has not yet read all that was sent to it.
func (in *inputs) unread() (some bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for conn := range in.direct {
		raw, err := conn.SyscallConn()
		if err != nil {
			continue
		}
		_ = raw.Control(func(fd uintptr) {
			left, err := unix.IoctlGetInt(int(fd), unix.SIOCOUTQ)
			some = some || err == nil && left > 0
		})
	}
	return some
}

// front returns a connection to QEMU's own VNC server whose inputs pass the inlet.
func (in *inputs) front(conn *net.UnixConn, told func(*tap.Delivery)) net.Conn {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.direct[conn] = true
	return inlet.NewFront(direct{conn, in}, in.Inlet, told)
}

// direct is a connection to QEMU's own VNC server.
type direct struct {
	*net.UnixConn
	of *inputs
}

func (d direct) Close() error {
	d.of.mu.Lock()
	delete(d.of.direct, d.UnixConn)
	d.of.mu.Unlock()
	return d.UnixConn.Close()
}
