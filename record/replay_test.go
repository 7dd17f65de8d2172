package record

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// film is a recording of a screen that changes, with the pictures that it showed.
type film struct {
	file   []byte
	at     []time.Duration
	frames []*image.RGBA
}

// shoot makes a film with that many updates, step apart, in an encoding that depends on everything that was sent before. If cut
// is not 0, the viewer connects anew at update cut, with a screen of another size.
func shoot(t testing.TB, e wire.Encoding, size image.Point, updates, cut int, step time.Duration) film {
	t.Helper()
	var f film
	var out bytes.Buffer
	w, err := NewWriter(&out, head)
	if err != nil {
		t.Fatal(err)
	}
	var picture *image.RGBA
	var enc *screen.Encoder
	for n := range updates {
		at := time.Duration(n) * step
		var b []byte
		area := image.Rect(n*7%size.X, n*5%size.Y, n*7%size.X+40, n*5%size.Y+30)
		if n == 0 || n == cut {
			if n > 0 {
				size = size.Sub(image.Pt(16, 8))
			}
			picture = image.NewRGBA(image.Rectangle{Max: size})
			draw.Draw(picture, picture.Rect, image.NewUniform(color.RGBA{G: 80, A: 255}), image.Point{}, draw.Src)
			enc = screen.NewEncoder(wire.RGBX)
			enc.SetEncodings(wire.SetEncodings{e}, nil)
			area = picture.Rect
			b = append([]byte("RFB 003.003\n\x00\x00\x00\x01"), wire.ServerInit{W: uint16(size.X), H: uint16(size.Y), Format: wire.RGBX, Name: "film"}.Append(nil)...)
			err = errors.Join(err, w.Begin(at))
		} else {
			area = area.Intersect(picture.Rect)
			for y := area.Min.Y; y < area.Max.Y; y++ { // many colours, of which some have been sent before
				for x := area.Min.X; x < area.Max.X; x++ {
					picture.SetRGBA(x, y, color.RGBA{uint8(n + x*y), uint8(x), uint8(y), 255})
				}
			}
		}
		b = appendRects(b, enc, picture, area)
		err = errors.Join(err, w.Block(at, b))
		w.Input(Input{At: at, Kind: Pointer, X: uint16(n)})
		f.at = append(f.at, at)
		f.frames = append(f.frames, &image.RGBA{Pix: bytes.Clone(picture.Pix), Stride: picture.Stride, Rect: picture.Rect})
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	f.file = out.Bytes()
	return f
}

func appendRects(b []byte, enc *screen.Encoder, screen *image.RGBA, area image.Rectangle) []byte {
	at, count := len(b), uint16(0)
	b = wire.AppendUpdate(b, 0)
	enc.Split(area, func(q image.Rectangle) {
		b = enc.Append(b, screen, q)
		count++
	})
	binary.BigEndian.PutUint16(b[at+2:], count)
	return b
}

// samePicture fails the test unless two pictures are the same, pixel for pixel.
func samePicture(t *testing.T, what string, got, want *image.RGBA) {
	t.Helper()
	if got.Rect != want.Rect || !bytes.Equal(got.Pix, want.Pix) {
		t.Fatalf("%s: the picture of %v differs from the one of %v that was shown", what, got.Rect, want.Rect)
	}
}

func TestWalkShowsEveryUpdateWhenItCame(t *testing.T) {
	f := shoot(t, wire.ZRLE, image.Pt(200, 100), 30, 20, 100*time.Millisecond)
	n := 0
	err := Walk(bytes.NewReader(f.file), func(s Sight) error {
		if s.At != f.at[n] || s.Fresh != (n == 0 || n == 20) {
			t.Errorf("update %d came at %v, fresh %v, want %v", n, s.At, s.Fresh, f.at[n])
		}
		samePicture(t, "update", s.Picture, f.frames[n])
		n++
		return nil
	})
	if err != nil || n != len(f.frames) {
		t.Errorf("walked %d updates (%v), want %d", n, err, len(f.frames))
	}
}

func TestAReplayCanBeJumpedAboutIn(t *testing.T) {
	f := shoot(t, wire.ZRLE, image.Pt(200, 100), 200, 150, 100*time.Millisecond)
	var data bytes.Buffer
	index, err := MakeReplay(&data, bytes.NewReader(f.file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]int64{0, 15000}, index.Segments); diff != "" || index.Duration != 19900 || len(index.Inputs) != 200 {
		t.Errorf("segments (-want +got):\n%sduration %d, %d inputs; want 19900, 200", diff, index.Duration, len(index.Inputs))
	}
	if n := len(index.Chunks); n < 4 || n > 8 {
		t.Errorf("20 s are in %d chunks, want one about every 5 s", n)
	}
	end := int64(0)
	for _, c := range index.Chunks {
		if c.Offset != end {
			t.Fatalf("a chunk begins at %d, want %d", c.Offset, end)
		}
		end = c.Offset + c.Length
		watchChunk(t, f, c, data.Bytes()[c.Offset:end])
	}
	if end != int64(data.Len()) {
		t.Errorf("chunks end at %d of %d bytes", end, data.Len())
	}
}

// watchChunk plays one chunk alone, as after a jump, and compares what it shows after each
// message with what the participant saw then.
func watchChunk(t *testing.T, f film, c Chunk, data []byte) {
	t.Helper()
	var file bytes.Buffer
	w, err := NewWriter(&file, head)
	err = errors.Join(err, w.Begin(0))
	init := wire.ServerInit{W: uint16(c.Width), H: uint16(c.Height), Format: wire.RGBX}.Append([]byte("RFB 003.003\n\x00\x00\x00\x01"))
	err = errors.Join(err, w.Block(0, init))
	for len(data) > 0 {
		at := time.Duration(binary.BigEndian.Uint32(data)) * time.Millisecond
		n := binary.BigEndian.Uint32(data[4:])
		err = errors.Join(err, w.Block(at, data[8:8+n]))
		data = data[8+n:]
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	shown := 0
	err = Walk(&file, func(s Sight) error {
		samePicture(t, s.At.String(), s.Picture, f.frames[s.At/(100*time.Millisecond)])
		shown++
		return nil
	})
	if err != nil || shown == 0 {
		t.Errorf("the chunk at %d ms shows %d pictures: %v", c.At, shown, err)
	}
}

// noVNC breaks a stream of compression that is reset and then refers to an earlier rectangle.
func TestNoRectangleOfAReplayDependsOnAnother(t *testing.T) {
	f := shoot(t, wire.Raw, image.Pt(64, 64), 120, 0, 100*time.Millisecond)
	var data bytes.Buffer
	index, err := MakeReplay(&data, bytes.NewReader(f.file))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range index.Chunks {
		for chunk := data.Bytes()[c.Offset : c.Offset+c.Length]; len(chunk) > 0; {
			if control := chunk[8+4+rectangleHead]; control&0x0f != 0x0f {
				t.Errorf("in the chunk at %d ms a rectangle begins with control byte %#x", c.At, control)
			}
			chunk = chunk[8+binary.BigEndian.Uint32(chunk[4:]):]
		}
	}
}

func TestALibraryMakesAReplayOnce(t *testing.T) {
	l, _ := newLibrary(t, Config{Dir: t.TempDir()})
	f := shoot(t, wire.Tight, image.Pt(64, 64), 20, 0, time.Second)
	write(t, l.Path(3), f.file)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		index, data, done, err := l.OpenReplay(3)
		if err != nil {
			t.Fatal(err)
		}
		if data == nil {
			continue
		}
		defer data.Close()
		info, err := data.Stat()
		last := index.Chunks[len(index.Chunks)-1]
		if err != nil || done != 1 || info.Size() != last.Offset+last.Length {
			t.Errorf("the replay has %v bytes (%v), its index ends at %d", info, err, last.Offset+last.Length)
		}
		break
	}
	if err := l.Remove(3); err != nil {
		t.Fatal(err)
	}
	l.OpenReplay(3) // begins to make a replay; that must fail, since there is no recording
	for range tick.C {
		if _, _, _, err := l.OpenReplay(3); err != nil {
			break
		}
	}
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func FuzzWalk(f *testing.F) {
	f.Add(shoot(f, wire.Tight, image.Pt(16, 16), 3, 0, time.Second).file)
	f.Fuzz(func(t *testing.T, file []byte) {
		_ = Walk(bytes.NewReader(file), func(s Sight) error {
			if !s.Area.In(s.Picture.Rect) {
				t.Fatalf("changed %v of %v", s.Area, s.Picture.Rect)
			}
			return nil
		})
	})
}
