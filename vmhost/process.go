package vmhost

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"vmstudy/vmhost/qmp"
	"vmstudy/vmhost/wire"
)

// A process is one QEMU and our conversations with it.
type process struct {
	qmp   *qmp.Client
	agent *net.UnixConn

	pid       int
	pairs     *pairMaker // nil where QEMU has no namespaces of its own
	kill      func() error
	done      chan struct{} // closed when the process is gone and everything it said is heard
	migration chan string   // what becomes of a migration: "completed", "failed", ...
	said      tail          // on standard error
	err       error         // how the process ended; valid after done

	mu   sync.Mutex
	held bool  // by us: it was told to stop and not to go on
	fate error // why it was ended, if that was because of what happened to it
}

// spawn is what a process starts from.
type spawn struct {
	args     []string // QEMU's path first
	dir      string   // for temporary files
	limit    int64    // bytes of address space
	confined bool     // in namespaces of its own, as an unprivileged user of its own
	readOnly string   // a file that a confined QEMU may not write to, though it asks for it
	onWord   func(word)
}

// start runs a QEMU and waits until it takes commands. With an error the process is nil, or one that was
// killed and may need a moment to be gone.
func start(ctx context.Context, s spawn) (_ *process, err error) {
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
	p := &process{agent: agentConn, done: make(chan struct{}), migration: make(chan string, 16)}
	ends := []*os.File{qmpEnd, agentEnd}
	if s.confined {
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
	p.qmp, err = qmp.Connect(ctx, qmpConn, p.onEvent)
	if err != nil {
		return p, errors.Join(p.explain(err), p.end(ctx))
	}
	return p, nil
}

// launch starts the process and the goroutines that live as long as it does.
func (p *process) launch(s spawn, ends []*os.File) error {
	cmd, err := selfCommand(confinement{
		Args: append(s.args, sandbox(s.confined)...), MemoryLimit: uint64(s.limit), Supervise: s.confined, ReadOnly: s.readOnly,
	})
	if err != nil {
		return err
	}
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=" + s.dir}
	cmd.ExtraFiles = ends
	cmd.Stderr = &p.said
	cmd.WaitDelay = 2 * time.Second
	// A session of its own, so that Ctrl+C at the terminal reaches us only.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true}
	if s.confined {
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
		hearing.Go(func() { hear(p.agent, s.onWord) })
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

// onEvent hears what happens to QEMU, and ends it where that is the end of what it is for.
func (p *process) onEvent(e qmp.Event) {
	if e.Name == "MIGRATION" {
		_, rest, _ := strings.Cut(string(e.Data), `"status": "`)
		status, _, _ := strings.Cut(rest, `"`)
		select {
		case p.migration <- status:
		default: // nobody waits
		}
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if why := ending(e, p.held); why != nil && p.fate == nil {
		p.fate = fmt.Errorf("%w (%s %s)", why, e.Name, e.Data)
		p.kill() // an error means that it is gone already
	}
}

// hold stops the machine, which is then expected to stand still, and release lets it go on.
func (p *process) hold(ctx context.Context) error { return p.order(ctx, "stop", true) }

func (p *process) release(ctx context.Context) error { return p.order(ctx, "cont", false) }

func (p *process) order(ctx context.Context, command string, held bool) error {
	p.mu.Lock()
	p.held = held // before QEMU does it: it tells so before it answers
	p.mu.Unlock()
	return p.qmp.Execute(ctx, command, nil, nil)
}

// migrated waits until the migration under way has completed.
func (p *process) migrated(ctx context.Context) error {
	for {
		select {
		case status := <-p.migration:
			switch status {
			case "completed":
				return nil
			case "failed", "cancelled":
				return fmt.Errorf("migration %s", status)
			}
		case <-p.done:
			return p.explain(errors.New("qemu is gone"))
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// migrate runs one of QEMU's two commands for migration, to or from a file, and waits until it has
// completed. Guest memory is left out: it is in a file of its own.
func (p *process) migrate(ctx context.Context, command string, state *os.File) error {
	type capability struct {
		Name  string `json:"capability"`
		State bool   `json:"state"`
	}
	err := p.qmp.Execute(ctx, "migrate-set-capabilities", map[string]any{
		"capabilities": []capability{{"x-ignore-shared", true}, {"events", true}},
	}, nil)
	if err != nil {
		return err
	}
	if err := p.qmp.SendFile(ctx, "state", state); err != nil {
		return err
	}
	if err := p.qmp.Execute(ctx, command, map[string]string{"uri": "fd:state"}, nil); err != nil {
		return err
	}
	return p.migrated(ctx)
}

// tell writes a line to the guest's agent, whole or not at all.
func (p *process) tell(ctx context.Context, line string) error {
	return wire.WriteBefore(ctx, p.agent, []byte(line))
}

// quit ends the process: at its own pace while patience lasts and ctx does, then at once.
func (p *process) quit(ctx context.Context, patience time.Duration) error {
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := p.qmp.Execute(asking, "quit", nil, nil); err == nil {
		select {
		case <-p.done:
		case <-asking.Done():
		}
	}
	return errors.Join(p.end(ctx), p.qmp.Close())
}

// killPatience is how long what was told to end at once may take, when nobody wants to wait for it any more.
const killPatience = time.Second

// end kills the process and waits until it is gone, for killPatience at least and for as long as ctx lasts. A
// process that waits for a page of its memory cannot be killed before the page comes, or its reading fails.
func (p *process) end(ctx context.Context) error {
	p.kill() // an error means that it is gone already
	if err := await(ctx, p.done); err != nil {
		return fmt.Errorf("qemu was killed and is still there: %w", err)
	}
	return nil
}

// await waits until done is closed, for killPatience at least and for as long as ctx lasts.
func await(ctx context.Context, done <-chan struct{}) error {
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

// ended tells why the process was ended, if that was because of what happened to it.
func (p *process) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.fate
}

// explain adds to an error what became of QEMU, and what it last said.
func (p *process) explain(err error) error {
	if fate := p.ended(); fate != nil {
		err = fmt.Errorf("%w: %w", fate, err)
	}
	if said := p.said.String(); said != "" {
		return fmt.Errorf("%w; qemu said: %s", err, said)
	}
	return err
}

// connPair is socketPair with our end as a connection.
func connPair() (*net.UnixConn, *os.File, error) {
	ours, theirs, err := socketPair()
	if err != nil {
		return nil, nil, err
	}
	defer ours.Close() // FileConn has its own copy
	conn, err := net.FileConn(ours)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("socket pair: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// A tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 2 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
