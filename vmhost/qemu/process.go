package qemu

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"vmstudy/vmhost/qmp"
	"vmstudy/vmhost/tool"
)

// A Process is one QEMU, with the connections over which we talk to it and to its guest's agent.
type Process struct {
	QMP   *qmp.Client
	agent *net.UnixConn

	pid       int
	pairs     *pairMaker // nil if QEMU has no namespaces of its own
	kill      func() error
	done      chan struct{} // closed when the process is gone and everything that it said is read
	migration chan string   // each state of a migration: "completed", "failed", ...
	said      tool.Tail     // what it wrote to standard error
	err       error         // how the process ended; valid after done

	mu   sync.Mutex
	held bool  // we have stopped the machine, and not let it go on yet
	fate error // the event that ended it, if one did
}

// Spawn says what Start is to start.
type Spawn struct {
	Args        []string // QEMU's path first
	Dir         string   // for temporary files
	RAM         int64    // of the guest, in bytes
	Confinement Confinement
	ReadOnly    string // a file that a confined QEMU may only read, even if it opens it for writing
	OnWord      func(Word)
}

// addressSpace is how many bytes QEMU may map besides guest memory. Its libraries, the stacks of its threads, its heaps
// and the translated code take 1.3 GiB, of which QEMU uses little.
const addressSpace = 3 << 30

// Start runs a QEMU and waits until it takes commands. If there is an error, the process is nil, or it was killed and may
// need a moment to end.
func Start(ctx context.Context, s Spawn) (_ *Process, err error) {
	qmpConn, qmpEnd, err := connPair()
	if err != nil {
		return nil, err
	}
	defer qmpEnd.Close()
	agentConn, agentEnd, err := connPair()
	if err != nil {
		qmpConn.Close()
		return nil, err
	}
	defer agentEnd.Close()
	p := &Process{agent: agentConn, done: make(chan struct{}), migration: make(chan string, 16)}
	ends := []*os.File{qmpEnd, agentEnd}
	if s.Confinement != Unconfined {
		conn, end, err := connPair()
		if err != nil {
			return nil, errors.Join(err, qmpConn.Close(), agentConn.Close())
		}
		defer end.Close()
		p.pairs, ends = &pairMaker{conn: conn}, append(ends, end)
	}
	if err := p.launch(s, ends); err != nil {
		p.pairs.close()
		qmpConn.Close()
		agentConn.Close()
		return nil, err
	}
	p.QMP, err = qmp.Connect(ctx, qmpConn, p.onEvent)
	if err != nil {
		return p, errors.Join(p.Explain(err), p.End(ctx))
	}
	return p, nil
}

// launch starts the process and the goroutines that live as long as it does.
func (p *Process) launch(s Spawn, ends []*os.File) error {
	readOnly := s.ReadOnly
	if readOnly != "" {
		readOnly = absolute(readOnly)
	}
	cmd, err := selfCommand(confinement{
		Args: append(s.Args, sandbox(s.Confinement)...), MemoryLimit: uint64(s.RAM + addressSpace), Confinement: s.Confinement, ReadOnly: readOnly,
	})
	if err != nil {
		return err
	}
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=" + s.Dir}
	cmd.ExtraFiles = ends
	cmd.Stderr = &p.said
	cmd.WaitDelay = 2 * time.Second
	// A session of its own, so that Ctrl+C at the terminal reaches us only.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	s.Confinement.enter(cmd.SysProcAttr)
	p.kill = func() error { return cmd.Process.Kill() }

	started := make(chan error)
	go func() {
		// The kernel sends Pdeathsig when the thread ends that started the process. So this thread stays until the
		// process is gone.
		runtime.LockOSThread()
		err := cmd.Start()
		if err == nil {
			p.pid = cmd.Process.Pid
		}
		started <- err
		if err != nil {
			return
		}
		for _, end := range ends {
			end.Close() // so that the connections end when QEMU does
		}
		var hearing sync.WaitGroup
		hearing.Go(func() { hear(p.agent, s.OnWord) })
		p.err = cmd.Wait()
		p.agent.Close()
		p.pairs.close()
		hearing.Wait()
		close(p.done)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start qemu: %w", err)
	}
	return nil
}

// sandbox returns the arguments that forbid QEMU what it needs no more after its start.
func sandbox(c Confinement) []string {
	if c == AsOwnUser {
		// QEMU still has to change its user, so that is not forbidden. Afterwards it has no privileges and cannot get new
		// ones (no_new_privs is set), so it cannot change back.
		return []string{"-sandbox", "on,obsolete=deny,spawn=deny,resourcecontrol=deny"}
	}
	return []string{"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"}
}

// quitPatience is how long a QEMU may take to end in good order. It has little to do then, since nothing is kept.
const quitPatience = time.Second

// Quit asks QEMU to end. If it has not ended when quitPatience is over, or when ctx ends, Quit kills it.
func (p *Process) Quit(ctx context.Context) error {
	if p.QMP == nil {
		return p.End(ctx)
	}
	asking, cancel := context.WithTimeout(ctx, quitPatience)
	defer cancel()
	if err := p.QMP.Execute(asking, "quit", nil, nil); err == nil {
		select {
		case <-p.done:
		case <-asking.Done():
		}
	}
	return errors.Join(p.End(ctx), p.QMP.Close())
}

// killPatience is how long a killed process may take to be gone, even if the caller's context has ended.
const killPatience = time.Second

// End kills the process and waits until it is gone. It waits for killPatience at least, and for as long as ctx lasts. A
// process that waits for a page of its memory only dies when the page has come, or when reading it has failed.
func (p *Process) End(ctx context.Context) error {
	p.Kill()
	if err := Await(ctx, p.done); err != nil {
		return fmt.Errorf("qemu was killed and is still there: %w", err)
	}
	return nil
}

// Await waits until done is closed. It waits for killPatience at least, and for as long as ctx lasts.
func Await(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	select {
	case <-done:
		return nil
	case <-time.After(killPatience):
		return context.Cause(ctx)
	}
}

// Fate tells which event made us end the process; nil if none did.
func (p *Process) Fate() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fate
}

// Explain adds to an error why QEMU was ended, and what it last said.
func (p *Process) Explain(err error) error {
	if fate := p.Fate(); fate != nil {
		err = fmt.Errorf("%w: %w", fate, err)
	}
	if said := p.said.String(); said != "" {
		return fmt.Errorf("%w; qemu said: %s", err, said)
	}
	return err
}

// EndNow is End, but waits for no longer than killPatience.
func (p *Process) EndNow() error { return p.End(ended) }

// ended is a context that has ended: with it, End and Await wait for no longer than killPatience.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Watch returns when the process is gone. If the connection for commands breaks, Watch ends the process, because its
// events would not be heard any more.
func (p *Process) Watch() {
	if p.QMP == nil {
		return
	}
	defer p.QMP.Close()
	select {
	case <-p.done:
		_ = Await(ended, p.QMP.Done()) // an event that tells why may still be on its way
		return
	case <-p.QMP.Done():
	}
	if Await(ended, p.done) != nil { // if it does not end by itself
		p.Kill()
	}
}

// Kill ends the process at once, and does not wait for it.
func (p *Process) Kill() { _ = p.kill() } // an error means that the process is gone already

// Done is closed when the process is gone and everything that it said is read.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the process ended. It may only be called after Done is closed.
func (p *Process) Err() error { return p.err }

// PID is the number of the process that this program started: QEMU, or the supervisor of a confined one.
func (p *Process) PID() int { return p.pid }
