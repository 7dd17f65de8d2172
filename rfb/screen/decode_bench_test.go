package screen_test

import (
	"bufio"
	"bytes"
	"image"
	"io"
	"testing"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// again reads a message without end.
type again struct {
	b  []byte
	at int
}

func (a *again) Read(p []byte) (int, error) {
	n := copy(p, a.b[a.at:])
	a.at = (a.at + n) % len(a.b)
	return n, nil
}

// BenchmarkDraw measures how fast a desktop of 1280x800 is drawn, in bytes of the framebuffer.
func BenchmarkDraw(b *testing.B) {
	m := rfbtest.Desktop(image.Pt(1280, 800), 1)
	for _, encoding := range screen.Writes {
		b.Run(encoding.String(), func(b *testing.B) {
			e := screen.NewEncoder(wire.RGBX)
			e.SetEncodings(wire.SetEncodings{encoding}, nil)
			fb := screen.NewFramebuffer(m.Rect.Size(), wire.RGBX)
			var first, next []byte // a compressed stream goes on: the second update can be sent again and again
			for _, message := range []*[]byte{&first, &next} {
				count := 0
				e.Split(m.Rect, func(part image.Rectangle) {
					*message = e.Append(*message, m, part)
					count++
				})
				*message = append(wire.AppendUpdate(nil, uint16(count)), *message...)
			}
			in := bufio.NewReaderSize(io.MultiReader(bytes.NewReader(first), &again{b: next}), 64<<10)
			r := wire.NewReader(in)
			draw := func() {
				_, err := in.Discard(1)
				if err == nil {
					_, err = fb.Update(r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			draw()
			b.SetBytes(int64(len(m.Pix)))
			for b.Loop() {
				draw()
			}
			b.ReportMetric(float64(len(next))/float64(len(m.Pix))*100, "%ofraw")
		})
	}
}

// BenchmarkEncode measures the opposite.
func BenchmarkEncode(b *testing.B) {
	m := rfbtest.Desktop(image.Pt(1280, 800), 1)
	for _, encoding := range screen.Writes {
		b.Run(encoding.String(), func(b *testing.B) {
			e := screen.NewEncoder(wire.RGBX)
			e.SetEncodings(wire.SetEncodings{encoding}, nil)
			b.SetBytes(int64(len(m.Pix)))
			var out []byte
			for b.Loop() {
				out = out[:0]
				e.Split(m.Rect, func(part image.Rectangle) { out = e.Append(out, m, part) })
			}
		})
	}
}
