package h264_test

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vmstudy/rfb/h264"
	"vmstudy/studytest"
)

// film returns picture n of a film: a smooth pattern that moves.
func film(size image.Point, n int) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			wave := func(a, b, c float64) uint8 {
				return uint8(128 + 100*math.Sin(float64(x)/a+float64(y)/b+float64(n)*c))
			}
			m.SetRGBA(x, y, color.RGBA{wave(17, 29, 0.2), wave(31, 13, -0.1), wave(23, 41, 0.3), 255})
		}
	}
	return m
}

// off returns the root of the mean square of the differences of two pictures.
func off(a *image.RGBA, b []byte) float64 {
	var sum float64
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b[i])
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(a.Pix)))
}

// encoder returns an encoder that is closed when the test ends.
func encoder(t *testing.T, size image.Point, o h264.Options) *h264.Encoder {
	t.Helper()
	e, err := h264.NewEncoder(size, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e
}

// decoder returns a decoder that is closed when the test ends.
func decoder(t *testing.T, size image.Point) *h264.Decoder {
	t.Helper()
	d, err := h264.NewDecoder(size)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	return d
}

func TestEachPictureIsDecodedBeforeTheNextIsMade(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	for name, size := range map[string]image.Point{
		"a film":                              {320, 240},
		"sides that are no whole macroblocks": {202, 118},
		"the smallest":                        {16, 16},
	} {
		t.Run(name, func(t *testing.T) {
			e := encoder(t, size, h264.Options{Rate: 4_000_000, Quality: 20})
			d := decoder(t, size)
			first := 0
			for n := range 20 {
				m := film(size, n)
				data, err := e.Append(nil, m, m.Rect)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					first = len(data)
				} else if size.X > 100 && len(data) > first*2/3 {
					t.Errorf("picture %d takes %d bytes, and the first took %d", n, len(data), first)
				}
				got, err := d.Decode(data)
				if err != nil {
					t.Fatal(err)
				}
				if far := off(m, got); far > 12 {
					t.Errorf("picture %d is off by %.1f", n, far)
				}
			}
		})
	}
}

func TestAStreamCannotBeginInItsMiddle(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	size := image.Pt(64, 64)
	e := encoder(t, size, h264.Options{Rate: 1_000_000, Quality: 20})
	var second []byte
	for n := range 2 {
		var err error
		if second, err = e.Append(nil, film(size, n), image.Rectangle{Max: size}); err != nil {
			t.Fatal(err)
		}
	}
	d := decoder(t, size)
	if _, err := d.Decode(second); !errors.Is(err, h264.ErrNoKey) {
		t.Errorf("the error is %v, want %v", err, h264.ErrNoKey)
	}
	if got, err := d.Decode(nil); got != nil || err != nil {
		t.Errorf("of no data: %d bytes and %v, want nothing", len(got), err)
	}
}

// A busy picture must not take more than the rate allows, however often pictures come.
func TestTheRateIsKept(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	size := image.Pt(320, 240)
	const rate = 500_000
	e := encoder(t, size, h264.Options{Rate: rate, Quality: 1})
	var seed uint32 = 1
	for n := range 10 {
		m := image.NewRGBA(image.Rectangle{Max: size})
		for i := range m.Pix {
			seed = seed*1664525 + 1013904223
			m.Pix[i] = uint8(seed >> 24)
		}
		data, err := e.Append(nil, m, m.Rect)
		if err != nil {
			t.Fatal(err)
		}
		if n > 2 && len(data) > rate/8/2 {
			t.Errorf("picture %d takes %d bytes of the %d of a second", n, len(data), rate/8)
		}
	}
}

func TestAnErrorOfFFmpegEndsTheStream(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	h264.HavePatience(t, time.Second)
	d := decoder(t, image.Pt(64, 64))
	broken := []byte{0, 0, 0, 1, 0x67, 1, 2, 3, 4, 0, 0, 0, 1, 0x68, 9, 0, 0, 0, 1, 0x65, 7, 7, 7}
	_, err := d.Decode(broken)
	if err == nil {
		t.Error("garbage was decoded")
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%v: whoever reads a recording takes this for its end", err)
	}
	if _, err := d.Decode(broken); err == nil {
		t.Error("after an error the decoder goes on")
	}
}

// An ffmpeg that gets no processor, or hangs, must not stop the screen that waits for its picture.
func TestAnEncoderThatHangsIsGivenUpSoon(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	size := image.Pt(64, 64)
	e := encoder(t, size, h264.Options{Rate: 1_000_000, Quality: 20})
	if _, err := e.Append(nil, film(size, 0), image.Rectangle{Max: size}); err != nil {
		t.Fatal(err)
	}
	if err := h264.Process(e).Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := e.Append(nil, film(size, 1), image.Rectangle{Max: size}); err == nil {
		t.Error("there is a picture of an ffmpeg that stands still")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the screen stood still for %v", took)
	}
}

// What a file says of lengths must not reach ffmpeg as another length, else the file could bring ffmpeg what is no H.264 at all.
func TestWhatIsTooLongIsRefused(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	unit := func(kind byte, length int) []byte {
		return append([]byte{0, 0, 1, kind}, bytes.Repeat([]byte{kind}, length)...)
	}
	for name, data := range map[string][]byte{
		"sequence parameters": slices.Concat(unit(0x67, 1<<16), unit(0x68, 9), unit(0x65, 9)),
		"picture parameters":  slices.Concat(unit(0x67, 9), unit(0x68, 1<<16), unit(0x65, 9)),
		"many short slices":   slices.Concat(unit(0x67, 9), unit(0x68, 9), bytes.Repeat(unit(0x65, 0), 1<<22)),
	} {
		t.Run(name, func(t *testing.T) {
			d := decoder(t, image.Pt(64, 64))
			if _, err := d.Decode(data); !errors.Is(err, h264.ErrTooLong) {
				t.Errorf("the error is %v, want %v", err, h264.ErrTooLong)
			}
		})
	}
}

// A file must not make ffmpeg take memory for pictures that are far larger than the rectangle they are for.
func TestAPictureMuchLargerThanItsPlaceIsRefused(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	large := image.Pt(1024, 1024)
	e := encoder(t, large, h264.Options{Rate: 1_000_000, Quality: 30})
	data, err := e.Append(nil, film(large, 0), image.Rectangle{Max: large})
	if err != nil {
		t.Fatal(err)
	}
	h264.HavePatience(t, 5*time.Second)
	d := decoder(t, image.Pt(64, 64))
	if _, err := d.Decode(data); err == nil {
		t.Error("a picture of 1024x1024 pixels was decoded for a place of 64x64")
	}
}

func TestOfWhatFFmpegSaysTheBeginningIsKept(t *testing.T) {
	line := strings.Repeat("no such reference; ", 10) + "\n"
	if kept := h264.Said(strings.Repeat(line, 10_000)); len(kept) > 1<<14 || !strings.HasPrefix(kept, line) {
		t.Errorf("of %d bytes %d are kept", 10_000*len(line), len(kept))
	}
}

func TestAnFFmpegThatCannotEncodeIsNoneAtAll(t *testing.T) {
	h264.Forget()
	dir := t.TempDir()
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	fake := filepath.Join(dir, "ffmpeg")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\necho 'Unknown encoder libx264' >&2\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := h264.Available(); err == nil || !strings.Contains(err.Error(), "Unknown encoder") {
		t.Errorf("Available = %v, want what ffmpeg says", err)
	}
	if err := os.Remove(fake); err != nil {
		t.Fatal(err)
	}
	studytest.Need(t, "ffmpeg")
	if err := h264.Available(); err != nil {
		t.Errorf("with a real one: %v", err)
	}
}
