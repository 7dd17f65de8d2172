package stream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/stream/wire"
)

const (
	dialTimeout = 20 * time.Second // for connecting and the greeting
	// silence is how long no byte may come while an answer is missing, before the connection counts as dead.
	silence = 30 * time.Second
)

// originConn is a connection to an origin, after the greeting.
type originConn struct {
	conn    net.Conn
	answers *answerReader
	layout  wire.Layout
	holes   wire.Holes
	bundle  wire.BundleIndex
	counted int64 // bytes that newBytes has returned
	asked   time.Time
}

func (c *originConn) close() {
	_ = c.conn.Close()
	c.answers.close()
}

// greetOrigin connects and exchanges greetings. It names the bundle that is wanted, and asks for parts of it at once. If it
// waited for the origin's greeting first, that would take a round trip more.
func greetOrigin(ctx context.Context, dial Dial, bundle string, parts []wire.Read) (*originConn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial origin: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	answers, err := newAnswerReader(conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	c := &originConn{conn: conn, answers: answers}
	if err := c.greet(bundle, parts); err != nil {
		c.close()
		return nil, errors.Join(fmt.Errorf("greet origin: %w", err), context.Cause(ctx))
	}
	return c, nil
}

// greet sends the hello, and reads which images there are, where their holes are, and what is in the bundle.
func (c *originConn) greet(bundle string, parts []wire.Read) error {
	first := wire.Encode(wire.Hello{Version: wire.Version, Bundle: bundle})
	for _, r := range parts {
		first = append(first, wire.Encode(r)...)
	}
	c.asked = time.Now()
	_, err := c.conn.Write(first)
	if err == nil {
		c.layout, err = hear[wire.Layout](c.answers)
	}
	if err == nil {
		c.holes, err = hear[wire.Holes](c.answers)
	}
	if err == nil {
		c.bundle, err = hear[wire.BundleIndex](c.answers)
	}
	if err != nil {
		return err
	}
	return errors.Join(c.holes.Within(c.layout), c.bundle.Within(c.layout))
}

// hear reads a message, which must be of type M. If it is a fault, that becomes an error.
func hear[M wire.Message](r io.Reader) (M, error) {
	var want M
	m, err := wire.ReadMessage(r)
	if err != nil {
		return want, err
	}
	switch m := m.(type) {
	case M:
		return m, nil
	case wire.Fault:
		return want, m.Err()
	default:
		return want, fmt.Errorf("message of kind %d instead of %d: %w", m.Kind(), want.Kind(), wire.ErrProtocol)
	}
}

// newBytes returns how many bytes have come since it was last called.
func (c *originConn) newBytes() int64 {
	total := c.answers.wire.n.Load()
	fresh := total - c.counted
	c.counted = total
	return fresh
}

// run talks to the origin. If a connection breaks, it makes another. It ends when ctx ends, when the origin refuses, or when no
// chunk has come for longer than the near end's patience.
func (n *Near) run(ctx context.Context, conn *originConn) error {
	for {
		err := n.converse(ctx, conn)
		for conn = nil; conn == nil; {
			if n.isWhole() {
				return errWhole
			}
			if ctx.Err() != nil || errors.Is(err, wire.ErrFault) {
				return err
			}
			n.mu.Lock()
			pause, again := n.outage.next(time.Now(), n.patience)
			n.mu.Unlock()
			if !again {
				return lost(n.patience, err)
			}
			if err = sleep(ctx, pause); err == nil {
				conn, err = n.reconnect(ctx)
			}
		}
	}
}

// reconnect connects once more. If the origin now serves other content, the stream ends for good.
func (n *Near) reconnect(ctx context.Context) (*originConn, error) {
	conn, err := greetOrigin(ctx, n.dial, n.wants, nil)
	if err != nil {
		return nil, err
	}
	if !conn.layout.Equal(n.layout) {
		conn.close()
		return nil, hopeless(fmt.Errorf("content %q instead of %q", conn.layout.Content, n.layout.Content))
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.planner.Reconnected(conn.bundle)
	return conn, nil
}

// converse asks for chunks and stores what comes, until the connection breaks or ctx ends.
func (n *Near) converse(ctx context.Context, c *originConn) error {
	g, ctx := errgroup.WithContext(ctx)
	stop := context.AfterFunc(ctx, func() { _ = c.conn.Close() })
	defer stop()
	g.Go(func() error { return n.receive(c) })
	g.Go(func() error { return n.ask(ctx, c) })
	err := g.Wait()
	c.close()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.planner.Came(c.newBytes())
	n.planner.Broken()
	return err
}

// ask sends the reads that the planner wants. If an answer is missing and nothing comes for too long, it gives the connection
// up.
func (n *Near) ask(ctx context.Context, c *originConn) error {
	tick := time.NewTicker(silence / 6)
	defer tick.Stop()
	heard, heardAt := int64(0), time.Now()
	for {
		n.mu.Lock()
		r, ok := n.planner.Next(time.Now())
		sent, waiting := n.planner.Oldest()
		n.mu.Unlock()
		if n.isWhole() {
			return errWhole
		}
		if ok {
			if err := wire.WriteMessage(c.conn, r); err != nil {
				return fmt.Errorf("ask origin: %w", err)
			}
			continue
		}
		if now := c.answers.wire.n.Load(); now != heard {
			heard, heardAt = now, time.Now()
		}
		if waiting && time.Since(sent) > silence && time.Since(heardAt) > silence {
			return fmt.Errorf("origin silent for %v", silence)
		}
		n.mu.Lock()
		stumbles := n.planner.Hint(time.Now())
		n.mu.Unlock()
		n.stumbled(stumbles)
		select {
		case <-n.wake:
		case <-tick.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// isWhole reports whether everything is here, and tells those who wait for that.
func (n *Near) isWhole() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.planner.Whole() {
		n.allHere.Do(func() { close(n.whole) })
		return true
	}
	return false
}

// receive stores answers as they come.
func (n *Near) receive(c *originConn) error {
	for {
		m, err := wire.ReadMessage(c.answers)
		if err != nil {
			return fmt.Errorf("hear origin: %w", err)
		}
		switch m := m.(type) {
		case wire.Chunks:
			err = n.store(m, c.newBytes())
		case wire.Packed:
			var data []byte
			if data, err = c.answers.raw(m.Bytes); err == nil {
				err = n.pass(m, data, c.newBytes())
			}
		case wire.Fault:
			err = m.Err()
		default:
			err = fmt.Errorf("message of kind %d instead of chunks: %w", m.Kind(), wire.ErrProtocol)
		}
		if err != nil {
			return err
		}
	}
}

// store writes the chunks of an answer into the files of their images, and then wakes their readers.
func (n *Near) store(answer wire.Chunks, bytes int64) error {
	n.mu.Lock()
	n.planner.Came(bytes)
	r, err := n.planner.Expected(answer)
	n.mu.Unlock()
	if err != nil {
		return err
	}
	if i, bad := answer.Wrong(); bad {
		return n.refuse(r.Chunks[i])
	}
	for i, c := range r.Chunks {
		if answer.Content[i] == nil {
			continue // a hole in a sparse file reads as zeros
		}
		if _, err := n.images[c.Image].came.WriteAt(answer.Content[i], int64(c.Index)*wire.ChunkSize); err != nil {
			return hopeless(unkept(err))
		}
	}
	n.keep(r, answer, bytes)
	n.mu.Lock()
	n.planner.Landed(time.Now(), answer.Number, int(bytes))
	n.outage = outage{}
	n.tellChanged()
	n.mu.Unlock()
	n.nudge()
	return nil
}

// tellChanged wakes those who wait for chunks. Near.mu is locked.
func (n *Near) tellChanged() {
	close(n.changed)
	n.changed = make(chan struct{})
}

// nudge makes ask look again whether there is something to ask for.
func (n *Near) nudge() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
