package server

import (
	"image"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAFilmIsFoundWherePicturesChangeAgainAndAgain(t *testing.T) {
	screen := image.Rect(0, 0, 801, 601)
	for name, tt := range map[string]struct {
		sent func(update int) []image.Rectangle // as pictures, ten times a second
		want image.Rectangle
	}{
		"nothing moves":          {func(int) []image.Rectangle { return nil }, image.Rectangle{}},
		"a film":                 {func(int) []image.Rectangle { return []image.Rectangle{image.Rect(100, 50, 420, 290)} }, image.Rect(100, 50, 420, 290)},
		"a film at odd places":   {func(int) []image.Rectangle { return []image.Rectangle{image.Rect(101, 51, 421, 291)} }, image.Rect(100, 50, 422, 292)},
		"a film to the odd edge": {func(int) []image.Rectangle { return []image.Rectangle{image.Rect(400, 300, 801, 601)} }, image.Rect(400, 300, 800, 600)},
		"a film in parts": {func(int) []image.Rectangle {
			return []image.Rectangle{image.Rect(0, 0, 200, 100), image.Rect(0, 100, 200, 200)}
		}, image.Rect(0, 0, 200, 200)},
		"only a half of it in each update": {func(n int) []image.Rectangle { return []image.Rectangle{image.Rect(0, n%2*128, 256, n%2*128+128)} }, image.Rect(0, 0, 256, 256)},
		"too small":                        {func(int) []image.Rectangle { return []image.Rectangle{image.Rect(0, 0, 64, 64)} }, image.Rectangle{}},
		"the larger of two": {func(int) []image.Rectangle {
			return []image.Rectangle{image.Rect(0, 0, 128, 128), image.Rect(300, 300, 600, 500)}
		}, image.Rect(300, 300, 600, 500)},
		"pictures that come once": {func(n int) []image.Rectangle {
			return []image.Rectangle{image.Rect(0, 0, 200, 200).Add(image.Pt(64*(n%8), 64*(n%5)))}[:min(1, max(0, 3-n))]
		}, image.Rectangle{}},
		"a frame around nothing": {func(int) []image.Rectangle {
			return []image.Rectangle{image.Rect(0, 0, 768, 64), image.Rect(0, 0, 64, 576), image.Rect(704, 0, 768, 576), image.Rect(0, 512, 768, 576)}
		}, image.Rectangle{}},
	} {
		t.Run(name, func(t *testing.T) {
			var f film
			now := time.Unix(0, 0)
			var area image.Rectangle
			var steady bool
			for n := range 20 {
				now = now.Add(100 * time.Millisecond)
				for _, r := range tt.sent(n) {
					f.note(r, now)
				}
				area, steady = f.find(now, screen)
			}
			if area != tt.want || !steady {
				t.Errorf("found %v, steady %v; want %v", area, steady, tt.want)
			}
			if area, _ := f.find(now.Add(shortly), screen); !area.Empty() || len(f.tiles) > 0 {
				t.Errorf("after a second of rest there is %v, and %d tiles are kept", area, len(f.tiles))
			}
		})
	}
}

func TestWithoutCoversTheRestOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string) image.Rectangle {
			n := rapid.IntRange(0, 12)
			return image.Rect(n.Draw(t, name), n.Draw(t, name), n.Draw(t, name), n.Draw(t, name))
		}
		r, hole := some("rectangle"), some("hole")
		parts := without(r, hole)
		for y := range 12 {
			for x := range 12 {
				p, times := image.Pt(x, y), 0
				for _, part := range parts {
					if p.In(part) {
						times++
					}
				}
				want := 0
				if p.In(r) && !p.In(hole) {
					want = 1
				}
				if times != want {
					t.Fatalf("%v without %v is %v: it has %v %d times, want %d", r, hole, parts, p, times, want)
				}
			}
		}
	})
}
