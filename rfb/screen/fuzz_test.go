package screen_test

import (
	"bufio"
	"bytes"
	"image"
	"testing"
	"testing/iotest"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// Every decoder of pixels has a fuzz test of its own, so that each can be run for as long as
// one likes. All of them feed two rectangles of an encoding, whole and byte by byte.

func FuzzDrawRaw(f *testing.F) { fuzzDraw(f, wire.Raw) }

func FuzzDrawCopyRect(f *testing.F) { fuzzDraw(f, wire.CopyRect) }

func FuzzDrawRRE(f *testing.F) { fuzzDraw(f, wire.RRE) }

func FuzzDrawCoRRE(f *testing.F) { fuzzDraw(f, wire.CoRRE) }

func FuzzDrawHextile(f *testing.F) { fuzzDraw(f, wire.Hextile) }

func FuzzDrawZlib(f *testing.F) { fuzzDraw(f, wire.Zlib) }

func FuzzDrawZRLE(f *testing.F) { fuzzDraw(f, wire.ZRLE) }

func FuzzDrawH264(f *testing.F) { fuzzDraw(f, wire.H264) }

func FuzzDrawTight(f *testing.F) { fuzzDraw(f, wire.Tight) }

func FuzzDrawTightPNG(f *testing.F) { fuzzDraw(f, wire.TightPNG) }

func FuzzDrawCursor(f *testing.F) { fuzzDraw(f, wire.Cursor) }

func FuzzDrawXCursor(f *testing.F) { fuzzDraw(f, wire.XCursor) }

func FuzzDrawAlphaCursor(f *testing.F) { fuzzDraw(f, wire.AlphaCursor) }

// mostForADrawing bounds what two rectangles on a screen of 64x48 pixels may allocate: seven
// inflaters, two JPEG pictures of at most 4 MiB each, a pointer of the largest size.
const mostForADrawing = 32 << 20

func fuzzDraw(f *testing.F, encoding wire.Encoding) {
	e := screen.NewEncoder(wire.RGBX)
	e.SetEncodings(wire.SetEncodings{encoding, -26}, nil)
	for seed := range uint64(4) {
		m := painted(image.Pt(60, 40), seed)
		e.Split(m.Rect, func(part image.Rectangle) {
			one := e.Append(nil, m, part)[12:]
			f.Add(uint8(seed), uint16(0), uint16(0), uint16(60), uint16(40), one, one)
		})
	}
	for _, s := range samples() {
		f.Add(uint8(0), uint16(1), uint16(2), uint16(9), uint16(3), s.Rect[12:], s.Rect[12:])
	}
	all := []wire.PixelFormat{wire.RGBX, formats["BGRX"], formats["565"], formats["332"], formats["10 bits each"], formats["colour map"]}
	f.Fuzz(func(t *testing.T, format uint8, x, y, w, h uint16, one, two []byte) {
		message := update(rect(x, y, w, h, encoding, one), rect(x, y, w, h, encoding, two))[1:]
		whole := screen.NewFramebuffer(image.Pt(64, 48), all[int(format)%len(all)])
		split := screen.NewFramebuffer(image.Pt(64, 48), all[int(format)%len(all)])
		before := allocated()
		_, err := whole.Update(readerOf(message))
		if spent := allocated() - before; spent > mostForADrawing {
			t.Errorf("%d bytes were allocated", spent)
		}
		crumbs := iotest.OneByteReader(bytes.NewReader(message))
		_, err2 := split.Update(wire.NewReader(bufio.NewReaderSize(crumbs, 16)))
		if (err == nil) != (err2 == nil) || !bytes.Equal(whole.Picture().Pix, split.Picture().Pix) {
			t.Errorf("whole: %v, byte by byte: %v, or another picture", err, err2)
		}
	})
}

// FuzzUpdate mixes encodings, sizes and everything else that an update can have.
func FuzzUpdate(f *testing.F) {
	for _, s := range samples() {
		f.Add(update(s.Rect, rect(0, 0, 20, 20, wire.DesktopSize), s.Rect)[1:])
	}
	f.Fuzz(func(_ *testing.T, message []byte) {
		fb := screen.NewFramebuffer(image.Pt(320, 200), wire.RGBX)
		r := readerOf(message)
		for range 3 {
			if _, err := fb.Update(r); err != nil {
				return
			}
		}
	})
}
