package rfb_test

import (
	"bufio"
	"bytes"
	"context"
	"image"
	"io"
	"net"
	"runtime/metrics"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb"
)

// Every decoder of pixels has a fuzz test of its own, so that each can be run for as long as
// one likes. All of them feed two rectangles of an encoding, whole and byte by byte.

func FuzzDrawRaw(f *testing.F)         { fuzzDraw(f, rfb.Raw) }
func FuzzDrawCopyRect(f *testing.F)    { fuzzDraw(f, rfb.CopyRect) }
func FuzzDrawRRE(f *testing.F)         { fuzzDraw(f, rfb.RRE) }
func FuzzDrawCoRRE(f *testing.F)       { fuzzDraw(f, rfb.CoRRE) }
func FuzzDrawHextile(f *testing.F)     { fuzzDraw(f, rfb.Hextile) }
func FuzzDrawZlib(f *testing.F)        { fuzzDraw(f, rfb.Zlib) }
func FuzzDrawZRLE(f *testing.F)        { fuzzDraw(f, rfb.ZRLE) }
func FuzzDrawTight(f *testing.F)       { fuzzDraw(f, rfb.Tight) }
func FuzzDrawTightPNG(f *testing.F)    { fuzzDraw(f, rfb.TightPNG) }
func FuzzDrawCursor(f *testing.F)      { fuzzDraw(f, rfb.Cursor) }
func FuzzDrawXCursor(f *testing.F)     { fuzzDraw(f, rfb.XCursor) }
func FuzzDrawAlphaCursor(f *testing.F) { fuzzDraw(f, rfb.AlphaCursor) }

// mostForADrawing bounds what two rectangles on a screen of 64x48 pixels may allocate: seven
// inflaters, two JPEG pictures of at most 4 MiB each, a pointer of the largest size.
const mostForADrawing = 32 << 20

func fuzzDraw(f *testing.F, encoding rfb.Encoding) {
	e := rfb.NewEncoder(rfb.RGBX, true)
	e.SetEncodings(rfb.SetEncodings{encoding, -26}, nil)
	for seed := range uint64(4) {
		m := painted(image.Pt(60, 40), seed)
		e.Split(m.Rect, func(part image.Rectangle) {
			one := e.Append(nil, m, part)[12:]
			f.Add(uint8(seed), uint16(0), uint16(0), uint16(60), uint16(40), one, one)
		})
	}
	for _, s := range samples() {
		f.Add(uint8(0), uint16(1), uint16(2), uint16(9), uint16(3), s.rect[12:], s.rect[12:])
	}
	all := []rfb.PixelFormat{rfb.RGBX, formats["BGRX"], formats["565"], formats["332"], formats["10 bits each"], formats["colour map"]}
	f.Fuzz(func(t *testing.T, format uint8, x, y, w, h uint16, one, two []byte) {
		message := update(rect(x, y, w, h, encoding, one), rect(x, y, w, h, encoding, two))[1:]
		whole := rfb.NewFramebuffer(image.Pt(64, 48), all[int(format)%len(all)])
		split := rfb.NewFramebuffer(image.Pt(64, 48), all[int(format)%len(all)])
		before := allocated()
		_, err := whole.Update(readerOf(message))
		if spent := allocated() - before; spent > mostForADrawing {
			t.Errorf("%d bytes were allocated", spent)
		}
		crumbs := iotest.OneByteReader(bytes.NewReader(message))
		_, err2 := split.Update(rfb.NewReader(bufio.NewReaderSize(crumbs, 16)))
		if (err == nil) != (err2 == nil) || !bytes.Equal(whole.Picture().Pix, split.Picture().Pix) {
			t.Errorf("whole: %v, byte by byte: %v, or another picture", err, err2)
		}
	})
}

// allocated returns the bytes that were ever allocated.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// FuzzUpdate mixes encodings, sizes and everything else that an update can hold.
func FuzzUpdate(f *testing.F) {
	for _, s := range samples() {
		f.Add(update(s.rect, rect(0, 0, 20, 20, rfb.DesktopSize), s.rect)[1:])
	}
	f.Fuzz(func(_ *testing.T, message []byte) {
		fb := rfb.NewFramebuffer(image.Pt(320, 200), rfb.RGBX)
		r := readerOf(message)
		for range 3 {
			if _, err := fb.Update(r); err != nil {
				return
			}
		}
	})
}

// FuzzReadServerMessage reads messages that are no updates and says them again.
func FuzzReadServerMessage(f *testing.F) {
	for _, m := range otherMessages() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := rfb.ReadServerMessage(readerOf(b))
		if err != nil {
			return
		}
		again, err := rfb.ReadServerMessage(readerOf(m.Append(nil)))
		if diff := cmp.Diff(m, again); diff != "" || err != nil {
			t.Errorf("read again with error %v (-first +again):\n%s", err, diff)
		}
	})
}

// FuzzServerInit reads the machine's last word before messages flow.
func FuzzServerInit(f *testing.F) {
	f.Add(serverInit())
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := rfb.ReadServerInit(readerOf(b))
		if err != nil {
			return
		}
		if again, err := rfb.ReadServerInit(readerOf(m.Append(nil))); err != nil || again != m {
			t.Errorf("read %+v, and of what that says %+v, %v", m, again, err)
		}
	})
}

// mute is a machine that says what it has to say and does not listen.
type mute struct {
	net.Conn
	says io.Reader
}

func (m mute) Read(p []byte) (int, error)  { return m.says.Read(p) }
func (m mute) Write(p []byte) (int, error) { return len(p), nil }
func (m mute) Close() error                { return nil }

// FuzzClient lets a robot look at a machine that says anything: it must end with it.
func FuzzClient(f *testing.F) {
	f.Add(append(update(samples()["raw"].rect), 2))
	for _, m := range otherMessages() {
		f.Add(m)
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		greeting := append([]byte("RFB 003.008\n\x01\x01\x00\x00\x00\x00"), serverInit()...)
		says := io.MultiReader(bytes.NewReader(greeting), bytes.NewReader(said))
		c, err := rfb.View{Unasked: true}.Connect(context.Background(), mute{says: says})
		if err != nil {
			t.Fatal(err)
		}
		for seen := 0; err == nil; seen++ {
			_, err = c.WaitChange(context.Background(), seen)
		}
		_ = c.Close()
	})
}
