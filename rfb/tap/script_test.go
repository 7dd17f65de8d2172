package tap_test

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// start is when every script begins.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// line is a machine that says what it was told to say and remembers what it heard.
type line struct {
	net.Conn
	toViewer  bytes.Buffer
	toMachine bytes.Buffer
	closed    bool
}

func (w *line) Read(p []byte) (int, error) { return w.toViewer.Read(p) }

func (w *line) Write(p []byte) (int, error) { return w.toMachine.Write(p) }

func (w *line) Close() error { w.closed = true; return nil }

// play is a Tap on a line, and the events that it told. Its clock moves on by a millisecond
// with each reading.
type play struct {
	t      *testing.T
	tap    *tap.Tap
	wire   *line
	now    time.Time
	events []tap.Event
	chunk  func(n int) int // how many of n bytes pass at once
	client []byte          // all that was written
	server []byte          // all that was read
	heard  []byte          // what try has read
}

func newPlay(t *testing.T) *play {
	p := &play{t: t, wire: &line{}, now: start, chunk: func(n int) int { return n }}
	p.tap = tap.New(p.wire, p.clock, func(e tap.Event) { p.events = append(p.events, kept(e)) })
	t.Cleanup(func() { _ = p.tap.Close() })
	return p
}

func (p *play) clock() time.Time {
	p.now = p.now.Add(time.Millisecond)
	return p.now
}

// up passes b from the viewer to the machine.
func (p *play) up(b []byte) {
	p.t.Helper()
	p.client = append(p.client, b...)
	for len(b) > 0 {
		n := p.chunk(len(b))
		if wrote, err := p.tap.Write(b[:n]); wrote != n || err != nil {
			p.t.Fatalf("Write of %d bytes = %d, %v", n, wrote, err)
		}
		b = b[n:]
	}
}

// down passes b from the machine to the viewer.
func (p *play) down(b []byte) {
	p.t.Helper()
	p.server = append(p.server, b...)
	p.wire.toViewer.Write(b)
	for left := len(b); left > 0; {
		got := make([]byte, p.chunk(left))
		n, err := io.ReadFull(p.tap, got)
		if err != nil || !bytes.Equal(got[:n], b[len(b)-left:][:n]) {
			p.t.Fatalf("Read = %x, %v; want the machine's bytes as they were", got[:n], err)
		}
		left -= n
	}
}

// send passes messages from the viewer to the machine.
func (p *play) send(messages ...wire.ClientMessage) {
	p.t.Helper()
	for _, m := range messages {
		p.up(m.Append(nil))
	}
}

// greet shakes hands in version 3.8 without a password, on a screen of 320x200.
func (p *play) greet() {
	p.t.Helper()
	p.down([]byte("RFB 003.008\n"))
	p.up([]byte("RFB 003.008\n"))
	p.down([]byte{2, 1, 2})
	p.up([]byte{1})
	p.down([]byte{0, 0, 0, 0})
	p.up([]byte{1})
	p.down(serverInit())
}

// inputs, updates and lost return what was told, by kind.
func (p *play) inputs() (list []tap.Input) {
	for _, e := range p.events {
		if e, ok := e.(*tap.Input); ok {
			list = append(list, *e)
		}
	}
	return list
}

func (p *play) updates() (list []tap.Update) {
	for _, e := range p.events {
		if e, ok := e.(*tap.Update); ok {
			list = append(list, *e)
		}
	}
	return list
}

func (p *play) lost() (list []tap.Lost) {
	for _, e := range p.events {
		if e, ok := e.(tap.Lost); ok {
			list = append(list, e)
		}
	}
	return list
}
