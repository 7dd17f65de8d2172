package screen_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// seen returns what a picture looks like in a format: the Raw encoding, which others must
// agree with, taken apart the plain way.
func seen(t *testing.T, m *image.RGBA, f wire.PixelFormat) *image.RGBA {
	t.Helper()
	fb := screen.NewFramebuffer(m.Rect.Size(), f)
	if !f.TrueColour {
		fb.SetColours(screen.ColourMap())
	}
	e := screen.NewEncoder(f)
	show(t, fb, e, m, m.Rect, false)
	return fb.Picture()
}

// show draws an area of a picture on a framebuffer, through an encoder and the bytes that it
// makes.
func show(t interface {
	Helper()
	Fatalf(string, ...any)
}, fb *screen.Framebuffer, e *screen.Encoder, m *image.RGBA, area image.Rectangle, crumbs bool,
) {
	t.Helper()
	count := 0
	var rects []byte
	if e.Free() {
		count = 0xffff
		rects = wire.Rectangle{Encoding: wire.LastRect}.Append(e.AppendParts(nil, m, area))
	} else {
		e.Split(area, func(part image.Rectangle) {
			rects = e.Append(rects, m, part)
			count++
		})
	}
	message := append(wire.AppendUpdate(nil, uint16(count)), rects...)
	in := bufio.NewReader(bytes.NewReader(message[1:]))
	if crumbs {
		in = bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(message[1:])), 16)
	}
	if _, err := fb.Update(wire.NewReader(in)); err != nil {
		t.Fatalf("%v of %v: %v", e.Encoding(), area, err)
	}
	if n := in.Buffered(); n > 0 {
		t.Fatalf("%v of %v left %d bytes", e.Encoding(), area, n)
	}
}

// TestEncodingsShowWhatRawShows draws pictures of every kind in every format and encoding,
// several on top of each other so that compressed streams go on.
func TestEncodingsShowWhatRawShows(t *testing.T) {
	size := image.Pt(150, 90)
	var pictures []*image.RGBA
	for seed := range uint64(5) {
		pictures = append(pictures, painted(size, seed))
	}
	for format, f := range formats {
		var want []*image.RGBA
		for _, m := range pictures {
			want = append(want, seen(t, m, f))
		}
		for _, encodings := range append([]wire.SetEncodings{{wire.Tight, wire.LastRect}}, each(screen.Writes)...) {
			t.Run(fmt.Sprint(encodings, " in ", format), func(t *testing.T) {
				fb := screen.NewFramebuffer(size, f)
				if !f.TrueColour {
					fb.SetColours(screen.ColourMap())
				}
				e := screen.NewEncoder(f)
				e.SetEncodings(encodings, nil)
				for i, m := range pictures {
					show(t, fb, e, m, m.Rect, i == 1)
					if !bytes.Equal(fb.Picture().Pix, want[i].Pix) {
						t.Fatalf("picture %d: %s", i, firstDifference(fb.Picture(), want[i]))
					}
				}
			})
		}
	}
}

// each returns lists of one encoding each.
func each(all []wire.Encoding) (lists []wire.SetEncodings) {
	for _, e := range all {
		lists = append(lists, wire.SetEncodings{e})
	}
	return lists
}

// TestEncodingsKeepPicturesWhole does the same with parts of pictures of any size, in the
// format that participants get, where nothing may be lost.
func TestEncodingsKeepPicturesWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := image.Pt(rapid.IntRange(1, 200).Draw(rt, "width"), rapid.IntRange(1, 140).Draw(rt, "height"))
		fb := screen.NewFramebuffer(size, wire.RGBX)
		e := screen.NewEncoder(wire.RGBX)
		want := image.NewRGBA(fb.Picture().Rect)
		copy(want.Pix, fb.Picture().Pix)
		for range rapid.IntRange(1, 5).Draw(rt, "updates") {
			encodings := wire.SetEncodings{rapid.SampledFrom(screen.Writes).Draw(rt, "encoding")}
			if rapid.Bool().Draw(rt, "parts") {
				encodings = append(encodings, wire.LastRect)
			}
			e.SetEncodings(encodings, nil)
			m := painted(size, rapid.Uint64().Draw(rt, "seed"))
			x, y := rapid.IntRange(0, size.X-1).Draw(rt, "x"), rapid.IntRange(0, size.Y-1).Draw(rt, "y")
			area := image.Rect(x, y, rapid.IntRange(x+1, size.X).Draw(rt, "right"), rapid.IntRange(y+1, size.Y).Draw(rt, "bottom"))
			show(rt, fb, e, m, area, false)
			for y := area.Min.Y; y < area.Max.Y; y++ {
				copy(want.Pix[want.PixOffset(area.Min.X, y):][:4*area.Dx()], m.Pix[m.PixOffset(area.Min.X, y):])
			}
			if !bytes.Equal(fb.Picture().Pix, want.Pix) {
				rt.Fatalf("%v of %v: %s", e.Encoding(), area, firstDifference(fb.Picture(), want))
			}
		}
	})
}

// TestFormatsKeepTheirColours works single colours out by hand.
func TestFormatsKeepTheirColours(t *testing.T) {
	for name, tt := range map[string]struct {
		wire []byte
		want color.RGBA
	}{
		"RGBX":            {raw(1, 2, 3, 99), color.RGBA{1, 2, 3, 255}},
		"BGRX":            {raw(3, 2, 1, 99), color.RGBA{1, 2, 3, 255}},
		"XRGB":            {raw(99, 1, 2, 3), color.RGBA{1, 2, 3, 255}},
		"big-endian BGRX": {raw(99, 1, 2, 3), color.RGBA{1, 2, 3, 255}},
		"10 bits each":    {raw(0xff, 0x03, 0, 0x20), color.RGBA{128*1020/1023*0 + 127, 0, 255, 255}},
		"565":             {raw(0x1f, 0xf8), color.RGBA{255, 0, 255, 255}},
		"big-endian 555":  {raw(0x03, 0xe0), color.RGBA{0, 255, 0, 255}},
		"332":             {raw(0xc7), color.RGBA{255, 0, 255, 255}},
		"colour map":      {raw(0x38), color.RGBA{0, 255, 0, 255}},
	} {
		fb := screen.NewFramebuffer(image.Pt(1, 1), formats[name])
		fb.SetColours(screen.ColourMap())
		message := update(rect(0, 0, 1, 1, wire.Raw, tt.wire))
		if _, err := fb.Update(readerOf(message[1:])); err != nil {
			t.Fatal(err)
		}
		if got := fb.Picture().RGBAAt(0, 0); got != tt.want {
			t.Errorf("%s: %x is %v, want %v", name, tt.wire, got, tt.want)
		}
	}
}

// TestJPEGIsNear bounds what is lost with quality 6, which noVNC asks for, where a server may
// be lossy at all: on average a hundredth of the whole range, for a picture as smooth as photographs are.
func TestJPEGIsNear(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 256, 200))
	for y := range 200 {
		for x := range 256 {
			m.SetRGBA(x, y, color.RGBA{uint8(x), uint8(y), uint8((x + y) / 2), 255})
		}
	}
	e := screen.NewEncoder(wire.RGBX)
	e.SetEncodings(wire.SetEncodings{wire.Tight, -26}, nil)
	fb := screen.NewFramebuffer(m.Rect.Size(), wire.RGBX)
	show(t, fb, e, m, m.Rect, true)
	sum, exact := 0, true
	for i := range m.Pix {
		d := int(m.Pix[i]) - int(fb.Picture().Pix[i])
		sum += max(d, -d)
		exact = exact && d == 0
	}
	if mean := float64(sum) / float64(len(m.Pix)); mean > 2.55 || exact {
		t.Errorf("channels differ by %.2f on average (exact: %v), want some and at most 2.55", mean, exact)
	}
}

// TestFramebufferPassesOverWhatIsNoPixels sends pseudo-encodings as an encoder writes them, and one
// that only other servers write.
func TestFramebufferPassesOverWhatIsNoPixels(t *testing.T) {
	arrow := screen.Shape{Hot: image.Pt(1, 2), Image: image.NewNRGBA(image.Rect(0, 0, 9, 3))}
	for i := range arrow.Image.Pix {
		arrow.Image.Pix[i] = uint8(i)
		if i%4 == 3 {
			arrow.Image.Pix[i] = uint8(i % 8 / 4 * 255)
		}
		if i%4 == 3 && i%8 < 4 {
			clear(arrow.Image.Pix[i-3 : i])
		}
	}
	for _, alpha := range []wire.Encoding{wire.Cursor, wire.AlphaCursor} {
		e := screen.NewEncoder(wire.RGBX)
		e.SetEncodings(wire.SetEncodings{alpha}, nil)
		pointer := e.AppendCursor(nil, arrow)
		if got := shapeIn(pointer); got.Hot != arrow.Hot || !bytes.Equal(got.Image.Pix, arrow.Image.Pix) {
			t.Errorf("%v: got pointer %v %v, want %v", alpha, got.Hot, got.Image.Pix, arrow.Image.Pix)
		}
		fb := screen.NewFramebuffer(image.Pt(320, 200), wire.RGBX)
		message := append(wire.AppendUpdate(nil, 4), pointer...)
		message = wire.AppendLEDState(message, wire.NumLock|wire.CapsLock)
		message = append(message, rect(0, 0, 0, 0, wire.DesktopName, be32(5), []byte("Naïv"))...)
		message = wire.AppendExtendedDesktopSize(message, image.Pt(30, 20), wire.ResizedByServer, wire.ResizeDone)
		d, err := fb.Update(wire.NewReader(bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(message[1:])), 16)))
		if err != nil || !d.Resized || d.Rects != 0 || fb.Size() != image.Pt(30, 20) {
			t.Errorf("%v: Update = %+v, %v, a screen of %v; want one of 30x20 and no pixels", alpha, d, err, fb.Size())
		}
	}
}

// shapeIn reads a rectangle of pixels in RGBX and a mask, or of pixels with alpha.
func shapeIn(rect []byte) screen.Shape {
	number := func(at int) int { return int(binary.BigEndian.Uint16(rect[at:])) }
	w, h, body := number(4), number(6), rect[12:]
	c := screen.Shape{Hot: image.Pt(number(0), number(2)), Image: image.NewNRGBA(image.Rect(0, 0, w, h))}
	if wire.Encoding(binary.BigEndian.Uint32(rect[8:])) == wire.AlphaCursor {
		copy(c.Image.Pix, body[4:]) // after the encoding of its pixels; no alpha of ours changes a colour
		return c
	}
	mask := body[4*w*h:]
	for i := range w * h {
		if mask[i/w*((w+7)/8)+i%w/8]>>(7-i%w%8)&1 != 0 {
			copy(c.Image.Pix[4*i:], body[4*i:][:3])
			c.Image.Pix[4*i+3] = 255
		}
	}
	return c
}

// TestFramebufferRefuses feeds what contradicts itself or is too much, each of which must end
// in a Breach before it costs memory or time.
func TestFramebufferRefuses(t *testing.T) {
	deflated := func(stream ...byte) []byte { return append(be32(uint32(len(stream))), stream...) }
	blank := raw(0x78, 1, 0, 0, 0, 0xff, 0xff) // a header and an empty block
	sixteen := bytes.Repeat(be32(0x00100010), 2)
	for name, tt := range map[string]struct {
		update []byte
		breach bool
	}{
		"a screen too wide":                 {update(rect(0, 0, wire.MaxSide+1, 1, wire.DesktopSize)), true},
		"a screen too large":                {update(rect(0, 0, 16000, 16000, wire.ExtendedDesktopSize, zeros(4))), true},
		"pixels outside of the screen":      {update(rect(319, 0, 2, 1, wire.Raw, zeros(8))), false},
		"a copy from outside of the screen": {update(rect(0, 0, 2, 1, wire.CopyRect, raw(1, 63, 0, 0))), true},
		"the screen again and again":        {update(many(17, rect(0, 0, 320, 200, wire.Hextile, zeros(20*13)))...), true},
		"a pointer too large":               {update(rect(0, 0, wire.MaxCursor+1, 1, wire.Cursor)), true},
		"more subrectangles than pixels":    {update(rect(0, 0, 2, 2, wire.RRE, be32(5), zeros(4))), true},
		"a subrectangle outside":            {update(rect(0, 0, 16, 16, wire.RRE, be32(1), zeros(8), raw(0, 1), zeros(2), raw(0, 16, 0, 16))), true},
		"subrectangles in heaps":            {update(rect(0, 0, 16, 16, wire.RRE, be32(9), zeros(4), bytes.Repeat(append(zeros(8), sixteen[:4]...), 9))), true},
		"a length beyond sense":             {update(rect(0, 0, 2, 2, wire.ZRLE, be32(1<<20))), true},
		"no compressed data":                {update(rect(0, 0, 2, 2, wire.ZRLE, be32(0))), false},
		"too little compressed data":        {update(rect(0, 0, 2, 2, wire.Zlib, deflated(blank...))), false},
		"no zlib header":                    {update(rect(0, 0, 2, 2, wire.Zlib, deflated(1, 2, 3, 4))), false},
		"a run beyond its tile":             {update(rect(0, 0, 2, 2, wire.ZRLE, deflated(stored(zrun...)...))), true},
		"a colour that is not there":        {update(rect(0, 0, 2, 2, wire.ZRLE, deflated(stored(130, 1, 2, 3, 1, 2, 3, 5)...))), true},
		"compressed data left over":         {update(rect(0, 0, 2, 2, wire.Zlib, deflated(stored(zeros(200)...)...))), false},
		"a picture of another size":         {update(rect(0, 0, 2, 2, wire.TightPNG, raw(0xa0, byte(len(onePixel))), onePixel)), true},
		"no picture":                        {update(rect(0, 0, 2, 2, wire.Tight, raw(0x90, 4), zeros(4))), false},
		"a name too long":                   {update(rect(0, 0, 0, 0, wire.DesktopName, be32(1<<30))), true},
	} {
		t.Run(name, func(t *testing.T) {
			fb := screen.NewFramebuffer(image.Pt(320, 200), wire.RGBX)
			_, err := fb.Update(readerOf(tt.update[1:]))
			var breach *wire.Breach
			if err == nil || errors.As(err, &breach) != tt.breach {
				t.Errorf("got %v, want an error, a Breach: %v", err, tt.breach)
			}
		})
	}
}

// zrun is a ZRLE tile of 2x2 pixels with a run of 5.
var zrun = []byte{128, 1, 2, 3, 4}

// stored wraps data as zlib does what it cannot compress, flushed.
func stored(data ...byte) []byte {
	b := append(raw(0x78, 1, 0), binary.LittleEndian.AppendUint16(nil, uint16(len(data)))...)
	b = binary.LittleEndian.AppendUint16(b, ^uint16(len(data)))
	return append(append(b, data...), 0, 0, 0, 0xff, 0xff)
}

func many(n int, rect []byte) (rects [][]byte) {
	for range n {
		rects = append(rects, rect)
	}
	return rects
}

// onePixel is a PNG of one black pixel.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU" +
	"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82")

// TestGradientIsUndone filters pictures as the specification says and has them drawn.
func TestGradientIsUndone(t *testing.T) {
	for name, f := range map[string]wire.PixelFormat{"three bytes": wire.RGBX, "565": formats["565"]} {
		m := painted(image.Pt(40, 30), 5)
		most, shift, size := [3]int{255, 255, 255}, [3]int{0, 8, 16}, 3
		if f != wire.RGBX {
			most, shift, size = [3]int{31, 63, 31}, [3]int{11, 5, 0}, 2
		}
		want := seen(t, m, f)
		channel := func(x, y, i int) int {
			if x < 0 || y < 0 {
				return 0
			}
			return (int(m.Pix[m.PixOffset(x, y)+i])*most[i] + 127) / 255
		}
		var data []byte
		for y := range 30 {
			for x := range 40 {
				value := 0
				for i := range 3 {
					guess := max(0, min(most[i], channel(x-1, y, i)+channel(x, y-1, i)-channel(x-1, y-1, i)))
					value |= (channel(x, y, i) - guess) & most[i] << shift[i]
				}
				data = append(data, binary.LittleEndian.AppendUint32(nil, uint32(value))[:size]...)
			}
		}
		data = stored(data...)
		message := update(rect(0, 0, 40, 30, wire.Tight, raw(0x50, 2, byte(len(data))|0x80, byte(len(data)>>7)), data))
		fb := screen.NewFramebuffer(m.Rect.Size(), f)
		if _, err := fb.Update(readerOf(message[1:])); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fb.Picture().Pix, want.Pix) {
			t.Errorf("%s: %s", name, firstDifference(fb.Picture(), want))
		}
	}
}
