package server

import (
	"image"
	"image/draw"
	"time"
)

// pointerArea returns where on the screen the pointer is. The caller has locked mu.
func (s *Server) pointerArea() image.Rectangle {
	if s.shape == nil || s.shape.Image == nil {
		return image.Rectangle{}
	}
	size := image.Rectangle{Max: s.shape.Image.Rect.Size()}
	return size.Add(s.pointer).Sub(s.shape.Hot).Intersect(s.screen.Rect)
}

// pointerChanged has the pointer drawn anew where it is a part of the picture. The caller has locked mu.
func (s *Server) pointerChanged(before image.Rectangle) {
	now := time.Now()
	for v := range s.viewers {
		if v.drawn {
			v.damage.add(before)
			v.damage.add(s.pointerArea())
			v.stirred = now
			v.wake.Signal()
		}
	}
}

// withPointer calls do while the pointer is drawn on the screen, for a viewer for whom it is a part of the picture. The caller has locked
// Server.mu.
func (v *viewer) withPointer(do func()) {
	s := v.server
	area := s.pointerArea()
	if !v.drawn || area.Empty() {
		do()
		return
	}
	under := image.NewRGBA(area)
	draw.Draw(under, area, s.screen, area.Min, draw.Src)
	draw.Draw(s.screen, area, s.shape.Image, area.Min.Sub(s.pointer).Add(s.shape.Hot).Add(s.shape.Image.Rect.Min), draw.Over)
	do()
	draw.Draw(s.screen, area, under, area.Min, draw.Src)
}
