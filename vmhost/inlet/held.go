package inlet

import "time"

// Linux repeats a key that stays down: first after 250 ms, and then every 33 ms, even if no program reads
// (drivers/input/input.c). Only the key that went down last repeats, and only until a key goes up.
const (
	repeatsAfter = 250 * time.Millisecond
	repeatsEvery = 33 * time.Millisecond
)

// held is the key that went down last, which the guest's kernel may repeat.
type held struct {
	press  Deed // the press
	down   bool
	lifted bool      // the Queue has released a key that Stays, because its repeats were not read; the viewer has not released it
	from   time.Time // when the next repeat comes
}

// note notes that the keyboard's Deed d goes in at now.
func (h *held) note(now time.Time, d Deed) {
	switch {
	case d.Repeat && !d.Retype && h.down: // nothing changes
	case d.Down:
		*h = held{press: d, down: true, from: now.Add(repeatsAfter)}
	default:
		*h = held{}
	}
}

// repeats returns how many repeats have come since the last call.
func (h *held) repeats(now time.Time) (count int) {
	for h.down && now.After(h.from) {
		count++
		h.from = h.from.Add(repeatsEvery)
	}
	return count
}

// lift returns a Deed that releases the key, which ends the repeats. A key that writes something is not pressed again later: that
// would write it once more. The viewer's next repeat presses it.
func (h *held) lift(room Room) Deed {
	d := h.again(room.Release, false)
	if h.down, h.lifted = false, true; !h.press.Stays {
		*h = held{}
	}
	return d
}

// lower returns a Deed that presses the lifted key again at now.
func (h *held) lower(now time.Time, room Room) Deed {
	*h = held{press: h.press, down: true, from: now.Add(repeatsAfter)}
	return h.again(room.Press, true)
}

// again returns a Deed of the key that no viewer made.
func (h *held) again(units int, down bool) Deed {
	again := h.press.Again
	return Deed{Device: Keyboard, Units: units, Key: h.press.Key, Down: down, Do: func() bool { return again(down) }}
}
