package pages

// Span is a number of frames side by side that have the same class.
type Span struct {
	First  uint64
	Frames uint32
	Class  Class
}

// Order returns the frames from 0 to total in the order in which to bring them: by class, and within a class by address. Each
// frame occurs exactly once, whatever the Map says: frames that it says nothing about are Other, and what it says about frames beyond
// total is ignored. Frames of NoMemory come last, since the Map may be wrong.
func (m Map) Order(total uint64) (spans []Span) {
	var by [classes][]Span
	covered := uint64(0)
	for first, r := range m.All() {
		if first >= total {
			break
		}
		frames := min(uint64(r.Frames), total-first)
		by[r.Class] = append(by[r.Class], Span{first, uint32(frames), r.Class})
		covered = first + frames
	}
	for covered < total {
		frames := min(total-covered, MaxFrames)
		by[Other] = append(by[Other], Span{covered, uint32(frames), Other})
		covered += frames
	}
	for _, of := range by {
		spans = append(spans, of...)
	}
	return spans
}
