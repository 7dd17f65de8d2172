package inlet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// A Front is a viewer's connection to a screen server that sends input to the machine without an Inlet, as QEMU's own
// VNC server does. The Front passes the viewer's input through an Inlet first, and everything else at once.
type Front struct {
	net.Conn // to the server

	in    *Inlet
	want  *Wants
	count Counter
	hello []byte // the viewer's bytes of the handshake, which pass unchanged
	rest  []byte // bytes after the handshake that are not a whole message yet

	wanting sync.Mutex // guards want and closed, and keeps the inputs in their order
	closed  bool       // the viewer's keys and buttons are released: nothing passes any more
	writing sync.Mutex // guards writing to Conn, by the viewer's goroutine and by the Inlet
}

// NewFront returns a Front on a new connection. told, unless nil, is called with what became of each input.
func NewFront(server net.Conn, in *Inlet, told func(*tap.Delivery)) *Front {
	return &Front{Conn: server, in: in, want: NewWants(in.Room(), frontStays), count: Counter{Told: told}}
}

// placed is set in a number that identifies a key by its keycode. Other numbers are keysyms.
const placed = 1 << 31

// frontStays is Stays for the numbers by which a Front identifies keys.
func frontStays(key uint32) bool {
	if key&placed != 0 {
		return Stays(key &^ placed)
	}
	return signStays(key)
}

// mostRest is the size in bytes of the longest message that a viewer may send.
const mostRest = 1 << 20

var errTooLong = fmt.Errorf("message of more than %d bytes", mostRest)

// Write takes bytes from the viewer. If they are not a valid message, it closes the connection, because it could not
// recognise input in the bytes that follow.
func (f *Front) Write(p []byte) (int, error) {
	greeted := f.greet(p)
	if greeted > 0 {
		if err := f.send(p[:greeted]); err != nil {
			return 0, errors.Join(err, f.Close())
		}
	}
	f.rest = append(f.rest, p[greeted:]...)
	for {
		m, length, err := f.next()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			if len(f.rest) > mostRest {
				return 0, errors.Join(errTooLong, f.Close())
			}
			f.rest = bytes.Clone(f.rest)
			return len(p), nil
		case err == nil:
			err = f.pass(m, f.rest[:length:length])
		}
		if err != nil {
			return 0, errors.Join(err, f.Close())
		}
		f.rest = f.rest[length:]
	}
}

// greet returns how many of the viewer's bytes still belong to the handshake. It assumes a server without a password.
// RFC 6143, section 7.1.
func (f *Front) greet(said []byte) (length int) {
	const version, first = "RFB 003.00x\n", "RFB 003.003\n"
	for length < len(said) {
		whole := len(version) + 2 // two more bytes: the security type and the shared flag
		if len(f.hello) >= len(version) && string(f.hello[:len(version)]) == first {
			whole--
		}
		if len(f.hello) == whole {
			break
		}
		f.hello = append(f.hello, said[length])
		length++
	}
	return length
}

// next returns the message at the beginning of rest, and its length.
func (f *Front) next() (m wire.ClientMessage, length int, err error) {
	from := bytes.NewReader(f.rest)
	ahead := bufio.NewReader(from)
	m, err = wire.ReadClientMessage(wire.NewReader(ahead), false)
	return m, len(f.rest) - from.Len() - ahead.Buffered(), err
}

func (f *Front) pass(m wire.ClientMessage, text []byte) error {
	f.wanting.Lock()
	defer f.wanting.Unlock()
	if f.closed {
		return net.ErrClosed
	}
	var d Deed
	switch m := m.(type) {
	case wire.KeyEvent:
		d = f.want.Key(m.Keysym, m.Down)
		d.Again = func(down bool) bool { return f.send(wire.KeyEvent{Down: down, Keysym: m.Keysym}.Append(nil)) == nil }
	case wire.QEMUKeyEvent:
		d = f.want.Key(placed|m.Keycode, m.Down)
		d.Again = func(down bool) bool {
			return f.send(wire.QEMUKeyEvent{Down: down, Keysym: m.Keysym, Keycode: m.Keycode}.Append(nil)) == nil
		}
	case wire.PointerEvent:
		d = f.want.Point(m.Buttons, image.Pt(int(m.X), int(m.Y)))
	default:
		return f.send(text)
	}
	d.Do, d.Told = func() bool { return f.send(text) == nil }, f.count.Next()
	if !f.in.Pass(d) {
		return errors.New("more input than a person does")
	}
	return nil
}

func (f *Front) send(text []byte) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	_, err := f.Conn.Write(text)
	return err
}

// Close ends reading at once. It releases the viewer's keys and buttons through the Inlet, and then closes the connection to the
// server. If that connection closed first, QEMU would release all keys at the same time, and leave the buttons down.
func (f *Front) Close() error {
	_ = f.SetReadDeadline(time.Unix(1, 0))
	f.wanting.Lock()
	defer f.wanting.Unlock()
	if f.closed {
		return nil
	}
	f.closed = true
	for _, key := range f.want.Keys() {
		d := f.want.Key(key, false)
		m := wire.ClientMessage(wire.KeyEvent{Keysym: key})
		if key&placed != 0 {
			m = wire.QEMUKeyEvent{Keycode: key &^ placed}
		}
		d.Must, d.Do = true, func() bool { return f.send(m.Append(nil)) == nil }
		f.in.Pass(d)
	}
	if f.want.Buttons() != 0 {
		at := f.want.At()
		d := f.want.Point(0, at)
		up := wire.PointerEvent{X: uint16(at.X), Y: uint16(at.Y)}
		d.Must, d.Do = true, func() bool { return f.send(up.Append(nil)) == nil }
		f.in.Pass(d)
	}
	f.in.Pass(Deed{Must: true, Do: func() bool { return f.Conn.Close() == nil }, Told: func(is Fate) {
		if is.Lost { // because the machine has ended
			_ = f.Conn.Close()
		}
	}})
	return nil
}
