package inlet

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// A Front is a viewer's connection to a screen server that hands input straight to the machine, as QEMU's own VNC
// server does: what the viewer types and points at passes an Inlet first. Everything else passes at once.
type Front struct {
	net.Conn // the server

	in    *Inlet
	want  *Wants
	count Counter
	hello []byte // what the viewer has said of the handshake, which passes as it comes
	rest  []byte // of what the viewer wrote since: no whole message yet

	closing sync.Once
	writing sync.Mutex // of Conn, by the viewer and by the Inlet
}

// NewFront returns a Front on a connection of which nothing has been read or written. told, unless nil, hears what
// becomes of each input.
func NewFront(server net.Conn, in *Inlet, told func(*tap.Delivery)) *Front {
	return &Front{Conn: server, in: in, want: NewWants(in.Room()), count: Counter{Told: told}}
}

// placed marks, among the numbers of keys, that of a key's place: the others are signs.
const placed = 1 << 31

// mostRest bounds what a viewer may say in one message.
const mostRest = 1 << 20

var errTooLong = fmt.Errorf("message of more than %d bytes", mostRest)

// Write takes what the viewer says. What is no message ends the connection: behind it nobody can tell input from
// anything else.
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

// greet returns how much of what the viewer says is still the handshake, where there is no password. RFC 6143, section
// 7.1.
func (f *Front) greet(said []byte) (length int) {
	const version, first = "RFB 003.00x\n", "RFB 003.003\n"
	for length < len(said) {
		whole := len(version) + 2 // the security type, and whether others may watch, too
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

// next returns the message that rest begins with and its length.
func (f *Front) next() (m wire.ClientMessage, length int, err error) {
	from := bytes.NewReader(f.rest)
	ahead := bufio.NewReader(from)
	m, err = wire.ReadClientMessage(wire.NewReader(ahead), false)
	return m, len(f.rest) - from.Len() - ahead.Buffered(), err
}

func (f *Front) pass(m wire.ClientMessage, text []byte) error {
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
		d = f.want.Point(m.Buttons)
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

// Close ends the viewer's part at once. The server's connection ends once the machine has let go of what the viewer
// held, or else the server would do that itself, all at once.
func (f *Front) Close() error {
	f.closing.Do(func() {
		_ = f.SetReadDeadline(time.Unix(1, 0))
		for _, key := range f.want.Keys() {
			d := f.want.Key(key, false)
			m := wire.ClientMessage(wire.KeyEvent{Keysym: key})
			if key&placed != 0 {
				m = wire.QEMUKeyEvent{Keycode: key &^ placed}
			}
			d.Must, d.Do = true, func() bool { return f.send(m.Append(nil)) == nil }
			f.in.Pass(d)
		}
		if !f.in.Pass(Deed{Must: true, Do: func() bool { return f.Conn.Close() == nil }}) {
			_ = f.Conn.Close() // the machine has ended
		}
	})
	return nil
}
