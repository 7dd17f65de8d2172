package server

import (
	"image"
	"time"

	"vmstudy/rfb/wire"
)

// restsAfter is how long a screen must have been still before what was sent with loss is sent again without. It is longer than the
// half second after which an interaction counts as quiet, so that a refresh is no part of an answer: docs/timing.md.
const restsAfter = 750 * time.Millisecond

// refreshTiles is how many tiles one refresh has, so that the answer to an input does not wait long for it.
const refreshTiles = 4

// A refresh sends parts of a still screen without loss that a viewer has with loss. A tap must not take it for the answer to an
// input; so a fence with wire.RefreshMark goes before it, and only viewers who understand fences get any.

// refreshes reports whether a refresh may be sent at now: there is nothing new to show. If one may come later, it sets the alarm.
func (v *viewer) refreshes(now time.Time) bool {
	if v.damage.any || len(v.untold) > 0 || !v.late.Empty() || !v.blurred.any || !v.can(wire.Fences) {
		return false
	}
	if wait := restsAfter - now.Sub(v.stirred); wait > 0 {
		v.alarm.Reset(wait)
		return false
	}
	v.wanted = v.asked
	if len(v.pace.flying) == 0 {
		v.wanted = v.wanted.Union(v.unasked)
	}
	return v.blurred.overlaps(v.wanted)
}

// hasLatest notes that the viewer has the latest update. The screen is still for the viewer from now on, not from when it changed:
// what takes long to arrive is not followed by a refresh at once. Refreshes themselves do not count.
func (v *viewer) hasLatest() {
	if !v.sharp {
		v.stirred = time.Now()
	}
}

// sharpen begins a refresh: it puts the mark and the header of an update into v.out, and the areas into v.changed. The caller has
// locked Server.mu.
func (v *viewer) sharpen() {
	v.apply()
	v.changed = v.blurred.takeFirst(refreshTiles, v.wanted, v.changed[:0])
	v.out = wire.Fence{Flags: wire.FenceRequest | wire.FenceBlockBefore, Payload: wire.RefreshMark}.Append(v.out)
	v.out = wire.AppendUpdate(v.out, uint16(v.count(0)))
	v.encoder.Exact(true)
	v.sharp = true
	v.asked = image.Rectangle{}
}

// noteBlur notes which parts of an update that was just encoded lost something, and which do no longer.
func (v *viewer) noteBlur() {
	v.encoder.Exact(false)
	lost, now := v.encoder.TakeLost(), time.Now()
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	for _, area := range v.changed {
		v.blurred.remove(area)
	}
	for _, area := range lost {
		v.blurred.add(area)
		v.film.note(area, now)
	}
	if !v.projected.Empty() {
		v.blurred.add(v.projected)
		v.projected = image.Rectangle{}
	}
}

// overlaps reports whether a changed tile overlaps an area.
func (d *damage) overlaps(area image.Rectangle) bool {
	return len(d.first(1, area, nil)) > 0
}

// takeFirst adds up to n changed tiles that overlap an area to tiles, and forgets them.
func (d *damage) takeFirst(n int, area image.Rectangle, tiles []image.Rectangle) []image.Rectangle {
	tiles = d.first(n, area, tiles)
	for _, tile := range tiles {
		d.remove(tile)
	}
	return tiles
}

// first adds up to n changed tiles that overlap an area to tiles.
func (d *damage) first(n int, area image.Rectangle, tiles []image.Rectangle) []image.Rectangle {
	d.each(func(tile image.Rectangle, _ int, _ uint64) {
		if len(tiles) < n && tile.Overlaps(area) {
			tiles = append(tiles, tile)
		}
	})
	return tiles
}

// remove forgets the tiles that lie in an area.
func (d *damage) remove(area image.Rectangle) {
	left := false
	d.each(func(tile image.Rectangle, word int, bit uint64) {
		if tile.In(area) {
			d.tiles[word] &^= bit
			d.whole[word] &^= bit
		} else {
			left = true
		}
	})
	d.any = left
}
