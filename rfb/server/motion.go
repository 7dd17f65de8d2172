package server

import (
	"image"
	"time"
)

// motion knows which tiles of a screen change again and again, as those of a film do.
type motion struct {
	latest map[image.Point]change // by the tile's place in the grid
}

// change is when a tile was sent last, and whether it had been sent shortly before.
type change struct {
	at    time.Time
	again bool
}

// shortly is how long after a change another one makes it a motion: a slow network shows a film in few pictures.
const shortly = time.Second

// note notes that a tile is sent at now.
func (m *motion) note(tile image.Rectangle, now time.Time) {
	if m.latest == nil {
		m.latest = map[image.Point]change{}
	}
	place := tile.Min.Div(damageSide)
	m.latest[place] = change{now, now.Sub(m.latest[place].at) < shortly}
}

// at reports whether the tile in which an area begins is in motion at now.
func (m *motion) at(area image.Rectangle, now time.Time) bool {
	c := m.latest[area.Min.Div(damageSide)]
	return c.again && now.Sub(c.at) < shortly
}
