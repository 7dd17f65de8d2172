package rfb_test

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"
	"net"
	"testing"

	"vmstudy/rfb"
)

// viewer is a whole VNC viewer for tests. It shares no decoder with the package and takes
// every rectangle apart to its last pixel, so that a length that is wrong by a byte ends in
// nonsense. Like noVNC it wants the format RGBX. Errors are panics of type error.
type viewer struct {
	conn    net.Conn
	in      *bufio.Reader
	read    int64 // bytes
	screen  *image.RGBA
	seen    []rfb.Update           // as Tap should tell them, without times
	kinds   map[rfb.Encoding]int   // rectangles, by encoding
	details map[string]int         // Tight and ZRLE rectangles and tiles, by their kind
	streams map[string]*zlibStream // by the name of the encoding and its stream
}

// zlibStream is one of the compressed streams that go on from rectangle to rectangle.
type zlibStream struct {
	in  bytes.Buffer
	out io.Reader
}

// must panics with an error, which newViewer's caller turns into a failure.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

// newViewer shakes hands and says what it understands.
func newViewer(conn net.Conn, encodings ...rfb.Encoding) *viewer {
	v := &viewer{
		conn: conn, in: bufio.NewReaderSize(conn, 64<<10),
		kinds: map[rfb.Encoding]int{}, details: map[string]int{}, streams: map[string]*zlibStream{},
	}
	v.bytes(12)
	v.say([]byte("RFB 003.008\n"))
	v.bytes(int(v.bytes(1)[0]))
	v.say([]byte{1})
	v.bytes(4)
	v.say([]byte{1})
	size := v.bytes(20)
	v.bytes(v.u32())
	v.resize(int(binary.BigEndian.Uint16(size)), int(binary.BigEndian.Uint16(size[2:])))
	v.say(rfb.SetPixelFormat{Format: rfb.RGBX}.Append(nil))
	v.say(rfb.SetEncodings(encodings).Append(nil))
	return v
}

func (v *viewer) say(b []byte) {
	_, err := v.conn.Write(b)
	must(err)
}

func (v *viewer) bytes(n int) []byte {
	b := make([]byte, n)
	_, err := io.ReadFull(v.in, b)
	must(err)
	v.read += int64(n)
	return b
}

func (v *viewer) u8() int  { return int(v.bytes(1)[0]) }
func (v *viewer) u16() int { return int(binary.BigEndian.Uint16(v.bytes(2))) }
func (v *viewer) u32() int { return int(binary.BigEndian.Uint32(v.bytes(4))) }

func (v *viewer) resize(w, h int) { v.screen = image.NewRGBA(image.Rect(0, 0, w, h)) }

// request asks for the screen and reads on until something of it has come.
func (v *viewer) request(incremental bool) {
	size := v.screen.Rect.Size()
	v.say(rfb.FramebufferUpdateRequest{Incremental: incremental, W: uint16(size.X), H: uint16(size.Y)}.Append(nil))
	for drew := false; !drew; {
		before := v.read
		kind := v.u8()
		if kind != 0 {
			panic(fmt.Errorf("message of type %d", kind))
		}
		drew = v.update(before)
	}
}

func (v *viewer) update(before int64) bool {
	v.bytes(1)
	u := rfb.Update{N: len(v.seen) + 1}
	for left := v.u16(); left > 0; left-- {
		x, y, w, h, e := v.u16(), v.u16(), v.u16(), v.u16(), rfb.Encoding(int32(v.u32()))
		v.kinds[e]++
		if e == rfb.LastRect {
			break
		}
		if v.rect(image.Rect(x, y, x+w, y+h), e) {
			u.Rects++
			u.Area = u.Area.Union(image.Rect(x, y, x+w, y+h))
		}
	}
	u.Bytes = v.read - before
	v.seen = append(v.seen, u)
	return u.Rects > 0
}

// rect reads and draws one rectangle and tells whether that was one of pixels.
func (v *viewer) rect(r image.Rectangle, e rfb.Encoding) bool {
	switch e {
	case rfb.DesktopSize:
		v.resize(r.Dx(), r.Dy())
	case rfb.ExtendedDesktopSize:
		v.bytes(v.u8()*16 + 3)
		v.resize(r.Dx(), r.Dy())
	case rfb.ExtendedKeyEvent, rfb.PointerTypeChange:
	case rfb.LEDState:
		v.bytes(1)
	case rfb.Cursor:
		v.bytes(r.Dx()*r.Dy()*4 + (r.Dx()+7)/8*r.Dy())
	case rfb.AlphaCursor:
		v.bytes(4 + r.Dx()*r.Dy()*4)
	default:
		v.pixels(r, e)
		return true
	}
	return false
}

func (v *viewer) pixels(r image.Rectangle, e rfb.Encoding) {
	switch e {
	case rfb.Raw:
		v.blit(r, v.bytes(r.Dx()*r.Dy()*4), 4)
	case rfb.CopyRect:
		draw.Draw(v.screen, r, v.screen, image.Pt(v.u16(), v.u16()), draw.Src)
	case rfb.Hextile:
		v.hextile(r)
	case rfb.Zlib:
		v.blit(r, v.inflate("zlib", v.bytes(v.u32()), r.Dx()*r.Dy()*4), 4)
	case rfb.ZRLE:
		v.zrle(r)
	case rfb.Tight, rfb.TightPNG:
		v.tight(r)
	default:
		panic(fmt.Errorf("rectangle in encoding %d", e))
	}
}

// blit draws pixels of three or four bytes.
func (v *viewer) blit(r image.Rectangle, pix []byte, size int) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			v.screen.SetRGBA(x, y, rgb(pix))
			pix = pix[size:]
		}
	}
}

func (v *viewer) fill(r image.Rectangle, c color.RGBA) {
	draw.Draw(v.screen, r, image.NewUniform(c), image.Point{}, draw.Src)
}

func rgb(b []byte) color.RGBA { return color.RGBA{b[0], b[1], b[2], 255} }

// inflate gives a stream more data and takes n bytes from it, which must be all there are.
func (v *viewer) inflate(name string, data []byte, n int) []byte {
	s := v.streams[name]
	if s == nil {
		s = &zlibStream{}
		v.streams[name] = s
	}
	s.in.Write(data)
	if s.out == nil {
		out, err := zlib.NewReader(&s.in)
		must(err)
		s.out = out
	}
	b := make([]byte, n)
	_, err := io.ReadFull(s.out, b)
	must(err)
	return b
}

// within runs the viewer and fails the test if it gave up.
func within(t *testing.T, run func()) {
	t.Helper()
	defer func() {
		if err, is := recover().(error); is {
			t.Fatalf("the viewer gave up: %v", err)
		}
	}()
	run()
}
