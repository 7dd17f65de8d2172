package keyboard

// A Step is a key of the guest that goes down or up.
type Step struct {
	Place uint32
	Down  bool
}

// Held says what is down in the guest.
type Held struct {
	Shifts []uint32 // the Shift keys, by their places
	Caps   bool     // Caps Lock is on
}

// Press returns the steps that press the key of a stroke and leave it down, while what is in h is held. Shift and AltGr are
// as the stroke needs them when the key goes down, and as they were before once it is down.
func (s Stroke) Press(h Held) (all []Step) {
	level := s.Level
	if s.Letter && h.Caps {
		level ^= Shift
	}
	around := []Step{} // what is done before the key, and undone after it
	switch {
	case s.Loose:
	case level&Shift != 0 && len(h.Shifts) == 0:
		around = append(around, Step{placeShiftLeft, true})
	case level&Shift == 0:
		for _, shift := range h.Shifts {
			around = append(around, Step{shift, false})
		}
	}
	if level&AltGr != 0 {
		around = append(around, Step{placeAltGr, true})
	}
	all = append(all, around...)
	all = append(all, Step{s.Place, true})
	for i := len(around) - 1; i >= 0; i-- {
		all = append(all, Step{around[i].Place, !around[i].Down})
	}
	return all
}

// Tap returns the steps of Press, and then those that release the key.
func (s Stroke) Tap(h Held) []Step { return append(s.Press(h), Step{s.Place, false}) }

// Steps returns all steps of a Press, in order.
func (p Press) Steps(h Held) (all []Step) {
	for _, s := range p.Before {
		all = append(all, s.Tap(h)...)
	}
	if p.Stroke != nil {
		all = append(all, p.Stroke.Press(h)...)
	}
	return all
}

// ShiftsOf returns the Shift keys among keys that are down.
func ShiftsOf(down func(place uint32) bool) (shifts []uint32) {
	for _, place := range []uint32{placeShiftLeft, placeShiftRight} {
		if down(place) {
			shifts = append(shifts, place)
		}
	}
	return shifts
}
