package rfb_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"vmstudy/rfb"
)

// start is when every script begins.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// wire is a machine that says what it was told to say and remembers what it heard.
type wire struct {
	net.Conn
	toViewer  bytes.Buffer
	toMachine bytes.Buffer
	closed    bool
}

func (w *wire) Read(p []byte) (int, error)  { return w.toViewer.Read(p) }
func (w *wire) Write(p []byte) (int, error) { return w.toMachine.Write(p) }
func (w *wire) Close() error                { w.closed = true; return nil }

// play is a Tap on a wire, and the events that it told. Its clock moves on by a millisecond
// with each reading.
type play struct {
	t      *testing.T
	tap    *rfb.Tap
	wire   *wire
	now    time.Time
	events []rfb.Event
	chunk  func(n int) int // how many of n bytes pass at once
	client []byte          // all that was written
	server []byte          // all that was read
	heard  []byte          // what try has read
}

func newPlay(t *testing.T) *play {
	p := &play{t: t, wire: &wire{}, now: start, chunk: func(n int) int { return n }}
	p.tap = rfb.NewTap(p.wire, p.clock, func(e rfb.Event) { p.events = append(p.events, kept(e)) })
	t.Cleanup(func() { _ = p.tap.Close() })
	return p
}

// kept returns a copy of an event, which is only lent.
func kept(e rfb.Event) rfb.Event {
	switch e := e.(type) {
	case *rfb.Input:
		return lent(*e)
	case *rfb.Update:
		return lent(*e)
	}
	return e
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
func (p *play) send(messages ...rfb.ClientMessage) {
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

func serverInit() []byte {
	return rfb.ServerInit{W: 320, H: 200, Format: rfb.RGBX, Name: "machine"}.Append(nil)
}

// inputs, updates and lost return what was told, by kind.
func (p *play) inputs() (list []rfb.Input) {
	for _, e := range p.events {
		if e, ok := e.(*rfb.Input); ok {
			list = append(list, *e)
		}
	}
	return list
}

func (p *play) updates() (list []rfb.Update) {
	for _, e := range p.events {
		if e, ok := e.(*rfb.Update); ok {
			list = append(list, *e)
		}
	}
	return list
}

func (p *play) lost() (list []rfb.Lost) {
	for _, e := range p.events {
		if e, ok := e.(rfb.Lost); ok {
			list = append(list, e)
		}
	}
	return list
}

// update returns a FramebufferUpdate of rectangles that were built with rect.
func update(rects ...[]byte) []byte {
	return append(rfb.AppendUpdate(nil, uint16(len(rects))), bytes.Join(rects, nil)...)
}

// rect returns one rectangle with what follows its header.
func rect(x, y, w, h uint16, e rfb.Encoding, payload ...[]byte) []byte {
	return append(rfb.Rectangle{X: x, Y: y, W: w, H: h, Encoding: e}.Append(nil), bytes.Join(payload, nil)...)
}

func zeros(n int) []byte   { return make([]byte, n) }
func be32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }
func raw(b ...byte) []byte { return b }
