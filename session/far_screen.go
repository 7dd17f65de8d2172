package session

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"vmstudy/rfb/tap"
)

// farScreen makes a machine's screen reachable at the far end of a link, and nowhere else.
//
// The tap is at the far end of the link, but its observer dials at the near end. The dialling side
// hands its observer to the accepting side through a channel (a meeting), which both find by the
// near address of the connection.
type farScreen struct {
	mu       sync.Mutex
	meetings map[string]chan func(tap.Event)
}

// meeting returns the channel that passes the observer of the connection from addr.
func (f *farScreen) meeting(addr net.Addr) chan func(tap.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	m := f.meetings[addr.String()]
	if m == nil {
		m = make(chan func(tap.Event), 1)
		f.meetings[addr.String()] = m
	}
	return m
}

func (f *farScreen) part(addr net.Addr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.meetings, addr.String())
}

// serve forwards every connection that l accepts to the machine. When l is closed, it ends these
// connections and returns.
func (f *farScreen) serve(ctx context.Context, l net.Listener, machine func(context.Context, func(tap.Event)) (net.Conn, error)) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for {
		c, err := l.Accept()
		if err != nil {
			return // closed
		}
		running.Go(func() { f.forward(ctx, c, machine) })
	}
}

func (f *farScreen) forward(ctx context.Context, c net.Conn, machine func(context.Context, func(tap.Event)) (net.Conn, error)) {
	defer c.Close()
	defer f.part(c.RemoteAddr())
	var observe func(tap.Event)
	select {
	case observe = <-f.meeting(c.RemoteAddr()):
	case <-ctx.Done():
		return
	}
	m, err := machine(ctx, observe)
	if err != nil {
		return // the near end sees the connection close
	}
	couple(ctx, c, m)
}

// couple copies between a and b in both directions until one of them or ctx ends. Then it closes both.
func couple(ctx context.Context, a, b net.Conn) {
	end := sync.OnceFunc(func() { _ = errors.Join(a.Close(), b.Close()) })
	defer context.AfterFunc(ctx, end)()
	var copying sync.WaitGroup
	for _, pair := range [][2]net.Conn{{a, b}, {b, a}} {
		copying.Go(func() {
			defer end()
			_, _ = io.Copy(pair[0], pair[1]) // it does not matter how the connection ended
		})
	}
	copying.Wait()
}

// expose makes the machine's screen available at the far end of the link, so that its viewer uses the
// emulated network.
func (o *opening) expose(ctx context.Context) error {
	l, err := o.link.ListenFar(screenPort)
	if err != nil {
		return err
	}
	far := &farScreen{meetings: map[string]chan func(tap.Event){}}
	machine := o.desktop.dial
	serving := make(chan struct{})
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(serving)
		far.serve(ctx, l, machine)
	}()
	o.desktop.onClose("way to the screen", func(context.Context) error {
		cancel()
		err := l.Close()
		<-serving
		return err
	})

	link := o.link
	o.desktop.dial = func(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
		c, err := link.DialNear(ctx, screenPort)
		if err != nil {
			return nil, err
		}
		far.meeting(c.LocalAddr()) <- observe
		return c, nil
	}
	return nil
}
