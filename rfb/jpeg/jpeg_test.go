package jpeg_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdlib "image/jpeg"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/rfb/jpeg"
)

// photo returns a picture of soft shapes, some noise and edges, as photographs have them.
func photo(size image.Point) *image.RGBA {
	m := image.NewRGBA(image.Rectangle{Max: size})
	chance := rand.New(rand.NewPCG(1, 2))
	for y := range size.Y {
		for x := range size.X {
			fx, fy := float64(x)/17, float64(y)/23
			v := 120 + 60*math.Sin(fx)*math.Cos(fy) + 30*math.Sin(fx*fy/7) + 6*chance.NormFloat64()
			if (x/40+y/30)%5 == 0 {
				v = 255 - v
			}
			clip := func(f float64) uint8 { return uint8(min(max(f, 0), 255)) }
			m.SetRGBA(x, y, color.RGBA{clip(v), clip(v*0.8 + 40*math.Sin(fy)), clip(200 - v*0.6), 255})
		}
	}
	return m
}

// decoded returns what Go's own decoder sees.
func decoded(t interface{ Fatal(...any) }, b []byte) image.Image {
	m, err := stdlib.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// distance returns the root of the mean squared difference of two pictures, and the largest, over red, green and blue.
func distance(src *image.RGBA, area image.Rectangle, got image.Image) (rms float64, most int) {
	sum := 0.0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			want := src.RGBAAt(x, y)
			r, g, b, _ := got.At(x-area.Min.X, y-area.Min.Y).RGBA()
			for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
				sum += float64(d * d)
				most = max(most, d, -d)
			}
		}
	}
	return math.Sqrt(sum / float64(3*area.Dx()*area.Dy())), most
}

func TestAPictureIsWhatWasOnTheScreen(t *testing.T) {
	src := photo(image.Pt(200, 150))
	tests := map[string]struct {
		o    jpeg.Options
		most float64 // the largest distance
	}{
		"at the best quality, hardly anything is lost": {jpeg.Options{Quality: 100}, 1},
		"at a good one, little":                        {jpeg.Options{Quality: 92}, 5},
		"with half the colours":                        {jpeg.Options{Quality: 92, Chroma: jpeg.Half}, 7},
		"with a quarter":                               {jpeg.Options{Quality: 92, Chroma: jpeg.Quarter}, 8},
		"at a poor one, the picture can be known":      {jpeg.Options{Quality: 15, Chroma: jpeg.Quarter}, 16},
		"a quality below the worst is the worst":       {jpeg.Options{Quality: -5}, 60},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var e jpeg.Encoder
			for _, area := range []image.Rectangle{src.Rect, image.Rect(3, 5, 4, 6), image.Rect(10, 20, 27, 29), image.Rect(0, 0, 16, 16)} {
				b := e.Append([]byte("before"), src, area, tt.o)
				m := decoded(t, b[len("before"):])
				if m.Bounds().Size() != area.Size() {
					t.Fatalf("the picture of %v has the size %v", area, m.Bounds().Size())
				}
				if rms, _ := distance(src, area, m); rms > tt.most {
					t.Errorf("%v is off by %.2f, want at most %v", area, rms, tt.most)
				}
			}
		})
	}
}

// Of the same steps and the same resolution of colours, the picture is the same as that of Go's own library, and shorter.
func TestAPictureIsShorterThanTheLibrarys(t *testing.T) {
	src := photo(image.Pt(640, 400))
	for _, quality := range []int{15, 50, 79, 95} {
		for _, area := range []image.Rectangle{src.Rect, image.Rect(64, 64, 128, 128)} {
			var e jpeg.Encoder
			ours := e.Append(nil, src, area, jpeg.Options{Quality: quality, Chroma: jpeg.Quarter})
			var theirs bytes.Buffer
			if err := stdlib.Encode(&theirs, src.SubImage(area), &stdlib.Options{Quality: quality}); err != nil {
				t.Fatal(err)
			}
			a, _ := distance(src, area, decoded(t, ours))
			b, _ := distance(src, area, decoded(t, theirs.Bytes()))
			t.Logf("quality %d, %v: %d bytes off by %.2f; the library's %d, off by %.2f", quality, area.Size(), len(ours), a, theirs.Len(), b)
			if len(ours) >= theirs.Len() {
				t.Errorf("quality %d, %v: %d bytes, the library's has %d", quality, area.Size(), len(ours), theirs.Len())
			}
			if a > b*1.03 {
				t.Errorf("quality %d, %v: off by %.2f, the library's by %.2f", quality, area.Size(), a, b)
			}
		}
	}
}

// Whatever is on a screen, the picture can be read, has its size, and is near to it.
func TestEveryPictureCanBeRead(t *testing.T) {
	var e jpeg.Encoder // one for all, as a viewer's
	rapid.Check(t, func(t *rapid.T) {
		size := image.Pt(rapid.IntRange(1, 70).Draw(t, "width"), rapid.IntRange(1, 70).Draw(t, "height"))
		m := image.NewRGBA(image.Rectangle{Max: size})
		chance := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		colours := rapid.SampledFrom([]int{1, 2, 256, 1 << 24}).Draw(t, "colours")
		for i := range size.X * size.Y {
			v := chance.IntN(colours) * (1<<24/colours + 1)
			copy(m.Pix[4*i:], []uint8{uint8(v), uint8(v >> 8), uint8(v >> 16), 255})
		}
		o := jpeg.Options{Quality: rapid.IntRange(1, 100).Draw(t, "quality"), Chroma: rapid.SampledFrom([]jpeg.Chroma{jpeg.Full, jpeg.Half, jpeg.Quarter}).Draw(t, "chroma")}
		got := decoded(t, e.Append(nil, m, m.Rect, o))
		if got.Bounds().Size() != size {
			t.Fatalf("it has the size %v, want %v", got.Bounds().Size(), size)
		}
		if rms, most := distance(m, m.Rect, got); o.Quality == 100 && o.Chroma == jpeg.Full && most > 6 {
			t.Fatalf("at the best quality it is off by up to %d, on average %.2f", most, rms)
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	src := photo(image.Pt(1024, 64))
	for _, chroma := range []jpeg.Chroma{jpeg.Full, jpeg.Half, jpeg.Quarter} {
		b.Run(fmt.Sprintf("chroma %d", chroma), func(b *testing.B) {
			var e jpeg.Encoder
			var out []byte
			b.SetBytes(int64(len(src.Pix)))
			for b.Loop() {
				out = e.Append(out[:0], src, src.Rect, jpeg.Options{Quality: 79, Chroma: chroma})
			}
			b.ReportMetric(float64(len(out)), "bytes/picture")
		})
	}
	b.Run("library", func(b *testing.B) {
		var out bytes.Buffer
		b.SetBytes(int64(len(src.Pix)))
		for b.Loop() {
			out.Reset()
			_ = stdlib.Encode(&out, src, &stdlib.Options{Quality: 79})
		}
		b.ReportMetric(float64(out.Len()), "bytes/picture")
	})
}
