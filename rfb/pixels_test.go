package rfb_test

import (
	"bufio"
	"fmt"
	"image"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb"
)

// looker is a viewer that looks when it is told to, and notes what a Tap should tell of it.
// Its decoders take every rectangle apart to the last pixel; those of a Tap only count.
type looker struct {
	t      *testing.T
	conn   net.Conn
	in     *rfb.Reader
	buffer *bufio.Reader
	read   *counted
	screen *rfb.Framebuffer
	seen   []rfb.Update // without times
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

// look connects a looker that understands the given encodings, and pixels in a format.
func look(t *testing.T, conn net.Conn, f rfb.PixelFormat, encodings []rfb.Encoding) *looker {
	t.Helper()
	must(t, conn.SetDeadline(time.Now().Add(time.Minute)))
	c := &counted{Conn: conn}
	l := &looker{t: t, conn: conn, read: c, buffer: bufio.NewReaderSize(c, 16<<10)}
	l.in = rfb.NewReader(l.buffer)
	init := l.greet()
	l.screen = rfb.NewFramebuffer(image.Pt(int(init.W), int(init.H)), f)
	l.say(rfb.SetPixelFormat{Format: f})
	l.say(rfb.SetEncodings(encodings))
	return l
}

// greet shakes hands in version 3.8.
func (l *looker) greet() rfb.ServerInit {
	l.t.Helper()
	l.take(12)
	l.write([]byte("RFB 003.008\n"))
	l.take(int(l.take(1)[0]))
	l.write([]byte{1})
	l.take(4)
	l.write([]byte{1})
	init, err := rfb.ReadServerInit(l.in)
	must(l.t, err)
	return init
}

func (l *looker) take(n int) []byte {
	l.t.Helper()
	b := make([]byte, n)
	for i := range b {
		var err error
		b[i], err = l.buffer.ReadByte()
		must(l.t, err)
	}
	return b
}

func (l *looker) say(m rfb.ClientMessage) { l.t.Helper(); l.write(m.Append(nil)) }

func (l *looker) write(b []byte) {
	l.t.Helper()
	_, err := l.conn.Write(b)
	must(l.t, err)
}

// place is how far into the stream the looker has read.
func (l *looker) place() int64 { return l.read.n - int64(l.buffer.Buffered()) }

// request asks for the screen and reads on until something of it has come.
func (l *looker) request(incremental bool) {
	l.t.Helper()
	size := l.screen.Size()
	l.say(rfb.FramebufferUpdateRequest{Incremental: incremental, W: uint16(size.X), H: uint16(size.Y)})
	for drew := false; !drew; {
		before := l.place()
		if kind := l.take(1)[0]; kind != 0 {
			l.t.Fatalf("message of type %d", kind)
		}
		d, err := l.screen.Update(l.in)
		must(l.t, err)
		l.seen = append(l.seen, rfb.Update{N: len(l.seen) + 1, Bytes: l.place() - before, Rects: d.Rects, Area: d.Area})
		drew = d.Rects > 0
	}
}

// lists are what viewers may offer to QEMU, with what is lost in the pictures that it sends
// then: the mean difference of a channel, in 255ths. More than nothing where it sends JPEG,
// to which the guest's noise is the worst that there is.
var lists = map[string]struct {
	encodings []rfb.Encoding
	lost      float64
}{
	"as noVNC":          {append([]rfb.Encoding{rfb.CopyRect, 50, rfb.Tight, rfb.TightPNG, rfb.ZRLE, 21, rfb.Hextile, rfb.RRE, rfb.Zlib, rfb.Raw}, noVNC...), 20},
	"tight only":        {[]rfb.Encoding{rfb.Tight}, 0},
	"tight with jpeg":   {[]rfb.Encoding{rfb.Tight, -32, rfb.LastRect}, 40},
	"tight, jpeg, best": {[]rfb.Encoding{rfb.Tight, -23, rfb.LastRect}, 10},
	"tight compressed":  {[]rfb.Encoding{rfb.Tight, -247, rfb.LastRect}, 0},
	"tight png only":    {append([]rfb.Encoding{rfb.TightPNG}, noVNC[2:]...), 0},
	"zrle only":         {append([]rfb.Encoding{rfb.ZRLE}, noVNC...), 0},
	"zrle fastest":      {[]rfb.Encoding{rfb.ZRLE, -255}, 0},
	"zywrle":            {[]rfb.Encoding{17, rfb.ZRLE}, 0},
	"hextile only":      {[]rfb.Encoding{rfb.Hextile, rfb.AlphaCursor, rfb.PointerTypeChange}, 0},
	"zlib only":         {[]rfb.Encoding{rfb.Zlib}, 0},
	"raw only":          {[]rfb.Encoding{rfb.Raw}, 0},
}

// TestFramebufferAgreesWithQEMUsScreendump looks at a real machine in every encoding that it
// offers, and at the same screen as QEMU writes it into a file.
func TestFramebufferAgreesWithQEMUsScreendump(t *testing.T) {
	needQEMU(t)
	g := startQEMU(t)
	awaitGuest(t, g.dial())
	for name, list := range lists {
		t.Run(name, func(t *testing.T) { agree(t, g, rfb.RGBX, list.encodings, list.lost) })
	}
	// QEMU 7.2 knows no channels of more than 8 bits, and mixes up big-endian pixels of 32
	// bits. It cuts colours off where we round them.
	for name, lost := range map[string]float64{"BGRX": 0, "565": 5} {
		for _, e := range []rfb.Encoding{rfb.Hextile, rfb.ZRLE, rfb.Tight} {
			t.Run(fmt.Sprint(e, " in ", name), func(t *testing.T) {
				agree(t, g, formats[name], []rfb.Encoding{e, -247}, lost)
			})
		}
	}
}

// agree looks at a guest and compares.
func agree(t *testing.T, g guest, f rfb.PixelFormat, list []rfb.Encoding, most float64) {
	t.Helper()
	l := stayInStep(t, g.dial(), f, list)
	defer l.conn.Close()
	// What the last key did may have been drawn between a look and a dump.
	var want *image.RGBA
	for range 5 {
		l.request(false)
		want = g.dump(t)
		if meanDifference(t, l.screen.Picture(), want) <= most {
			return
		}
	}
	t.Errorf("channels differ by %.2f on average, want at most %v: %s", meanDifference(t, l.screen.Picture(), want), most,
		firstDifference(l.screen.Picture(), want))
}

func meanDifference(t *testing.T, a, b *image.RGBA) float64 {
	t.Helper()
	if a.Rect != b.Rect {
		t.Fatalf("got a screen of %v, want %v", a.Rect, b.Rect)
	}
	sum := 0
	for i := range a.Pix {
		d := int(a.Pix[i]) - int(b.Pix[i])
		sum += max(d, -d)
	}
	return float64(sum) / float64(len(a.Pix)) * 4 / 3 // there are three that can differ
}

// stayInStep has a looker press keys and look, and compares what the Tap told of it.
func stayInStep(t *testing.T, conn net.Conn, f rfb.PixelFormat, list []rfb.Encoding) *looker {
	t.Helper()
	const looks = 9
	var events []rfb.Event
	tap := rfb.NewTap(conn, time.Now, func(e rfb.Event) { events = append(events, kept(e)) })
	t.Cleanup(func() { _ = tap.Close() })
	tap.LimitEncodings(rfb.Encoding.Followed)
	l := look(t, tap, f, list)
	l.request(false)
	for look := range looks {
		key := rfb.KeyEvent{Down: look%2 == 0, Keysym: 'a'}
		l.say(key)
		l.request(look%3 == 0 && key.Down)
	}
	var updates []rfb.Update
	inputs := 0
	for _, e := range events {
		switch e := e.(type) {
		case rfb.Lost:
			t.Fatalf("lost: %v", e.Reason)
		case *rfb.Input:
			inputs++
		case *rfb.Update:
			e.Begun, e.Ended = time.Time{}, time.Time{}
			updates = append(updates, *e)
		}
	}
	if diff := cmp.Diff(l.seen, updates); diff != "" {
		t.Errorf("updates (-looker +tap):\n%s", diff)
	}
	if inputs != looks {
		t.Errorf("told of %d inputs, want %d", inputs, looks)
	}
	return l
}
