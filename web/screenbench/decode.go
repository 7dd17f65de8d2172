package screenbench

import (
	"bufio"
	"bytes"
	"context"
	"image"
	"io"
	"runtime"
	"time"

	"vmstudy/bench"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// decodeBars are the bars: MB of framebuffer that one processor must draw per second.
var decodeBars = map[wire.Encoding]float64{wire.Raw: 300, wire.ZRLE: 60}

// measureDecode draws a desktop and noise, both of 1280x800, again and again on one processor.
func measureDecode(_ context.Context, s bench.Setting) (rows []bench.Row, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // so that the work of the garbage collector counts, too
	each := time.Second
	if s.Quick {
		each = 300 * time.Millisecond
	}
	static := image.NewRGBA(image.Rectangle{Max: screenSize})
	copy(static.Pix, noise(len(static.Pix)))
	done := 0
	for _, encoding := range screen.Writes {
		for _, shown := range []struct {
			name string
			m    *image.RGBA
		}{{"desktop", rfbtest.Desktop(screenSize, 1)}, {"noise", static}} {
			rate, share, err := drawRate(encoding, shown.m, each)
			if err != nil {
				return rows, err
			}
			row := bench.Told(rate)
			if bar, is := decodeBars[encoding]; is {
				row = bench.AtLeast(bar, rate)
			}
			condition := encoding.String() + ", " + shown.name
			rows = append(rows, row.As("decode", condition, "MB/s"), bench.Told(share).As("length", condition, "% of raw"))
			done++
			s.Show(done, 2*len(screen.Writes))
		}
	}
	return rows, nil
}

// drawRate returns how many MB of pixels are drawn per second, and the length of an update in
// percent of its pixels.
func drawRate(encoding wire.Encoding, m *image.RGBA, during time.Duration) (rate, share float64, err error) {
	e := screen.NewEncoder(wire.RGBX)
	e.SetEncodings(wire.SetEncodings{encoding}, nil)
	first := updateOf(e, m)
	next := updateOf(e, m) // the first update begins a compressed stream; the second one can be repeated
	in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(first), &again{b: next}), 64<<10)
	r, fb := wire.NewReader(in), screen.NewFramebuffer(m.Rect.Size(), wire.RGBX)
	drawn := -1
	begun := time.Now()
	for ; time.Since(begun) < during || drawn < 2; drawn++ {
		if _, err = in.Discard(1); err == nil {
			_, err = fb.Update(r)
		}
		if err != nil {
			return 0, 0, err
		}
		if drawn < 0 {
			begun = time.Now()
		}
	}
	rate = float64(drawn) * float64(len(m.Pix)) / 1e6 / time.Since(begun).Seconds()
	return rate, 100 * float64(len(next)) / float64(len(m.Pix)), nil
}

func updateOf(e *screen.Encoder, m *image.RGBA) []byte {
	var rects []byte
	count := uint16(0)
	e.Split(m.Rect, func(part image.Rectangle) {
		rects = e.Append(rects, m, part)
		count++
	})
	return append(wire.AppendUpdate(nil, count), rects...)
}

// again is a reader that repeats a message without end.
type again struct {
	b  []byte
	at int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.b[a.at:])
	a.at = (a.at + n) % len(a.b)
	return n, nil
}
