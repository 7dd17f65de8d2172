package rfb_test

import (
	"fmt"
	"image"
	"net"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// lists are what viewers may offer to QEMU, with what is lost in the pictures that it sends
// then: the mean difference of a channel, in 255ths. More than nothing where it sends JPEG,
// to which the guest's noise is the worst that there is.
var lists = map[string]struct {
	encodings []wire.Encoding
	lost      float64
}{
	"as noVNC":          {append([]wire.Encoding{wire.CopyRect, 50, wire.Tight, wire.TightPNG, wire.ZRLE, 21, wire.Hextile, wire.RRE, wire.Zlib, wire.Raw}, noVNC...), 20},
	"tight only":        {[]wire.Encoding{wire.Tight}, 0},
	"tight with jpeg":   {[]wire.Encoding{wire.Tight, -32, wire.LastRect}, 40},
	"tight, jpeg, best": {[]wire.Encoding{wire.Tight, -23, wire.LastRect}, 10},
	"tight compressed":  {[]wire.Encoding{wire.Tight, -247, wire.LastRect}, 0},
	"tight png only":    {append([]wire.Encoding{wire.TightPNG}, noVNC[2:]...), 0},
	"zrle only":         {append([]wire.Encoding{wire.ZRLE}, noVNC...), 0},
	"zrle fastest":      {[]wire.Encoding{wire.ZRLE, -255}, 0},
	"zywrle":            {[]wire.Encoding{17, wire.ZRLE}, 0},
	"hextile only":      {[]wire.Encoding{wire.Hextile, wire.AlphaCursor, wire.PointerTypeChange}, 0},
	"zlib only":         {[]wire.Encoding{wire.Zlib}, 0},
	"raw only":          {[]wire.Encoding{wire.Raw}, 0},
}

// TestFramebufferAgreesWithQEMUsScreendump looks at a real machine in every encoding that it
// offers, and at the same screen as QEMU writes it into a file.
func TestFramebufferAgreesWithQEMUsScreendump(t *testing.T) {
	needQEMU(t)
	g := startQEMU(t)
	awaitGuest(t, g.dial())
	for name, list := range lists {
		t.Run(name, func(t *testing.T) { agree(t, g, wire.RGBX, list.encodings, list.lost) })
	}
	// QEMU 7.2 knows no channels of more than 8 bits, and mixes up big-endian pixels of 32
	// bits. It cuts colours off where we round them.
	for name, lost := range map[string]float64{"BGRX": 0, "565": 5} {
		for _, e := range []wire.Encoding{wire.Hextile, wire.ZRLE, wire.Tight} {
			t.Run(fmt.Sprint(e, " in ", name), func(t *testing.T) {
				agree(t, g, formats[name], []wire.Encoding{e, -247}, lost)
			})
		}
	}
}

// agree looks at a guest and compares.
func agree(t *testing.T, g guest, f wire.PixelFormat, list []wire.Encoding, most float64) {
	t.Helper()
	l := stayInStep(t, g.dial(), f, list)
	defer l.Conn.Close()
	// What the last key did may have been drawn between a look and a dump.
	var want *image.RGBA
	for range 5 {
		l.Request(false)
		want = g.dump(t)
		if meanDifference(t, l.Screen.Picture(), want) <= most {
			return
		}
	}
	t.Errorf("channels differ by %.2f on average, want at most %v: %s", meanDifference(t, l.Screen.Picture(), want), most,
		firstDifference(l.Screen.Picture(), want))
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
func stayInStep(t *testing.T, conn net.Conn, f wire.PixelFormat, list []wire.Encoding) *looker {
	t.Helper()
	const looks = 9
	var events []tap.Event
	line := tap.New(conn, time.Now, func(e tap.Event) { events = append(events, kept(e)) })
	t.Cleanup(func() { _ = line.Close() })
	line.LimitEncodings(wire.Encoding.Followed)
	l := look(t, line, f, list)
	l.Request(false)
	for look := range looks {
		key := wire.KeyEvent{Down: look%2 == 0, Keysym: 'a'}
		l.Say(key)
		l.Request(look%3 == 0 && key.Down)
	}
	var updates []tap.Update
	inputs := 0
	for _, e := range events {
		switch e := e.(type) {
		case tap.Lost:
			t.Fatalf("lost: %v", e.Reason)
		case *tap.Input:
			inputs++
		case *tap.Update:
			e.Begun, e.Ended = time.Time{}, time.Time{}
			updates = append(updates, *e)
		}
	}
	if diff := cmp.Diff(l.Seen, updates); diff != "" {
		t.Errorf("updates (-looker +tap):\n%s", diff)
	}
	if inputs != looks {
		t.Errorf("told of %d inputs, want %d", inputs, looks)
	}
	return l
}
