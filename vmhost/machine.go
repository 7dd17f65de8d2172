package vmhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"vmstudy/study"
	"vmstudy/vmhost/dbus"
	"vmstudy/vmhost/inlet"
	"vmstudy/vmhost/qemu"
)

// A Machine is a running guest that one participant can see and touch.
type Machine struct {
	facts     Facts
	app       Appliance
	p         *qemu.Process
	disk      int64  // size of the guest's disk, in bytes
	partial   bool   // its memory and disk may still be elsewhere
	dir       string // of the machine, for nobody else
	front     *front // may belong to another machine already
	inputs    *inputs
	completed chan study.TaskID
	cleanup   func() // is called once, when the process is gone

	closing sync.Once
	done    chan struct{} // closed after cleanup

	moving sync.Mutex // is locked while the guest is stopped or let go on
	left   bool       // it has stopped to go on elsewhere; guarded by moving
	gone   bool       // it may run elsewhere, and can never go on here; guarded by moving
	pauses int        // how often it was paused; guarded by moving
	paused bool       // until it goes on; guarded by moving

	mu    sync.Mutex
	asked *question // what the guest uses its memory for; nil unless somebody waits for the answer

	answering bool          // a part of an answer has come, and not its end
	task      study.TaskID  // the task that was begun last, until it is completed
	begun     chan struct{} // closed when the agent has begun task
	closed    bool          // Close was called, so the end of the process is no error
	dials     int
}

// Facts are what the record of a trial says about its machine.
type Facts struct {
	Appliance   string
	Accelerator string   // "kvm" or "tcg"
	QEMU        string   // version
	Args        []string // QEMU's command line
	Confinement Confinement
	Display     string // how its screen was shown: DBus or VNC
	Keyboard    string // the layout of its keyboard, into which signs are translated; empty: keys arrive by their places
}

// Resume resumes appliance a from files, and returns once the guest runs. The zero value of files means the appliance's
// own files. Nothing is written to them. If the host is full, or if the appliance was made for another host, the error
// is a study.Refusal of kind study.ErrConflict.
func (h *Host) Resume(ctx context.Context, a Appliance, files Files) (*Machine, error) {
	if files.Memory == "" {
		files = a.LocalFiles()
	}
	if err := h.Check(ctx, a); err != nil {
		return nil, err
	}
	if files.After != nil {
		if err := h.follows(files.After); err != nil {
			return nil, err
		}
	}
	serial, err := h.reserve(a)
	if err != nil {
		return nil, err
	}
	m, err := h.resume(ctx, a, files, filepath.Join(h.dir, "machine-"+strconv.Itoa(serial)))
	if err != nil {
		return nil, fmt.Errorf("resume %s: %w", a.Name, err)
	}
	return m, nil
}

// resume does Resume's work once memory is reserved. It releases the memory when the machine is gone, or if it never
// starts.
func (h *Host) resume(ctx context.Context, a Appliance, files Files, dir string) (*Machine, error) {
	m := &Machine{
		app:       a,
		facts:     Facts{Appliance: a.Name, Accelerator: a.Accelerator, QEMU: h.version, Confinement: h.confinement, Display: h.display},
		completed: make(chan study.TaskID, 16),
		done:      make(chan struct{}),
		task:      files.Task,
	}
	if h.display == DBus {
		m.facts.Keyboard = a.Keyboard
	}
	m.cleanup = func() {
		os.RemoveAll(dir)
		h.release(a)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		m.cleanup()
		return nil, err
	}
	hw := a.Hardware()
	hw.DBus = h.display == DBus
	m.facts.Args = append([]string{h.qemu}, hw.ResumeArgs(qemu.Files{Memory: files.Memory, Disk: files.Disk, Partial: files.Partial, Left: files.Left})...)
	m.inputs, m.dir, m.partial = m.newInputs(files), dir, files.Partial
	disk, err := os.Stat(files.Disk)
	if err != nil {
		m.cleanup()
		return nil, err
	}
	m.disk = disk.Size()
	m.p, err = qemu.Start(ctx, qemu.Spawn{
		Args: m.facts.Args, Dir: dir, RAM: a.RAM, Confinement: h.confinement, OnWord: m.onWord, ReadOnly: files.Memory,
	})
	if m.p == nil {
		m.cleanup()
		return nil, err
	}
	if files.After == nil {
		m.front = m.newFront(m.inputs.Inlet)
	}
	if err == nil {
		err = m.openFront(ctx, a, files.After)
	}
	if err == nil {
		err = m.load(ctx, files)
	}
	if err == nil {
		err = m.inputs.watch(ctx, m.p)
	}
	go m.tend()
	if err == nil {
		err = m.first(ctx, files.After != nil)
	}
	if err != nil {
		return nil, errors.Join(m.p.Explain(err), m.fail(ctx, files.After))
	}
	return m, nil
}

// tend runs as long as the machine does, and then removes what is left of it.
func (m *Machine) tend() {
	var tending sync.WaitGroup
	tending.Go(m.p.Watch)
	<-m.p.Done()
	if m.front != nil && m.front.owner() == m {
		m.front.close()
	}
	tending.Wait()
	m.inputs.close()
	m.cleanup()
	close(m.done)
}

// load gives a QEMU that has just started the state of its devices, and returns when the guest may run.
func (m *Machine) load(ctx context.Context, files Files) error {
	if files.Fetch != nil {
		if err := files.Fetch(ctx); err != nil {
			return err
		}
	}
	state, err := os.Open(files.Device)
	if err != nil {
		return err
	}
	defer state.Close()
	if err := m.p.Load(ctx, state); err != nil {
		return err
	}
	if files.Hold != nil {
		return files.Hold(ctx)
	}
	return nil
}

// Begin tells the guest which task is to be done, and returns when the guest has prepared it. A task that was begun before
// is given up.
func (m *Machine) Begin(ctx context.Context, t study.Task) error {
	if !qemu.ValidID(string(t.ID)) {
		return fmt.Errorf("begin task %q: %w", t.ID, study.ErrInvalid)
	}
	begun := make(chan struct{})
	m.mu.Lock()
	m.task, m.begun = t.ID, begun
	m.mu.Unlock()
	if err := m.p.Begin(ctx, t); err != nil {
		return fmt.Errorf("begin task %s: %w", t.ID, err)
	}
	select {
	case <-begun:
		return nil
	case <-m.p.Done():
		return fmt.Errorf("begin task %s: %w", t.ID, m.p.Explain(net.ErrClosed))
	case <-ctx.Done():
		return fmt.Errorf("begin task %s: %w", t.ID, context.Cause(ctx))
	}
}

// onWord is called with each word of the guest's agent. Only the task that was begun last can be completed, and only once.
func (m *Machine) onWord(w qemu.Word) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.Verb == "pages" {
		m.hearPages(w.Data)
	}
	if w.Task == "" || w.Task != m.task {
		return
	}
	switch w.Verb {
	case "begun":
		if m.begun != nil {
			close(m.begun)
			m.begun = nil
		}
	case "complete":
		m.task = ""
		select {
		case m.completed <- w.Task:
		default: // nobody has listened for 16 tasks
		}
	}
}

// Completed receives each task that the guest itself has found to be completed. It is never closed.
func (m *Machine) Completed() <-chan study.TaskID { return m.completed }

// Pause stops the guest until Continue. What viewers do in the meantime waits for Continue, too: QEMU drops inputs
// while the machine does not run (ui/input.c, qemu_input_event_send). Then a key that was pressed would be missing, and
// a key that was released would repeat for ever.
func (m *Machine) Pause(ctx context.Context) error {
	m.moving.Lock()
	defer m.moving.Unlock()
	if m.left {
		return errLeft
	}
	return m.pause(ctx)
}

// pause is Pause for who has locked moving. If a machine cannot be paused that is paused already, it stays so.
func (m *Machine) pause(ctx context.Context) error {
	m.inputs.Close()
	err := m.flushInputs(ctx)
	for errors.Is(err, errUnread) && ctx.Err() == nil {
		err = m.flushInputs(ctx)
	}
	if err != nil {
		if !m.paused {
			m.inputs.Open()
		}
		return err
	}
	if err := m.p.Hold(ctx); err != nil {
		if !m.paused {
			go m.undo(m.pauses)
		}
		return err
	}
	m.pauses++
	m.paused = true
	return nil
}

// undo lets the guest go on after a command to stop that QEMU has not answered, and may still carry out. A machine waits for a page
// before it stops. pauses is how often the guest had been paused by then: if it was paused again, it stays so.
func (m *Machine) undo(pauses int) {
	m.moving.Lock()
	defer m.moving.Unlock()
	if m.left || m.gone || m.pauses != pauses {
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-m.p.Done():
			cancel()
		case <-ctx.Done():
		}
	}()
	if m.p.ReleaseLate(ctx) == nil {
		m.inputs.Open()
	}
}

// Continue lets a paused guest go on. A machine that has left stays where it is until Stay.
func (m *Machine) Continue(ctx context.Context) error {
	m.moving.Lock()
	defer m.moving.Unlock()
	if m.left {
		return errLeft
	}
	return m.goOn(ctx)
}

// goOn is Continue for who has locked moving.
func (m *Machine) goOn(ctx context.Context) error {
	if err := m.p.Release(ctx); err != nil {
		return err
	}
	m.paused = false
	m.open()
	return nil
}

// open lets inputs into a guest that runs, and looks at what it shows.
func (m *Machine) open() {
	m.inputs.Open()
	if m.front.screen != nil {
		m.front.screen.Stir()
	}
}

// Inputs counts what became of the inputs of all viewers so far.
func (m *Machine) Inputs() inlet.Counts { return m.inputs.Counts() }

// Facts tells what kind of machine this is.
func (m *Machine) Facts() Facts { return m.facts }

// Done is closed when the machine has ended, by Close or by itself, and everything of it is removed.
func (m *Machine) Done() <-chan struct{} { return m.done }

// Err tells why the machine has ended. It is nil before Done is closed, and if Close ended the machine.
func (m *Machine) Err() error {
	select {
	case <-m.done:
	default:
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case m.closed:
		return nil
	case m.p.Fate() != nil:
		return m.p.Explain(fmt.Errorf("machine of %s was ended", m.facts.Appliance))
	}
	if why := m.screenErr(); why != nil && !errors.Is(why, dbus.ErrClosed) {
		return m.p.Explain(fmt.Errorf("machine of %s lost its screen: %w", m.facts.Appliance, why))
	}
	if err := m.p.Err(); err != nil {
		return m.p.Explain(fmt.Errorf("machine of %s ended: %w", m.facts.Appliance, err))
	}
	return fmt.Errorf("machine of %s ended by itself", m.facts.Appliance)
}

// Close ends the machine, and returns when its process is gone and its directory removed. What the guest wrote is thrown
// away on purpose. If ctx ends first, the process is killed. If it is still there a second later, Close returns an error
// that says so, and Done tells when it is gone. Further calls wait in the same way.
func (m *Machine) Close(ctx context.Context) error {
	m.closing.Do(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		select {
		case <-m.done: // it ended before Close: that stays an error
		default:
			m.closed = true
		}
	})
	err := m.p.Quit(ctx)
	if err == nil {
		err = qemu.Await(ctx, m.done)
	}
	if err != nil {
		return fmt.Errorf("close machine of %s: %w", m.facts.Appliance, err)
	}
	return nil
}
