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

// ErrClosed says that the other side has closed the connection, and so will not answer a call.
var ErrClosed = errors.New("d-bus connection closed")

// ErrUnknown is the error of a Handler that does not know a call or signal.
var ErrUnknown = errors.New("no such method")

// A Handler handles the calls and signals of the other side, one at a time and in order. The message's
// Body is valid only until the Handler returns. The answer to a call is empty. If the Handler returns
// ErrUnknown, the answer says so; any other error closes the connection. A Handler must not Call on the
// same Conn, because it blocks the goroutine that reads answers.
type Handler func(Message) error

// A Conn is a connection to one peer. Calls are only answered while Serve runs.
type Conn struct {
	conn *net.UnixConn

	sending sync.Mutex // guards writing, so that messages and their descriptors do not mix
	out     []byte     // the encoded message; its memory is reused
	serial  uint32

	mu      sync.Mutex
	pending map[uint32]chan answer
	closed  bool
}

// answer is the result of a call.
type answer struct {
	body []byte
	err  error
}

// NewConn returns a Conn on conn, which it owns from then on. Call [Greet] before.
func NewConn(conn *net.UnixConn) *Conn {
	return &Conn{conn: conn, pending: map[uint32]chan answer{}}
}

// Serve reads until the connection ends, and returns why: nil after Close. It passes calls and signals
// to handle, and answers to the waiting calls.
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

// take processes m. After an error the connection must be closed. Unknown kinds of messages are ignored,
// as the specification demands.
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

// Send makes a call without an answer. It returns when the call has been written.
func (c *Conn) Send(m Message) error {
	m.Kind, m.NoReply = Call, true
	if _, err := c.write(m, nil, nil); err != nil {
		return fmt.Errorf("d-bus %s: %w", m.Member, err)
	}
	return nil
}

// Call makes a call and waits for the body of its answer. It sends descriptors of files with the call;
// the caller still owns files.
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

// writeLimit is how long writing a message may take if the peer does not read. If a part of it has been
// written by then, the connection is closed.
const writeLimit = 10 * time.Second

// write sends m with the next serial number, and returns the number. If waits is not nil, it gets the
// answer.
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

// forget makes Serve ignore the answer to a call.
func (c *Conn) forget(serial uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, serial)
}

// Close closes the connection. Serve returns soon after.
func (c *Conn) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	return c.conn.Close()
}
