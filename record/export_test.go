package record

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"testing"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// viewed makes a recording like that of noVNC, which asks for pseudo-rectangles.
type viewed struct {
	t      *testing.T
	out    bytes.Buffer
	writer *Writer
	enc    *screen.Encoder
	screen *image.RGBA
	noise  uint8
}

func (v *viewed) must(err error) {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
}

// connect begins a segment with a screen of that size, and with the pseudo-rectangles that noVNC is sent first.
func (v *viewed) connect(at time.Duration, e wire.Encoding, w, h int) {
	v.t.Helper()
	v.must(v.writer.Begin(at))
	v.enc = screen.NewEncoder(wire.RGBX)
	v.enc.SetEncodings(wire.SetEncodings{e}, nil)
	hello := append([]byte("RFB 003.003\n\x00\x00\x00\x01"), wire.ServerInit{W: uint16(w), H: uint16(h), Format: wire.RGBX, Name: "QEMU"}.Append(nil)...)
	v.screen = image.NewRGBA(image.Rect(0, 0, w, h))
	v.must(v.writer.Block(at, hello))
	b := wire.AppendUpdate(nil, 3)
	b = v.sized(b)
	b = pseudo(b, image.Rectangle{}, -258) // the server knows QEMU's extended key events
	b = pseudo(b, image.Rect(3, 3, 11, 11), -239)
	b = append(b, make([]byte, 8*8*4+8)...) // a pointer's shape and its mask
	v.must(v.writer.Block(at, b))
}

// pseudo adds the head of a rectangle or pseudo-rectangle.
func pseudo(b []byte, area image.Rectangle, encoding int32) []byte {
	for _, n := range []int{area.Min.X, area.Min.Y, area.Dx(), area.Dy()} {
		b = binary.BigEndian.AppendUint16(b, uint16(n))
	}
	return binary.BigEndian.AppendUint32(b, uint32(encoding))
}

// sized adds a rectangle that says how large the screen is, and of which monitors it is made.
func (v *viewed) sized(b []byte) []byte {
	b = append(pseudo(b, v.screen.Rect, -308), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(v.screen.Rect.Dx()))
	return append(binary.BigEndian.AppendUint16(b, uint16(v.screen.Rect.Dy())), 0, 0, 0, 0)
}

// resize gives the screen another size, and what is seen on it.
func (v *viewed) resize(at time.Duration, w, h int) {
	now := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(now, now.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(now, now.Rect, v.screen, image.Point{}, draw.Src)
	v.screen = now
	v.must(v.writer.Block(at, v.sized(wire.AppendUpdate(nil, 1))))
}

// paint draws something of many colours, or of one. It ends the update with the pseudo-rectangle that says that it was the last.
func (v *viewed) paint(at time.Duration, area image.Rectangle, many bool) {
	v.t.Helper()
	v.noise += 31
	area = area.Intersect(v.screen.Rect)
	each(area, func(x, y int) {
		c := color.RGBA{v.noise, 10, 200, 255}
		if many {
			c = color.RGBA{v.noise + uint8(x*y), uint8(x), uint8(y), 255}
		}
		v.screen.SetRGBA(x, y, c)
	})
	b := wire.AppendUpdate(nil, 0xffff)
	v.enc.Split(area, func(q image.Rectangle) { b = v.enc.Append(b, v.screen, q) })
	v.must(v.writer.Block(at, pseudo(b, image.Rectangle{}, -224)))
}

// visit returns a recording of two connections. Together their screens have three sizes.
func visit(t *testing.T) []byte {
	v := &viewed{t: t}
	var err error
	v.writer, err = NewWriter(&v.out, head)
	v.must(err)
	v.connect(0, wire.ZRLE, 200, 100)
	v.paint(time.Second, v.screen.Rect, true)
	v.must(v.writer.Block(1100*time.Millisecond, []byte("\x02")))                               // a bell
	v.must(v.writer.Block(1200*time.Millisecond, []byte("\x03\x00\x00\x00\x00\x00\x00\x02hi"))) // what was copied
	v.paint(2*time.Second, image.Rect(33, 20, 100, 90), true)
	v.paint(2*time.Second, image.Rect(0, 0, 60, 60), false)
	v.resize(3*time.Second, 260, 90)
	v.paint(3100*time.Millisecond, v.screen.Rect, false)
	v.paint(3200*time.Millisecond, image.Rect(250, 80, 260, 90), true)
	v.connect(5*time.Second, wire.Tight, 120, 140)
	v.paint(5500*time.Millisecond, v.screen.Rect, true)
	v.paint(6*time.Second, image.Rect(100, 100, 120, 140), false)
	v.must(v.writer.Block(8*time.Second, []byte("\x02")))
	v.must(v.writer.Close())
	return v.out.Bytes()
}

// An old player, which knows rectangles of pixels only, shows the same for the export as our own replay.
func TestAPlayerThatKnowsPixelsOnlyReadsTheExport(t *testing.T) {
	file := visit(t)
	for name, tt := range map[string]struct {
		export Export
		size   image.Point
		from   time.Duration
		lasts  time.Duration
	}{
		"the whole":             {Export{}, image.Pt(260, 140), 0, 8 * time.Second},
		"the whole, in Hextile": {Export{Hextile: true}, image.Pt(260, 140), 0, 8 * time.Second},
		"the first connection":  {Export{Segment: 1}, image.Pt(260, 100), 0, 3200 * time.Millisecond},
		"the second connection": {Export{Segment: 2}, image.Pt(120, 140), 5 * time.Second, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := tt.export.Write(t.Context(), &out, bytes.NewReader(file)); err != nil {
				t.Fatal(err)
			}
			shown := map[time.Duration]*image.RGBA{} // the last picture of each time
			p := &player{file: out.Bytes()}
			err := p.play(func(at time.Duration) { shown[at] = cloned(p.screen) })
			if !errors.Is(err, io.EOF) {
				t.Fatalf("at %v: %v", p.at, err)
			}
			if p.screen.Rect.Size() != tt.size || p.at != tt.lasts || p.name != "attempt 17" {
				t.Errorf("%q of %v lasts %v, want %v and %v", p.name, p.screen.Rect.Size(), p.at, tt.size, tt.lasts)
			}
			if want := wanted(t, file, tt.export.Segment, tt.size); len(want) < 3 {
				t.Fatalf("%d pictures to compare", len(want))
			} else {
				for at, picture := range want {
					got := shown[at-tt.from]
					if got == nil {
						t.Errorf("no picture at %v", at-tt.from)
						continue
					}
					samePicture(t, at.String(), got, picture)
				}
			}
		})
	}
}

// Such a player cannot read what noVNC was sent, since that begins with pseudo-rectangles.
func TestAPlayerThatKnowsPixelsOnlyDoesNotReadTheRecordingItself(t *testing.T) {
	all, err := items(bytes.NewReader(visit(t)))
	if err != nil {
		t.Fatal(err)
	}
	file := []byte(plainFBS)
	for _, i := range all {
		if b, is := i.(Block); is {
			file = AppendBlock(file, b)
		}
	}
	file = bytes.Replace(file, wire.RGBX.Append(nil), bgrx.Append(nil), 1) // if not, it would stop before that
	if err := (&player{file: file}).play(func(time.Duration) {}); !errors.Is(err, errPlayer) {
		t.Errorf("playing ended with %v, want %v", err, errPlayer)
	}
}

func cloned(m *image.RGBA) *image.RGBA {
	return &image.RGBA{Pix: bytes.Clone(m.Pix), Stride: m.Stride, Rect: m.Rect}
}

// wanted returns the last picture of each time that Walk shows, on a canvas. Replays and videos are made of the same pictures.
func wanted(t *testing.T, file []byte, segment int, canvas image.Point) map[time.Duration]*image.RGBA {
	t.Helper()
	all := map[time.Duration]*image.RGBA{}
	err := Walk(bytes.NewReader(file), func(s Sight) error {
		if segment != 0 && s.Segment != segment {
			return nil
		}
		m := image.NewRGBA(image.Rectangle{Max: canvas})
		draw.Draw(m, m.Rect, image.Black, image.Point{}, draw.Src)
		draw.Draw(m, s.Picture.Rect, s.Picture, image.Point{}, draw.Src)
		all[s.At] = m
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestALargeScreenComesInBlocksThatPlayersTake(t *testing.T) {
	v := &viewed{t: t}
	var err error
	v.writer, err = NewWriter(&v.out, head)
	v.must(err)
	v.connect(0, wire.Raw, 1920, 1080)
	v.paint(time.Second, image.Rect(0, 0, 1920, 100), true)
	v.must(v.writer.Close())
	for _, x := range []Export{{}, {Hextile: true}} {
		var out bytes.Buffer
		v.must(x.Write(t.Context(), &out, bytes.NewReader(v.out.Bytes())))
		p := &player{file: out.Bytes()}
		if err := p.play(func(time.Duration) {}); !errors.Is(err, io.EOF) {
			t.Errorf("%+v: %v", x, err)
		}
		want := wanted(t, v.out.Bytes(), 0, image.Pt(1920, 1080))
		samePicture(t, "the end", p.screen, want[time.Second])
		t.Logf("%+v: %d bytes, blocks of up to %d", x, out.Len(), p.longest)
	}
}

func TestWhatCannotBeExportedIsRefusedAndWritesNothing(t *testing.T) {
	file := visit(t)
	for name, tt := range map[string]struct {
		export Export
		file   []byte
		kind   error
	}{
		"a segment that is not there": {Export{Segment: 3}, file, study.ErrNotFound},
		"a segment below none":        {Export{Segment: -1}, file, study.ErrNotFound},
		"no picture":                  {Export{}, written(t, []Item{Segment{}}, false).Bytes(), study.ErrConflict},
		"no recording":                {Export{}, []byte("x"), ErrBroken},
	} {
		var out bytes.Buffer
		if err := tt.export.Write(t.Context(), &out, bytes.NewReader(tt.file)); !errors.Is(err, tt.kind) || out.Len() > 0 {
			t.Errorf("%s: %d bytes, %v; want %v", name, out.Len(), err, tt.kind)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (Export{}).Write(gone, io.Discard, bytes.NewReader(file)); !errors.Is(err, context.Canceled) {
		t.Errorf("for somebody who is gone: %v", err)
	}
}
