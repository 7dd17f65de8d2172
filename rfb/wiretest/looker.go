package wiretest

import (
	"bufio"
	"image"
	"net"
	"testing"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// Looker is a viewer that looks when it is told to, and notes what a Tap should tell of it.
// Its decoders take every rectangle apart to the last pixel; those of a Tap only count.
type Looker struct {
	t      *testing.T
	Conn   net.Conn
	in     *wire.Reader
	buffer *bufio.Reader
	read   *counted
	Screen *screen.Framebuffer
	Seen   []tap.Update // without times
}

// counted counts the bytes that are read.
type counted struct {
	net.Conn
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.n += int64(n)
	return n, err
}

// Look connects a looker that understands the given encodings, and pixels in a format.
func Look(t *testing.T, conn net.Conn, f wire.PixelFormat, encodings []wire.Encoding) *Looker {
	t.Helper()
	Must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	c := &counted{Conn: conn}
	l := &Looker{t: t, Conn: conn, read: c, buffer: bufio.NewReaderSize(c, 16<<10)}
	l.in = wire.NewReader(l.buffer)
	init := l.greet()
	l.Screen = screen.NewFramebuffer(image.Pt(int(init.W), int(init.H)), f)
	t.Cleanup(l.Screen.Close)
	l.Say(wire.SetPixelFormat{Format: f})
	l.Say(wire.SetEncodings(encodings))
	return l
}

// greet shakes hands in version 3.8.
func (l *Looker) greet() wire.ServerInit {
	l.t.Helper()
	l.take(12)
	l.write([]byte("RFB 003.008\n"))
	l.take(int(l.take(1)[0]))
	l.write([]byte{1})
	l.take(4)
	l.write([]byte{1})
	init, err := wire.ReadServerInit(l.in)
	Must(l.t, err)
	return init
}

func (l *Looker) take(n int) []byte {
	l.t.Helper()
	b := make([]byte, n)
	for i := range b {
		var err error
		b[i], err = l.buffer.ReadByte()
		Must(l.t, err)
	}
	return b
}

// Say sends a message.
func (l *Looker) Say(m wire.ClientMessage) { l.t.Helper(); l.write(m.Append(nil)) }

func (l *Looker) write(b []byte) {
	l.t.Helper()
	_, err := l.Conn.Write(b)
	Must(l.t, err)
}

// place is how far into the stream the looker has read.
func (l *Looker) place() int64 { return l.read.n - int64(l.buffer.Buffered()) }

// Request asks for the screen and reads on until something of it has come.
func (l *Looker) Request(incremental bool) {
	l.t.Helper()
	size := l.Screen.Size()
	l.Say(wire.FramebufferUpdateRequest{Incremental: incremental, W: uint16(size.X), H: uint16(size.Y)})
	for drew := false; !drew; {
		before := l.place()
		if kind := l.take(1)[0]; kind != 0 {
			l.t.Fatalf("message of type %d", kind)
		}
		d, err := l.Screen.Update(l.in)
		Must(l.t, err)
		l.Seen = append(l.Seen, tap.Update{N: len(l.Seen) + 1, Bytes: l.place() - before, Rects: d.Rects, Area: d.Area})
		drew = d.Rects > 0
	}
}
