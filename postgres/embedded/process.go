package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// A process is a child that ends when this program does.
type process struct {
	cmd      *exec.Cmd
	said     *tail
	stopping atomic.Bool

	done chan struct{} // closed when the child has ended
	err  error         // what exec.Cmd.Wait returned; read only after done is closed
}

// launch starts cmd and writes its output to log.
func launch(cmd *exec.Cmd, log io.Writer) (*process, error) {
	p := &process{cmd: cmd, said: new(tail), done: make(chan struct{})}
	cmd.Stdout = p.said
	if log != nil {
		cmd.Stdout = io.MultiWriter(p.said, log)
	}
	cmd.Stderr = cmd.Stdout
	// The server's own children share its output and may end a moment later than the server.
	cmd.WaitDelay = 5 * time.Second

	started := make(chan error)
	go func() {
		// The kernel sends the death signal when the thread that forked ends, so this thread must
		// not end.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.done)
		}
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("run %s: %w", cmd.Path, err)
	}
	return p, nil
}

// run starts cmd and waits until it ends. It kills cmd when ctx ends.
func run(ctx context.Context, cmd *exec.Cmd, log io.Writer) error {
	p, err := launch(cmd, log)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.signal(syscall.SIGKILL)
		<-p.done
		return context.Cause(ctx)
	}
	if p.err != nil {
		return fmt.Errorf("%w; it said last: %s", p.err, p.said)
	}
	return nil
}

// verdict returns why the server, which must have ended, did so; nil if it was told to stop.
func (p *process) verdict() error {
	switch {
	case p.stopping.Load():
		return nil
	case p.err == nil || errors.Is(p.err, exec.ErrWaitDelay):
		return errors.New("postgres was stopped by someone else")
	default:
		return fmt.Errorf("postgres ended by itself: %w; it said last: %s", p.err, p.said)
	}
}

// end stops the server and waits until it has ended. When ctx ends, the server is stopped at once.
func (p *process) end(ctx context.Context) {
	select {
	case <-p.done:
		return
	default:
	}
	p.stopping.Store(true)
	p.signal(syscall.SIGINT)
	select {
	case <-p.done:
	case <-ctx.Done():
		p.signal(syscall.SIGQUIT)
		<-p.done
	}
}

// signal sends a signal to the child. If the child has ended already, nothing happens.
func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s)
}

// tail keeps the end of a program's output, to quote it in an error.
type tail struct {
	mu   sync.Mutex
	text []byte // guarded by mu; at most tailSize bytes
}

const tailSize = 2048

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if surplus := len(t.text) - tailSize; surplus > 0 {
		t.text = append(t.text[:0], t.text[surplus:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
