package server

import (
	"image"
	"time"
)

// film finds the part of a screen that shows a film: what is sent as pictures again and again. It has no clock. It is not safe for
// concurrent use.
type film struct {
	tiles  map[image.Point]*filmed // by the tile's place in the grid
	area   image.Rectangle         // where the film was found to be by the latest call of find
	steady int                     // how many calls in a row have found it there
}

// filmed is a tile that was sent as a picture.
type filmed struct {
	latest time.Time
	times  int             // how many times in a row, with less than shortly between them
	area   image.Rectangle // what of the tile was sent
}

const (
	// filmTimes is how many times in a row a tile must have been sent as a picture to be part of a film.
	filmTimes = 4
	// filmSteady is how many updates the film must have been in the same place to be encoded as one.
	filmSteady = 3
	// filmPixels is the fewest pixels of a film. A smaller picture takes few bytes anyway.
	filmPixels = 96 * 96
	// filmPercent is how much of the rectangle around a film must belong to it.
	filmPercent = 60
)

// note notes that an area was sent as a picture at now.
func (f *film) note(area image.Rectangle, now time.Time) {
	if f.tiles == nil {
		f.tiles = map[image.Point]*filmed{}
	}
	for y := area.Min.Y / damageSide; y*damageSide < area.Max.Y; y++ {
		for x := area.Min.X / damageSide; x*damageSide < area.Max.X; x++ {
			f.noteTile(image.Pt(x, y), area, now)
		}
	}
}

func (f *film) noteTile(place image.Point, area image.Rectangle, now time.Time) {
	t := f.tiles[place]
	if t == nil || now.Sub(t.latest) >= shortly {
		t = &filmed{}
		f.tiles[place] = t
	}
	if t.latest != now { // one update may have several parts in a tile
		t.times++
	}
	corner := place.Mul(damageSide)
	t.latest = now
	t.area = t.area.Union(area.Intersect(image.Rectangle{corner, corner.Add(image.Pt(damageSide, damageSide))}))
}

// find returns where the film is at now, with even sides; an empty rectangle if there is none. Of several films it is the largest.
// steady reports whether it has been there for some updates.
func (f *film) find(now time.Time, screen image.Rectangle) (area image.Rectangle, steady bool) {
	found, most := image.Rectangle{}, 0
	seen := map[image.Point]bool{}
	for place, t := range f.tiles {
		if now.Sub(t.latest) >= shortly {
			delete(f.tiles, place)
			continue
		}
		if around, pixels := f.together(place, seen, now); pixels > most && pixels*100 >= filmPercent*around.Dx()*around.Dy() {
			found, most = around, pixels
		}
	}
	found.Min.X &^= 1
	found.Min.Y &^= 1
	found.Max = image.Pt((found.Max.X+1)&^1, (found.Max.Y+1)&^1)
	if whole := image.Rect(0, 0, screen.Max.X&^1, screen.Max.Y&^1); most < filmPixels {
		found = image.Rectangle{}
	} else {
		found = found.Intersect(whole)
	}
	if found != f.area {
		f.area, f.steady = found, 0
	}
	f.steady++
	return found, f.steady >= filmSteady
}

// together finds the tiles of a film that touch each other, beginning with the one at place. It returns the rectangle around them, and
// how many pixels of that rectangle they cover. It leaves out the tiles in seen, and adds those that it finds.
func (f *film) together(place image.Point, seen map[image.Point]bool, now time.Time) (around image.Rectangle, pixels int) {
	next := []image.Point{place}
	for len(next) > 0 {
		p := next[len(next)-1]
		next = next[:len(next)-1]
		t := f.tiles[p]
		if t == nil || seen[p] || t.times < filmTimes || now.Sub(t.latest) >= shortly {
			continue
		}
		seen[p] = true
		around = around.Union(t.area)
		pixels += t.area.Dx() * t.area.Dy()
		next = append(next, p.Add(image.Pt(1, 0)), p.Add(image.Pt(-1, 0)), p.Add(image.Pt(0, 1)), p.Add(image.Pt(0, -1)))
	}
	return around, pixels
}

// without returns rectangles that cover what of r does not lie in hole.
func without(r, hole image.Rectangle) (rest []image.Rectangle) {
	hole = hole.Intersect(r)
	if hole.Empty() {
		return []image.Rectangle{r}
	}
	for _, part := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, hole.Min.Y)},
		{image.Pt(r.Min.X, hole.Min.Y), image.Pt(hole.Min.X, hole.Max.Y)},
		{image.Pt(hole.Max.X, hole.Min.Y), image.Pt(r.Max.X, hole.Max.Y)},
		{image.Pt(r.Min.X, hole.Max.Y), r.Max},
	} {
		if !part.Empty() {
			rest = append(rest, part)
		}
	}
	return rest
}
