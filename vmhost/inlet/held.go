package inlet

import "time"

// Linux repeats a key that is held: after 250 ms for the first time, and then every 33 ms, whether anybody
// reads or not (drivers/input/input.c). Only the key that went down last repeats, and only until a key
// goes up.
const (
	repeatsAfter = 250 * time.Millisecond
	repeatsEvery = 33 * time.Millisecond
)

// held is the key that went down last and may be repeated by the guest's kernel.
type held struct {
	press  Deed // by which it went down
	down   bool
	lifted bool      // we have let go of it, because its repeats were not read, and its owner has not
	from   time.Time // repeats are counted from then on
}

// note takes in that a Deed on the keyboard goes in at now.
func (h *held) note(now time.Time, d Deed) {
	switch {
	case d.Repeat && h.down: // it is down already
	case d.Down:
		*h = held{press: d, down: true, from: now.Add(repeatsAfter)}
	default:
		*h = held{}
	}
}

// repeats returns how many have come until now since it was last asked.
func (h *held) repeats(now time.Time) (count int) {
	for h.down && now.After(h.from) {
		count++
		h.from = h.from.Add(repeatsEvery)
	}
	return count
}

// lift returns the Deed that ends the repeats.
func (h *held) lift(room Room) Deed {
	h.down, h.lifted = false, true
	return h.again(room.Release, false)
}

// lower returns the Deed by which a lifted key goes down again at now.
func (h *held) lower(now time.Time, room Room) Deed {
	*h = held{press: h.press, down: true, from: now.Add(repeatsAfter)}
	return h.again(room.Press, true)
}

// again returns a Deed of the held key that nobody did.
func (h *held) again(units int, down bool) Deed {
	again := h.press.Again
	return Deed{Device: Keyboard, Units: units, Key: h.press.Key, Down: down, Do: func() bool { return again(down) }}
}
