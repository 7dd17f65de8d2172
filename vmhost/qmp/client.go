package qmp

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"

	"golang.org/x/sys/unix"

	"vmstudy/vmhost/wire"
)

// ErrClosed is the error of commands that QEMU can no longer answer, because it is gone or
// because the Client was closed.
var ErrClosed = errors.New("qmp connection closed")

// maxMessage bounds one line from QEMU. Its longest answers (query-qmp-schema) are under 200 KiB.
const maxMessage = 4 << 20

// A Client is one conversation with one QEMU. Its methods may be called by several goroutines.
type Client struct {
	conn    *net.UnixConn
	onEvent func(Event)
	done    chan struct{} // closed when the reader has ended

	sending sync.Mutex // one command on the wire at a time: a descriptor must travel with its own

	mu      sync.Mutex
	nextID  uint64
	pending map[uint64]chan message
	err     error // why the reader ended
}

// Connect waits for QEMU's greeting on conn and makes it ready for commands. From then on the
// Client owns conn. onEvent (which may be nil) hears every event, in order, on the Client's own
// reader: it must return at once and must not Execute.
func Connect(ctx context.Context, conn *net.UnixConn, onEvent func(Event)) (*Client, error) {
	if onEvent == nil {
		onEvent = func(Event) {}
	}
	c := &Client{conn: conn, onEvent: onEvent, done: make(chan struct{}), pending: map[uint64]chan message{}}
	greeted := make(chan message, 1)
	c.pending[0] = greeted // the greeting bears no id; our own begin at 1
	go c.read()
	if _, err := c.await(ctx, 0, greeted); err != nil {
		c.Close()
		return nil, fmt.Errorf("qmp greeting: %w", err)
	}
	if err := c.Execute(ctx, "qmp_capabilities", nil, nil); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// Execute gives QEMU a command and waits for its answer. args is anything that becomes a JSON
// object, or nil; result is where the answer goes, or nil. When ctx ends first, Execute returns
// its cause; whether QEMU carries out the command is then unknown. QEMU's own refusals are of
// type *Error.
func (c *Client) Execute(ctx context.Context, name string, args, result any) error {
	return c.execute(ctx, name, args, result)
}

// SendFile gives QEMU the open file f under a name, for commands that take an fdname. f stays
// the caller's.
func (c *Client) SendFile(ctx context.Context, name string, f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return fmt.Errorf("qmp getfd %s: %w", name, err)
	}
	// Control, and not Fd: Fd would turn the file to blocking mode for everybody who shares it.
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = c.execute(ctx, "getfd", map[string]string{"fdname": name}, nil, int(fd))
	})
	return errors.Join(err, refused)
}

func (c *Client) execute(ctx context.Context, name string, args, result any, files ...int) error {
	answer, id := make(chan message, 1), uint64(0)
	c.mu.Lock()
	c.nextID++
	id = c.nextID
	c.pending[id] = answer
	c.mu.Unlock()

	line, err := json.Marshal(command{Execute: name, Arguments: args, ID: id})
	if err == nil {
		err = c.send(ctx, append(line, '\n'), files)
	}
	if err != nil {
		c.forget(id)
		return fmt.Errorf("qmp %s: %w", name, err)
	}
	m, err := c.await(ctx, id, answer)
	if err == nil && m.Error != nil {
		err = m.Error
	}
	if err == nil && result != nil {
		err = json.Unmarshal(m.Return, result)
	}
	if err != nil {
		return fmt.Errorf("qmp %s: %w", name, err)
	}
	return nil
}

// send writes one line. A QEMU that has stopped reading must not hold its caller: the end of ctx
// cuts the write off. If a part of the line has left by then, the conversation is over.
func (c *Client) send(ctx context.Context, line []byte, files []int) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	return wire.WriteBefore(ctx, c.conn, line, files...)
}

// await waits for the answer to command id.
func (c *Client) await(ctx context.Context, id uint64, answer <-chan message) (message, error) {
	select {
	case m := <-answer:
		return m, nil
	case <-ctx.Done():
		c.forget(id)
		return message{}, context.Cause(ctx)
	case <-c.done:
	}
	select { // it may have come just before the end
	case m := <-answer:
		return m, nil
	default:
		return message{}, c.Err()
	}
}

func (c *Client) forget(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.pending, id)
}

// read hands out what QEMU says until the connection ends, or what it says makes no sense. It never
// blocks on anybody: answers go into channels with room for one.
func (c *Client) read() {
	defer close(c.done)
	defer c.conn.Close() // nobody listens any more, and QEMU would wait for somebody who does
	lines := bufio.NewScanner(c.conn)
	lines.Buffer(nil, maxMessage)
	for lines.Scan() {
		m, err := parse(lines.Bytes())
		if err != nil {
			c.end(err)
			return
		}
		if m.Event != "" {
			c.onEvent(Event{Name: m.Event, Data: m.Data})
			continue
		}
		c.mu.Lock()
		answer := c.pending[m.ID]
		delete(c.pending, m.ID)
		c.mu.Unlock()
		if answer != nil {
			answer <- m
		}
	}
	c.end(lines.Err())
}

func (c *Client) end(why error) {
	if why == nil || errors.Is(why, net.ErrClosed) || errors.Is(why, io.EOF) || errors.Is(why, unix.ECONNRESET) {
		why = ErrClosed
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = why
}

// Done is closed when the conversation is over, whoever ended it.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err tells why the conversation is over: ErrClosed after a normal end. It is nil before Done.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close ends the conversation and waits for the reader. QEMU goes on running.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
