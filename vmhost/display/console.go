package display

import (
	"context"
	"errors"
	"fmt"
	"image"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"vmstudy/vmhost/dbus"
)

// A Console is one machine's screen, keyboard and mouse, as QEMU offers them over D-Bus.
type Console struct {
	calls, pictures *dbus.Conn
	absolute        atomic.Bool // the guest's mouse takes positions, not movements
	serving         sync.WaitGroup

	done chan struct{} // closed when either connection has ended
	once sync.Once
	err  error // why it ended; valid after done
}

const (
	consolePath       = "/org/qemu/Display1/Console_0"
	consoleInterface  = "org.qemu.Display1.Console"
	keyboardInterface = "org.qemu.Display1.Keyboard"
	mouseInterface    = "org.qemu.Display1.Mouse"
	properties        = "org.freedesktop.DBus.Properties"
	absolute          = "IsAbsolute" // a property of mouseInterface
)

// A Peer says how to reach a QEMU that was started with -display dbus,p2p=yes.
type Peer struct {
	// Add gives QEMU its end of a new connection, as QMP's add_client does for the protocol
	// "@dbus-display". The caller still owns the file.
	Add func(ctx context.Context, end *os.File) error
	// Pair makes a socket pair: our end and QEMU's end. A process in QEMU's PID namespace must make
	// it; see package dbus.
	Pair func(ctx context.Context) (*net.UnixConn, *os.File, error)
	// Look, unless nil, makes QEMU look at the guest's screen at once; it is for guests that do not say when they have
	// drawn.
	Look func(context.Context) error
}

// Connect begins to listen to the machine's screen. sink gets the whole screen at once, and then every
// change. QEMU serves one Console at a time: a new one ends the one before.
func Connect(ctx context.Context, p Peer, sink Sink) (*Console, error) {
	conn, end, err := p.Pair(ctx)
	if err != nil {
		return nil, err
	}
	defer end.Close()
	if err := p.Add(ctx, end); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to display: %w", err), conn.Close())
	}
	if err := dbus.Greet(ctx, conn); err != nil {
		return nil, errors.Join(fmt.Errorf("connect to display: %w", err), conn.Close())
	}
	c := &Console{calls: dbus.NewConn(conn), done: make(chan struct{})}
	c.serving.Go(func() {
		c.end(c.calls.Serve(func(m dbus.Message) error { return c.notice(m, sink) }))
	})
	err = c.register(ctx, p, sink)
	if err == nil {
		err = c.ask(ctx, sink)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("connect to display: %w", err), c.Close())
	}
	return c, nil
}

// register opens the second connection, on which QEMU calls us.
func (c *Console) register(ctx context.Context, p Peer, sink Sink) error {
	conn, end, err := p.Pair(ctx)
	if err != nil {
		return err
	}
	defer end.Close()
	body := new(dbus.Body).Uint32(0) // index of the descriptor that travels with the call
	_, err = c.calls.Call(ctx, dbus.Message{
		Path: consolePath, Interface: consoleInterface, Member: "RegisterListener", Signature: "h", Body: body.Bytes(),
	}, end)
	if err == nil {
		err = dbus.Greet(ctx, conn)
	}
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	c.pictures = dbus.NewConn(conn)
	c.serving.Go(func() {
		c.end(c.pictures.Serve(func(m dbus.Message) error { return hear(m, sink) }))
	})
	return nil
}

// ask reads the properties that QEMU otherwise tells only when they change.
func (c *Console) ask(ctx context.Context, sink Sink) error {
	for _, p := range []struct{ of, name string }{{mouseInterface, absolute}, {keyboardInterface, "Modifiers"}} {
		value, err := c.get(ctx, p.of, p.name)
		if err != nil {
			return err
		}
		c.property(p.name, value, sink)
	}
	return nil
}

func (c *Console) get(ctx context.Context, of, name string) (value any, err error) {
	body, err := c.calls.Call(ctx, dbus.Message{
		Path: consolePath, Interface: properties, Member: "Get", Signature: "ss",
		Body: new(dbus.Body).String(of).String(name).Bytes(),
	})
	return dbus.NewReader(body).Variant(), err
}

// flush waits until QEMU has processed all earlier calls. It makes a call with an answer, and QEMU answers
// in order.
func (c *Console) flush(ctx context.Context) error {
	_, err := c.get(ctx, mouseInterface, absolute)
	return err
}

// notice handles a PropertiesChanged signal. D-Bus Specification, "Standard Interfaces".
func (c *Console) notice(m dbus.Message, sink Sink) error {
	if m.Kind != dbus.Signal || m.Member != "PropertiesChanged" || m.Path != consolePath {
		return dbus.ErrUnknown
	}
	r := dbus.NewReader(m.Body)
	_ = r.String() // the interface, which is not needed: no two interfaces have a property of the same name
	for end := r.Pairs(); r.Before(end); {
		r.Align(8)
		name := r.String()
		c.property(name, r.Variant(), sink)
	}
	return r.Err()
}

func (c *Console) property(name string, value any, sink Sink) {
	switch v := value.(type) {
	case bool:
		if name == absolute {
			c.absolute.Store(v)
		}
	case uint32:
		if name == "Modifiers" {
			sink.LEDs(uint8(v))
		}
	}
}

// Key presses or releases a key. number is QEMU's number of the key: the scan code of an IBM PC/XT
// keyboard, with bit 7 set for codes with the prefix 0xe0.
func (c *Console) Key(number uint32, down bool) error {
	return c.tell(keyboardInterface, verb(down), "u", number&0xff)
}

// Buttons of a mouse. QEMU 7.2, qapi/ui.json, InputButton.
const (
	ButtonLeft = iota
	ButtonMiddle
	ButtonRight
	WheelUp
	WheelDown
	ButtonSide
	ButtonExtra
	WheelLeft
	WheelRight
)

// Button presses or releases a button of the mouse.
func (c *Console) Button(button uint32, down bool) error {
	return c.tell(mouseInterface, verb(down), "u", min(button, WheelRight))
}

// Move puts the mouse at a position in pixels, which must be on the screen.
func (c *Console) Move(to image.Point) error {
	return c.tell(mouseInterface, "SetAbsPosition", "uu", uint32(to.X), uint32(to.Y))
}

// Push moves the mouse by a number of pixels, for guests whose mouse does not take positions.
func (c *Console) Push(by image.Point) error {
	return c.tell(mouseInterface, "RelMotion", "ii", uint32(int32(by.X)), uint32(int32(by.Y)))
}

// Absolute reports whether the guest's mouse needs Move; otherwise it needs Push.
func (c *Console) Absolute() bool { return c.absolute.Load() }

func verb(down bool) string {
	if down {
		return "Press"
	}
	return "Release"
}

func (c *Console) tell(of, member, signature string, numbers ...uint32) error {
	var body dbus.Body
	for _, n := range numbers {
		body.Uint32(n)
	}
	return c.calls.Send(dbus.Message{Path: consolePath, Interface: of, Member: member, Signature: signature, Body: body.Bytes()})
}

// end notes why one of the two connections has ended, and closes the other.
func (c *Console) end(why error) {
	c.once.Do(func() {
		c.err = why
		close(c.done)
	})
	_ = c.calls.Close()
}

// Done is closed when the connections to QEMU have ended.
func (c *Console) Done() <-chan struct{} { return c.done }

// Err returns why they have ended. It is nil before Done, and after a Close.
func (c *Console) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// Close closes both connections. When it returns, sink is not called any more.
func (c *Console) Close() error {
	err := c.calls.Close()
	if c.pictures != nil {
		err = errors.Join(err, c.pictures.Close())
	}
	c.serving.Wait()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}
