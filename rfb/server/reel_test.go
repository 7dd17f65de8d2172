package server_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/studytest"
)

// scene returns picture n of a film of many colours.
func scene(n int) func(*image.RGBA, image.Rectangle) {
	return func(m *image.RGBA, area image.Rectangle) {
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				wave := func(a, b, c float64) uint8 {
					return uint8(128 + 100*math.Sin(float64(x)/a+float64(y)/b+float64(n)*c))
				}
				m.SetRGBA(x, y, color.RGBA{wave(17, 29, 0.2), wave(31, 13, -0.1), wave(23, 41, 0.3), 255})
			}
		}
	}
}

// distance is the root of the mean square of the differences of two pictures of one size, in an area.
func distance(a, b *image.RGBA, area image.Rectangle) float64 {
	var sum, count float64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for i := a.PixOffset(area.Min.X, y); i < a.PixOffset(area.Max.X, y); i++ {
			d := float64(a.Pix[i]) - float64(b.Pix[i])
			sum += d * d
			count++
		}
	}
	return math.Sqrt(sum / count)
}

// A film is sent as H.264 to a viewer that can draw it and for whom that is wished, and as JPEG to others. Everything is exact once
// the film rests.
func TestAFilmIsSentAsOne(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	size, area := image.Pt(640, 400), image.Rect(101, 51, 421, 231)
	for name, tt := range map[string]struct {
		encodings []wire.Encoding
		films     bool
	}{
		"wished for, and can be drawn":        {[]wire.Encoding{wire.Tight, wire.Quality(6), wire.H264, wire.FilmRate(4_000_000)}, true},
		"wished for, and cannot be drawn":     {[]wire.Encoding{wire.Tight, wire.Quality(6), wire.FilmRate(4_000_000)}, false},
		"not wished for":                      {[]wire.Encoding{wire.Tight, wire.Quality(6), wire.H264}, false},
		"wished for, but everything is exact": {[]wire.Encoding{wire.Tight, wire.H264, wire.FilmRate(4_000_000)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			s := server.New(size)
			var told seen
			c := lookThrough(t, s, robot.View{Encodings: tt.encodings, Unasked: true}, told.note(t))
			want := image.NewRGBA(image.Rectangle{Max: size})
			draw.Draw(want, want.Rect, image.NewUniform(color.RGBA{240, 240, 240, 255}), image.Point{}, draw.Src)
			s.Draw(want.Rect, func(m *image.RGBA) { copy(m.Pix, want.Pix) })
			exact := func() {
				for seen := c.Changes(); !bytes.Equal(c.Screen().Pix, want.Pix); seen = c.Changes() {
					if _, err := c.WaitChange(ctx, seen); err != nil {
						t.Fatalf("it does not become exact: %s", firstDifference(c.Screen(), want))
					}
				}
			}
			exact()
			films, length := 0, int64(0)
			for n := 0; n < 400 && films < 12 && (tt.films || n < 20); n++ {
				scene(n)(want, area)
				before := c.Changes()
				s.Draw(area, func(m *image.RGBA) { draw.Draw(m, area, want, area.Min, draw.Src) })
				if _, err := c.WaitChange(ctx, before); err != nil {
					t.Fatal(err)
				}
				told.mu.Lock()
				last := told.updates[len(told.updates)-1]
				told.mu.Unlock()
				if last.Films > 0 {
					films++
					length += last.Bytes
				}
				if off := distance(c.Screen(), want, area); off > 14 {
					t.Errorf("picture %d is off by %.1f", n, off)
				}
			}
			if tt.films != (films > 0) || tt.films && films < 12 {
				t.Errorf("%d updates had pictures of a film", films)
			}
			if tt.films {
				t.Logf("%d bytes for a picture of %d pixels", length/int64(films), area.Dx()*area.Dy())
			}
			exact()
		})
	}
}

// What a key changes beside a film comes before the film goes on.
func TestAnAnswerDoesNotWaitForAFilm(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	size, area := image.Pt(640, 400), image.Rect(100, 50, 420, 230)
	s := server.New(size)
	letter := image.Rect(500, 300, 516, 316)
	n := 0
	s.Input = func(m wire.ClientMessage) {
		if k, is := m.(wire.KeyEvent); is && k.Down {
			s.Draw(image.Rectangle{Max: size}, func(m *image.RGBA) {
				n++
				scene(n)(m, area)
				draw.Draw(m, letter, image.NewUniform(color.RGBA{uint8(n), 9, 9, 255}), image.Point{}, draw.Src)
			})
		}
	}
	var told seen
	c := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.Quality(6), wire.H264, wire.FilmRate(4_000_000)}, Unasked: true}, told.note(t))
	films := func() (count int, last tap.Update) {
		told.mu.Lock()
		defer told.mu.Unlock()
		for _, u := range told.updates {
			count += u.Films
		}
		return count, told.updates[len(told.updates)-1]
	}
	show := func() {
		before := c.Changes()
		s.Draw(area, func(m *image.RGBA) { n++; scene(n)(m, area) })
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.WaitChange(ctx, 0); err != nil {
		t.Fatal(err)
	}
	for count := 0; count < 3; count, _ = films() {
		show()
	}
	before := c.Changes()
	if err := c.Key(ctx, 'a', true); err != nil {
		t.Fatal(err)
	}
	change, err := c.WaitChange(ctx, before)
	if err != nil {
		t.Fatal(err)
	}
	if !letter.In(change.Area) || change.Area.Overlaps(area) {
		t.Errorf("the answer showed %v, want %v and nothing of the film", change.Area, letter)
	}
	count, _ := films()
	for seen := c.Changes(); ; seen = c.Changes() { // the picture that was put off
		if more, last := films(); more > count {
			if !last.Area.In(area) {
				t.Errorf("the picture that was put off came with what is around it, %v", last.Area)
			}
			break
		}
		if _, err := c.WaitChange(ctx, seen); err != nil {
			t.Fatal("the picture that waited for the answer never came")
		}
	}
}

// Somebody who types without a pause sees the film beside it go on.
func TestTypingDoesNotStopAFilm(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	size, area := image.Pt(640, 400), image.Rect(100, 50, 420, 230)
	s := server.New(size)
	n := 0
	show := func(with func(*image.RGBA)) {
		s.Draw(image.Rectangle{Max: size}, func(m *image.RGBA) {
			n++
			scene(n)(m, area)
			with(m)
		})
	}
	s.Input = func(wire.ClientMessage) {
		show(func(m *image.RGBA) {
			draw.Draw(m, image.Rect(500, 300, 516, 316), image.NewUniform(color.RGBA{uint8(n), 9, 9, 255}), image.Point{}, draw.Src)
		})
	}
	var told seen
	wishes := []wire.Encoding{wire.Tight, wire.Quality(6), wire.H264, wire.FilmRate(4_000_000), wire.FrameRate(3)} // keys come faster
	c := lookThrough(t, s, robot.View{Encodings: wishes, Unasked: true}, told.note(t))
	films := func() (count int) {
		told.mu.Lock()
		defer told.mu.Unlock()
		for _, u := range told.updates {
			count += min(u.Films, 1)
		}
		return count
	}
	next := func(do func()) {
		before := c.Changes()
		do()
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatal(err)
		}
	}
	next(func() {})
	for films() < 3 {
		next(func() { show(func(*image.RGBA) {}) })
	}
	before := films()
	const keys = 12
	for range keys {
		next(func() {
			if err := c.Key(ctx, 'a', true); err != nil {
				t.Fatal(err)
			}
		})
	}
	if got := films() - before; got < keys/3 {
		t.Errorf("while %d keys were answered, %d updates had a picture of the film", keys, got)
	}
}

// What a film has left, as a desktop does from which a film no longer hides everything, is exact soon, though the film goes on elsewhere.
func TestWhatAFilmHasLeftBecomesExact(t *testing.T) {
	studytest.Need(t, "ffmpeg")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	size := image.Pt(640, 400)
	large, small, text := image.Rect(64, 64, 576, 384), image.Rect(64, 64, 240, 200), image.Rect(320, 128, 512, 320)
	s := server.New(size)
	var told seen
	c := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.Quality(6), wire.H264, wire.FilmRate(1_000_000)}, Unasked: true}, told.note(t))
	n := 0
	show := func(area image.Rectangle, paint func(*image.RGBA)) {
		before := c.Changes()
		s.Draw(area, paint)
		if _, err := c.WaitChange(ctx, before); err != nil {
			t.Fatal("it is not exact while the film goes on")
		}
	}
	film := func(area image.Rectangle) func(*image.RGBA) {
		return func(m *image.RGBA) { n++; scene(n)(m, area) }
	}
	for films := 0; films < 3; {
		show(large, film(large))
		told.mu.Lock()
		films += told.updates[len(told.updates)-1].Films
		told.mu.Unlock()
	}
	want := image.NewRGBA(image.Rectangle{Max: size})
	for y := text.Min.Y; y < text.Max.Y; y++ {
		for x := text.Min.X; x < text.Max.X; x++ {
			want.SetRGBA(x, y, color.RGBA{uint8(x*y%7/3) * 120, 30, 30, 255})
		}
	}
	show(large, func(m *image.RGBA) { draw.Draw(m, text, want, text.Min, draw.Src) })
	for off := 1.0; off > 0; off = distance(c.Screen(), want, text) {
		show(small, film(small))
	}
}
