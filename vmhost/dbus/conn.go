package dbus

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/vmhost/wire"
)

// ErrClosed is the error of a conversation that the other side has ended, and of calls that it can
// no longer answer.
var ErrClosed = errors.New("d-bus connection closed")

// ErrUnknown is what a handler returns for a call or signal that it does not know.
var ErrUnknown = errors.New("no such method")

// A Handler takes the calls and signals of the other side, one at a time, in their order. The
// message's Body is its own only until it returns. A call is answered with nothing, or with the
// handler's error; errors other than ErrUnknown end the conversation. It must not Call on the same
// Conn, whose reader it holds up.
type Handler func(Message) error

// A Conn is a conversation with one peer. Serve must run for calls to be answered.
type Conn struct {
	conn *net.UnixConn

	sending sync.Mutex // one message on the wire at a time, with its descriptors
	out     []byte     // its memory
	serial  uint32

	mu      sync.Mutex
	pending map[uint32]chan answer
	closed  bool
}

// answer is what becomes of a call.
type answer struct {
	body []byte
	err  error
}

// NewConn returns a Conn on conn, after [Greet]. It owns conn from then on.
func NewConn(conn *net.UnixConn) *Conn {
	return &Conn{conn: conn, pending: map[uint32]chan answer{}}
}

// Serve reads until the connection ends, and returns why: nil after Close. It hands calls and
// signals to handle and answers to those who wait for them.
func (c *Conn) Serve(handle Handler) error {
	d := decoder{r: bufio.NewReaderSize(c.conn, 64<<10)}
	var err error
	for err == nil {
		var m Message
		if m, err = d.next(); err == nil {
			err = c.take(m, handle)
		}
	}
	c.conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, waits := range c.pending {
		waits <- answer{err: ErrClosed}
	}
	c.pending = nil
	switch {
	case c.closed:
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, unix.ECONNRESET), errors.Is(err, unix.EPIPE):
		return ErrClosed
	}
	return fmt.Errorf("d-bus: %w", err)
}

// take does what m asks for. An error means that the connection is of no more use. Kinds from the
// future are passed over, as the specification asks.
func (c *Conn) take(m Message, handle Handler) error {
	switch m.Kind {
	case Return, Failure:
		c.answer(m)
		return nil
	case Call, Signal:
		err := handle(m)
		reply := Message{Kind: Return, ReplyTo: m.Serial}
		if errors.Is(err, ErrUnknown) {
			reply = Message{Kind: Failure, ReplyTo: m.Serial, ErrorName: "org.freedesktop.DBus.Error.UnknownMethod"}
			err = nil
		}
		if err != nil || m.Kind == Signal || m.NoReply {
			return err
		}
		_, err = c.write(reply, nil, nil)
		return err
	}
	return nil
}

func (c *Conn) answer(m Message) {
	c.mu.Lock()
	waits := c.pending[m.ReplyTo]
	delete(c.pending, m.ReplyTo)
	c.mu.Unlock()
	if waits == nil {
		return
	}
	if m.Kind == Failure {
		why := m.ErrorName
		if m.Signature == "s" {
			why = NewReader(m.Body).String()
		}
		waits <- answer{err: fmt.Errorf("refused: %s", why)}
		return
	}
	waits <- answer{body: append([]byte(nil), m.Body...)}
}

// Send makes a call that wants no answer. It returns when the call has left.
func (c *Conn) Send(m Message) error {
	m.Kind, m.NoReply = Call, true
	if _, err := c.write(m, nil, nil); err != nil {
		return fmt.Errorf("d-bus %s: %w", m.Member, err)
	}
	return nil
}

// Call makes a call and waits for the body of its answer. files travel with it and stay the
// caller's.
func (c *Conn) Call(ctx context.Context, m Message, files ...*os.File) ([]byte, error) {
	m.Kind, m.Files = Call, uint32(len(files))
	waits := make(chan answer, 1)
	var fds []int
	for _, f := range files {
		fds = append(fds, int(f.Fd()))
	}
	serial, err := c.write(m, fds, waits)
	if err != nil {
		return nil, fmt.Errorf("d-bus %s: %w", m.Member, err)
	}
	select {
	case a := <-waits:
		if a.err != nil {
			return nil, fmt.Errorf("d-bus %s: %w", m.Member, a.err)
		}
		return a.body, nil
	case <-ctx.Done():
		c.forget(serial)
		return nil, fmt.Errorf("d-bus %s: %w", m.Member, context.Cause(ctx))
	}
}

// writeLimit is how long a message waits for a peer that is deaf. Then it is lost, and if a part of it
// has left, the conversation is over.
const writeLimit = 10 * time.Second

// write sends m under the next serial number, and has waits told of the answer. It returns the number.
func (c *Conn) write(m Message, fds []int, waits chan answer) (serial uint32, err error) {
	c.sending.Lock()
	defer c.sending.Unlock()
	c.serial++
	m.Serial = c.serial
	if waits != nil {
		c.mu.Lock()
		if c.pending == nil {
			c.mu.Unlock()
			return 0, ErrClosed
		}
		c.pending[m.Serial] = waits
		c.mu.Unlock()
	}
	c.out = m.Append(c.out[:0])
	_ = c.conn.SetWriteDeadline(time.Now().Add(writeLimit))
	err = wire.Write(c.conn, c.out, fds...)
	if err != nil {
		c.forget(m.Serial)
	}
	return m.Serial, err
}

// forget no longer waits for the answer to a call.
func (c *Conn) forget(serial uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, serial)
}

// Close ends the conversation; Serve returns soon after.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.conn.Close()
}
