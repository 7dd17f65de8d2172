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

// ErrClosed is the error of commands that QEMU can no longer answer, because QEMU has ended or the Client was
// closed.
var ErrClosed = errors.New("qmp connection closed")

// maxMessage is the length in bytes of the longest line from QEMU that is read. QEMU's longest answers
// (query-qmp-schema) are under 200 KiB.
const maxMessage = 4 << 20

// A Client is a connection to one QEMU. It is safe for concurrent use.
type Client struct {
	conn    *net.UnixConn
	onEvent func(Event)
	done    chan struct{} // closed when the reader has ended

	sending sync.Mutex // guards writing: a descriptor must travel with its own command

	mu      sync.Mutex
	nextID  uint64
	pending map[uint64]chan message
	err     error // why the reader ended
}

// Connect waits for QEMU's greeting on conn and makes QEMU ready for commands. From then on the Client owns
// conn. onEvent, which may be nil, is called with every QMP event, in order, by the goroutine that reads
// answers. So it must return at once and must not Execute.
func Connect(ctx context.Context, conn *net.UnixConn, onEvent func(Event)) (*Client, error) {
	if onEvent == nil {
		onEvent = func(Event) {}
	}
	c := &Client{conn: conn, onEvent: onEvent, done: make(chan struct{}), pending: map[uint64]chan message{}}
	greeted := make(chan message, 1)
	c.pending[0] = greeted // the greeting has no id; the ids of commands begin at 1
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

// Execute sends QEMU a command and waits for its answer. args is a value that encodes as a JSON object, or nil.
// result is a pointer for the answer, or nil. If ctx ends first, Execute returns its cause, and QEMU may or may
// not carry out the command. If QEMU refuses the command, the error is an *Error.
func (c *Client) Execute(ctx context.Context, name string, args, result any) error {
	return c.execute(ctx, name, args, result)
}

// SendFile gives QEMU the open file f under a name, for commands that take an fdname. The caller still owns f.
func (c *Client) SendFile(ctx context.Context, name string, f *os.File) error {
	return c.ExecuteWith(ctx, "getfd", map[string]string{"fdname": name}, nil, f)
}

// ExecuteWith is Execute for a command that takes an open file. The caller still owns f.
func (c *Client) ExecuteWith(ctx context.Context, name string, args, result any, f *os.File) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return fmt.Errorf("qmp %s: %w", name, err)
	}
	// Not f.Fd: it would set the file to blocking mode for everybody who shares it.
	var refused error
	err = raw.Control(func(fd uintptr) {
		refused = c.execute(ctx, name, args, result, int(fd))
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

// send writes one line. The end of ctx interrupts the write, since a stopped QEMU may not read. If a part of the
// line has been written by then, the connection is closed.
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
	select { // the answer may have come just before the end
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

// read passes on QEMU's messages until the connection ends or a message makes no sense. It never blocks on a
// receiver: answers go into channels with room for one.
func (c *Client) read() {
	defer close(c.done)
	defer c.conn.Close() // otherwise QEMU would wait for somebody to read
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

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns why the connection has ended: ErrClosed after a normal end. It is nil before Done.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Close closes the connection and waits for the reader to end. QEMU goes on running.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.done
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
