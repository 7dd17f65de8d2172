package forecast

// everything brings all that there is.
type everything struct {
	quiet
	dues []Due
}

// Everything returns what makes a strategy that brings everything: first the chunks of order, and then all others, disks before the
// rest. It is for images that are to be here in the end, and it never pauses the machine.
func Everything(order []Chunk) func(Shape) Strategy {
	return func(s Shape) Strategy {
		e := &everything{}
		planned := map[Chunk]bool{}
		add := func(chunks []Chunk) {
			for _, c := range chunks {
				if s.has(c) && !planned[c] {
					planned[c] = true
					e.dues = append(e.dues, Due{Chunk: c})
				}
			}
		}
		add(order)
		add(s.all(Disk))
		for _, im := range s.Images {
			if im.Name != Disk {
				add(s.all(im.Name))
			}
		}
		return e
	}
}

// Begin plans everything.
func (e *everything) Begin() Plan { return Plan{Dues: e.dues} }
