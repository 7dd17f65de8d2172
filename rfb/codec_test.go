package rfb_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"vmstudy/rfb"
)

// formats are pixel formats that viewers and servers use, and odd ones that they might.
var formats = map[string]rfb.PixelFormat{
	"RGBX":            rfb.RGBX,
	"BGRX":            whole(16, 8, 0, false),
	"XRGB":            whole(8, 16, 24, false),
	"big-endian BGRX": whole(16, 8, 0, true),
	"big-endian RGBX": whole(24, 16, 8, true),
	"32 bits deep":    {BitsPerPixel: 32, Depth: 32, TrueColour: true, RedMax: 255, GreenMax: 255, BlueMax: 255, RedShift: 16, GreenShift: 8},
	"10 bits each":    {BitsPerPixel: 32, Depth: 30, TrueColour: true, RedMax: 1023, GreenMax: 1023, BlueMax: 1023, RedShift: 20, GreenShift: 10},
	"low 565 of 32":   {BitsPerPixel: 32, Depth: 16, TrueColour: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 11, GreenShift: 5},
	"high 565 of 32":  {BitsPerPixel: 32, Depth: 16, TrueColour: true, BigEndian: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 27, GreenShift: 21, BlueShift: 16},
	"565":             {BitsPerPixel: 16, Depth: 16, TrueColour: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 11, GreenShift: 5},
	"big-endian 555":  {BitsPerPixel: 16, Depth: 15, TrueColour: true, BigEndian: true, RedMax: 31, GreenMax: 31, BlueMax: 31, RedShift: 10, GreenShift: 5},
	"332":             {BitsPerPixel: 8, Depth: 8, TrueColour: true, RedMax: 7, GreenMax: 7, BlueMax: 3, RedShift: 0, GreenShift: 3, BlueShift: 6},
	"colour map":      {BitsPerPixel: 8, Depth: 8},
}

func whole(r, g, b uint8, big bool) rfb.PixelFormat {
	return rfb.PixelFormat{
		BitsPerPixel: 32, Depth: 24, TrueColour: true, BigEndian: big,
		RedMax: 255, GreenMax: 255, BlueMax: 255, RedShift: r, GreenShift: g, BlueShift: b,
	}
}

// kinds of picture, for each of which some encoding has a form of its own.
var kinds = map[string]func(r *rand.Rand, x, y int) color.RGBA{
	"one colour":  func(*rand.Rand, int, int) color.RGBA { return color.RGBA{12, 200, 77, 255} },
	"two colours": func(_ *rand.Rand, x, y int) color.RGBA { return grey((x/3 + y/5) % 2 * 255) },
	"four colours": func(_ *rand.Rand, x, y int) color.RGBA {
		return color.RGBA{uint8(x / 7 % 2 * 255), uint8(y / 9 % 2 * 255), 9, 255}
	},
	"twelve":    func(r *rand.Rand, _, _ int) color.RGBA { return grey(r.IntN(12) * 20) },
	"long runs": func(_ *rand.Rand, _, y int) color.RGBA { return grey(y % 200) },
	"short runs": func(_ *rand.Rand, x, y int) color.RGBA {
		return color.RGBA{uint8(x / 4 * 37), uint8(y), uint8(x / 4), 255}
	},
	"eighty":   func(r *rand.Rand, _, _ int) color.RGBA { return grey(r.IntN(80) * 3) },
	"gradient": func(_ *rand.Rand, x, y int) color.RGBA { return color.RGBA{uint8(x), uint8(y), uint8(x + y), 255} },
	"noise": func(r *rand.Rand, _, _ int) color.RGBA {
		n := r.Uint32()
		return color.RGBA{uint8(n), uint8(n >> 8), uint8(n >> 16), 255}
	},
}

func grey(n int) color.RGBA { return color.RGBA{uint8(n), uint8(n), uint8(n), 255} }

// painted returns a picture in which kinds of picture lie beside and upon each other.
func painted(size image.Point, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 0))
	m := image.NewRGBA(image.Rectangle{Max: size})
	names := []string{"one colour", "two colours", "four colours", "twelve", "long runs", "short runs", "eighty", "gradient", "noise"}
	for range 6 {
		area := image.Rect(r.IntN(size.X+1), r.IntN(size.Y+1), r.IntN(size.X+1), r.IntN(size.Y+1))
		if m.Pix[3] == 0 {
			area = m.Rect
		}
		paint := kinds[names[r.IntN(len(names))]]
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				m.SetRGBA(x, y, paint(r, x, y))
			}
		}
	}
	return m
}

// seen returns what a picture looks like in a format: the Raw encoding, which others must
// agree with, taken apart the plain way.
func seen(t *testing.T, m *image.RGBA, f rfb.PixelFormat) *image.RGBA {
	t.Helper()
	fb := rfb.NewFramebuffer(m.Rect.Size(), f)
	if !f.TrueColour {
		fb.SetColours(rfb.ColourMap())
	}
	e := rfb.NewEncoder(f, false)
	show(t, fb, e, m, m.Rect, false)
	return fb.Picture()
}

func readerOf(b []byte) *rfb.Reader { return rfb.NewReader(bufio.NewReader(bytes.NewReader(b))) }

// show draws an area of a picture on a framebuffer, through an encoder and the bytes that it
// makes.
func show(t interface {
	Helper()
	Fatalf(string, ...any)
}, fb *rfb.Framebuffer, e *rfb.Encoder, m *image.RGBA, area image.Rectangle, crumbs bool,
) {
	t.Helper()
	count := 0
	var rects []byte
	e.Split(area, func(part image.Rectangle) {
		rects = e.Append(rects, m, part)
		count++
	})
	message := append(rfb.AppendUpdate(nil, uint16(count)), rects...)
	in := bufio.NewReader(bytes.NewReader(message[1:]))
	if crumbs {
		in = bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(message[1:])), 16)
	}
	if _, err := fb.Update(rfb.NewReader(in)); err != nil {
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
		for _, encoding := range rfb.Writes {
			t.Run(fmt.Sprint(encoding, " in ", format), func(t *testing.T) {
				fb := rfb.NewFramebuffer(size, f)
				if !f.TrueColour {
					fb.SetColours(rfb.ColourMap())
				}
				e := rfb.NewEncoder(f, false)
				e.SetEncodings(rfb.SetEncodings{encoding}, nil)
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

// TestEncodingsKeepPicturesWhole does the same with parts of pictures of any size, in the
// format that participants get, where nothing may be lost.
func TestEncodingsKeepPicturesWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		size := image.Pt(rapid.IntRange(1, 200).Draw(rt, "width"), rapid.IntRange(1, 140).Draw(rt, "height"))
		fb := rfb.NewFramebuffer(size, rfb.RGBX)
		e := rfb.NewEncoder(rfb.RGBX, false)
		want := image.NewRGBA(fb.Picture().Rect)
		copy(want.Pix, fb.Picture().Pix)
		for range rapid.IntRange(1, 5).Draw(rt, "updates") {
			e.SetEncodings(rfb.SetEncodings{rapid.SampledFrom(rfb.Writes).Draw(rt, "encoding")}, nil)
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

func firstDifference(got, want *image.RGBA) string {
	if got.Rect != want.Rect {
		return fmt.Sprintf("got a screen of %v, want %v", got.Rect, want.Rect)
	}
	for i := range got.Pix {
		if got.Pix[i] != want.Pix[i] {
			x, y := i%got.Stride/4, i/got.Stride
			return fmt.Sprintf("pixel %d,%d is %v, want %v", x, y, got.RGBAAt(x, y), want.RGBAAt(x, y))
		}
	}
	return "no difference"
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
		fb := rfb.NewFramebuffer(image.Pt(1, 1), formats[name])
		fb.SetColours(rfb.ColourMap())
		message := update(rect(0, 0, 1, 1, rfb.Raw, tt.wire))
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
	e := rfb.NewEncoder(rfb.RGBX, true)
	e.SetEncodings(rfb.SetEncodings{rfb.Tight, -26}, nil)
	fb := rfb.NewFramebuffer(m.Rect.Size(), rfb.RGBX)
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
	arrow := rfb.Shape{Hot: image.Pt(1, 2), Image: image.NewNRGBA(image.Rect(0, 0, 9, 3))}
	for i := range arrow.Image.Pix {
		arrow.Image.Pix[i] = uint8(i)
		if i%4 == 3 {
			arrow.Image.Pix[i] = uint8(i % 8 / 4 * 255)
		}
		if i%4 == 3 && i%8 < 4 {
			clear(arrow.Image.Pix[i-3 : i])
		}
	}
	for _, alpha := range []rfb.Encoding{rfb.Cursor, rfb.AlphaCursor} {
		e := rfb.NewEncoder(rfb.RGBX, false)
		e.SetEncodings(rfb.SetEncodings{alpha}, nil)
		pointer := e.AppendCursor(nil, arrow)
		if got := shapeIn(pointer); got.Hot != arrow.Hot || !bytes.Equal(got.Image.Pix, arrow.Image.Pix) {
			t.Errorf("%v: got pointer %v %v, want %v", alpha, got.Hot, got.Image.Pix, arrow.Image.Pix)
		}
		fb := rfb.NewFramebuffer(image.Pt(320, 200), rfb.RGBX)
		message := append(rfb.AppendUpdate(nil, 4), pointer...)
		message = rfb.AppendLEDState(message, rfb.NumLock|rfb.CapsLock)
		message = append(message, rect(0, 0, 0, 0, rfb.DesktopName, be32(5), []byte("Naïv"))...)
		message = rfb.AppendExtendedDesktopSize(message, image.Pt(30, 20), rfb.ResizedByServer, rfb.ResizeDone)
		d, err := fb.Update(rfb.NewReader(bufio.NewReaderSize(iotest.OneByteReader(bytes.NewReader(message[1:])), 16)))
		if err != nil || !d.Resized || d.Rects != 0 || fb.Size() != image.Pt(30, 20) {
			t.Errorf("%v: Update = %+v, %v, a screen of %v; want one of 30x20 and no pixels", alpha, d, err, fb.Size())
		}
	}
}

// shapeIn reads a rectangle of pixels in RGBX and a mask, or of pixels with alpha.
func shapeIn(rect []byte) rfb.Shape {
	number := func(at int) int { return int(binary.BigEndian.Uint16(rect[at:])) }
	w, h, body := number(4), number(6), rect[12:]
	c := rfb.Shape{Hot: image.Pt(number(0), number(2)), Image: image.NewNRGBA(image.Rect(0, 0, w, h))}
	if rfb.Encoding(binary.BigEndian.Uint32(rect[8:])) == rfb.AlphaCursor {
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
		"a screen too wide":                 {update(rect(0, 0, rfb.MaxSide+1, 1, rfb.DesktopSize)), true},
		"a screen too large":                {update(rect(0, 0, 16000, 16000, rfb.ExtendedDesktopSize, zeros(4))), true},
		"pixels outside of the screen":      {update(rect(319, 0, 2, 1, rfb.Raw, zeros(8))), false},
		"a copy from outside of the screen": {update(rect(0, 0, 2, 1, rfb.CopyRect, raw(1, 63, 0, 0))), true},
		"the screen again and again":        {update(many(17, rect(0, 0, 320, 200, rfb.Hextile, zeros(20*13)))...), true},
		"a pointer too large":               {update(rect(0, 0, rfb.MaxCursor+1, 1, rfb.Cursor)), true},
		"more subrectangles than pixels":    {update(rect(0, 0, 2, 2, rfb.RRE, be32(5), zeros(4))), true},
		"a subrectangle outside":            {update(rect(0, 0, 16, 16, rfb.RRE, be32(1), zeros(8), raw(0, 1), zeros(2), raw(0, 16, 0, 16))), true},
		"subrectangles in heaps":            {update(rect(0, 0, 16, 16, rfb.RRE, be32(9), zeros(4), bytes.Repeat(append(zeros(8), sixteen[:4]...), 9))), true},
		"a length beyond sense":             {update(rect(0, 0, 2, 2, rfb.ZRLE, be32(1<<20))), true},
		"no compressed data":                {update(rect(0, 0, 2, 2, rfb.ZRLE, be32(0))), false},
		"too little compressed data":        {update(rect(0, 0, 2, 2, rfb.Zlib, deflated(blank...))), false},
		"no zlib header":                    {update(rect(0, 0, 2, 2, rfb.Zlib, deflated(1, 2, 3, 4))), false},
		"a run beyond its tile":             {update(rect(0, 0, 2, 2, rfb.ZRLE, deflated(stored(zrun...)...))), true},
		"a colour that is not there":        {update(rect(0, 0, 2, 2, rfb.ZRLE, deflated(stored(130, 1, 2, 3, 1, 2, 3, 5)...))), true},
		"compressed data left over":         {update(rect(0, 0, 2, 2, rfb.Zlib, deflated(stored(zeros(200)...)...))), false},
		"a picture of another size":         {update(rect(0, 0, 2, 2, rfb.TightPNG, raw(0xa0, byte(len(onePixel))), onePixel)), true},
		"no picture":                        {update(rect(0, 0, 2, 2, rfb.Tight, raw(0x90, 4), zeros(4))), false},
		"a name too long":                   {update(rect(0, 0, 0, 0, rfb.DesktopName, be32(1<<30))), true},
	} {
		t.Run(name, func(t *testing.T) {
			fb := rfb.NewFramebuffer(image.Pt(320, 200), rfb.RGBX)
			_, err := fb.Update(readerOf(tt.update[1:]))
			var breach *rfb.Breach
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
	for name, f := range map[string]rfb.PixelFormat{"three bytes": rfb.RGBX, "565": formats["565"]} {
		m := painted(image.Pt(40, 30), 5)
		most, shift, size := [3]int{255, 255, 255}, [3]int{0, 8, 16}, 3
		if f != rfb.RGBX {
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
		message := update(rect(0, 0, 40, 30, rfb.Tight, raw(0x50, 2, byte(len(data))|0x80, byte(len(data)>>7)), data))
		fb := rfb.NewFramebuffer(m.Rect.Size(), f)
		if _, err := fb.Update(readerOf(message[1:])); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(fb.Picture().Pix, want.Pix) {
			t.Errorf("%s: %s", name, firstDifference(fb.Picture(), want))
		}
	}
}
