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

// A Process is one QEMU and our conversations with it.
type Process struct {
	QMP   *qmp.Client
	agent *net.UnixConn

	pid       int
	pairs     *pairMaker // nil where QEMU has no namespaces of its own
	kill      func() error
	done      chan struct{} // closed when the process is gone and everything it said is heard
	migration chan string   // what becomes of a migration: "completed", "failed", ...
	said      tool.Tail     // on standard error
	err       error         // how the process ended; valid after done

	mu   sync.Mutex
	held bool  // by us: it was told to stop and not to go on
	fate error // why it was ended, if that was because of what happened to it
}

// Spawn is what a process starts from.
type Spawn struct {
	Args     []string // QEMU's path first
	Dir      string   // for temporary files
	RAM      int64    // of the guest, in bytes
	Confined bool     // in namespaces of its own, as an unprivileged user of its own
	ReadOnly string   // a file that a confined QEMU may not write to, though it asks for it
	OnWord   func(Word)
}

// addressSpace is what QEMU may map beside guest memory: its libraries, stacks of threads, heaps
// and code cache come to 1.3 GiB, of which it touches little.
const addressSpace = 3 << 30

// Start runs a QEMU and waits until it takes commands. With an error the process is nil, or one that was
// killed and may need a moment to be gone.
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
	if s.Confined {
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
		Args: append(s.Args, sandbox(s.Confined)...), MemoryLimit: uint64(s.RAM + addressSpace), Supervise: s.Confined, ReadOnly: readOnly,
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
	if s.Confined {
		cmd.SysProcAttr.Cloneflags = namespaces
	}
	p.kill = func() error { return cmd.Process.Kill() }

	started := make(chan error)
	go func() {
		// Pdeathsig follows the thread that starts the process: this one stays for it, and ends
		// with this goroutine.
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
			end.Close() // so that QEMU's end ends the conversations
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

// sandbox are the arguments that bind QEMU for the time after its start.
func sandbox(confined bool) []string {
	if confined {
		// It must still change its user, once; having no privileges then, and no way to new ones
		// (no_new_privs is set), it cannot change back.
		return []string{"-sandbox", "on,obsolete=deny,spawn=deny,resourcecontrol=deny"}
	}
	return []string{"-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"}
}

// quitPatience is how long a machine may take to end in good order. Nothing that it writes is
// kept, so there is not much to wait for.
const quitPatience = time.Second

// Quit ends the process: at its own pace while quitPatience lasts and ctx does, then at once.
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

// killPatience is how long what was told to end at once may take, when nobody wants to wait for it any more.
const killPatience = time.Second

// End kills the process and waits until it is gone, for killPatience at least and for as long as ctx lasts. A
// process that waits for a page of its memory cannot be killed before the page comes, or its reading fails.
func (p *Process) End(ctx context.Context) error {
	p.Kill()
	if err := Await(ctx, p.done); err != nil {
		return fmt.Errorf("qemu was killed and is still there: %w", err)
	}
	return nil
}

// Await waits until done is closed, for killPatience at least and for as long as ctx lasts.
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

// Fate tells why the process was ended, if that was because of what happened to it.
func (p *Process) Fate() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fate
}

// Explain adds to an error what became of QEMU, and what it last said.
func (p *Process) Explain(err error) error {
	if fate := p.Fate(); fate != nil {
		err = fmt.Errorf("%w: %w", fate, err)
	}
	if said := p.said.String(); said != "" {
		return fmt.Errorf("%w; qemu said: %s", err, said)
	}
	return err
}

// EndNow is End for those who wait for no longer than killPatience.
func (p *Process) EndNow() error { return p.End(ended) }

// ended is a context for those who wait for no longer than killPatience.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// Watch returns when the process is gone. It ends the process when QEMU can no longer be talked to: nobody
// would hear then what happens to it.
func (p *Process) Watch() {
	if p.QMP == nil {
		return
	}
	defer p.QMP.Close()
	select {
	case <-p.done:
		_ = Await(ended, p.QMP.Done()) // it may have said why, just before
		return
	case <-p.QMP.Done():
	}
	if Await(ended, p.done) != nil { // else it has ended by itself
		p.Kill()
	}
}

// Kill ends the process at once, and does not wait for it.
func (p *Process) Kill() { _ = p.kill() } // an error means that it is gone already

// Done is closed when the process is gone and everything that it said is heard.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err tells how the process ended. It may be called after Done.
func (p *Process) Err() error { return p.err }

// PID is the number of the process that this program started: QEMU, or the supervisor of a confined one.
func (p *Process) PID() int { return p.pid }
