package h264_test

import (
	"errors"
	"image"
	"image/color"
	"math"
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

func TestEachPictureIsDecodedBeforeTheNextIsMade(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	for name, size := range map[string]image.Point{
		"a film":                              {320, 240},
		"sides that are no whole macroblocks": {202, 118},
		"the smallest":                        {16, 16},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := h264.NewEncoder(size, h264.Options{Rate: 4_000_000, Quality: 20})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			d, err := h264.NewDecoder(size)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
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
	e, err := h264.NewEncoder(size, h264.Options{Rate: 1_000_000, Quality: 20})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var second []byte
	for n := range 2 {
		if second, err = e.Append(nil, film(size, n), image.Rectangle{Max: size}); err != nil {
			t.Fatal(err)
		}
	}
	d, err := h264.NewDecoder(size)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
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
	e, err := h264.NewEncoder(size, h264.Options{Rate: rate, Quality: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
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
	d, err := h264.NewDecoder(image.Pt(64, 64))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	broken := []byte{0, 0, 0, 1, 0x67, 1, 2, 3, 4, 0, 0, 0, 1, 0x68, 9, 0, 0, 0, 1, 0x65, 7, 7, 7}
	if _, err := d.Decode(broken); err == nil {
		t.Error("garbage was decoded")
	}
	if _, err := d.Decode(broken); err == nil {
		t.Error("after an error the decoder goes on")
	}
}
