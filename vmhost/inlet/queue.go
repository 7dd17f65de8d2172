package inlet

import "time"

// Time is where a machine's clocks stand.
type Time struct {
	Wall time.Time
	// Passed is how long the machine has had to work or to rest: without the time in which it was
	// paused or waited for its files.
	Passed time.Duration
	// Worked is how long its processor has worked; negative where that cannot be seen.
	Worked time.Duration
	// Idle says that its processor is seen asleep, with nothing to do.
	Idle bool
}

// How much a processor works, and how much of the machine's time passes, until a program that has input has surely read
// it. X needs 1 to 3 ms for an event on an emulated machine. The work alone says too little: a machine that gets its
// pages one by one works at each of them, and gets nowhere.
const (
	workedOff = 250 * time.Millisecond
	passedOff = 500 * time.Millisecond
)

// past reports whether what went in at then is taken to have been read by now.
func (now Time) past(then Time) bool {
	worked := now.Worked < 0 || then.Worked < 0 || now.Worked-then.Worked >= workedOff
	return worked && now.Passed-then.Passed >= passedOff
}

// mostWaiting is how much may wait: far more than a person does in the longest pause.
const mostWaiting = 1 << 16

// A Queue decides when what people do goes into a guest. It has no clock and no goroutine. It is not safe
// for concurrent use.
type Queue struct {
	room    Room
	waiting []Deed
	pushed  time.Time // when the latest Deed was done
	latest  Deed      // that went in
	done    Time      // when that was; the zero Time if nothing has
	untaken [devices][]load
	changed [devices]Time // when the latest press or release went in; the zero Time if none has
	held    held
}

// A load is what was put into a device.
type load struct {
	at    Time
	units int
}

// NewQueue returns a Queue in which nothing waits, for a guest that has read everything.
func NewQueue(room Room) *Queue { return &Queue{room: room} }

// Push takes what somebody did at now. It returns what is left out because d will be done in its place, if
// anything is. It takes nothing more once very much waits, but what says that it must be taken.
func (q *Queue) Push(now time.Time, d Deed) (passed *Deed, ok bool) {
	if !q.pushed.IsZero() {
		d.in = max(0, now.Sub(q.pushed))
	}
	d.at = now
	last := len(q.waiting) - 1
	switch {
	case last >= 0 && q.waiting[last].passedBy(d):
		was := q.waiting[last]
		d.in += was.in
		passed, q.waiting[last] = &was, d
	case last+1 < mostWaiting || d.Must:
		q.waiting = append(q.waiting, d)
	default:
		return nil, false
	}
	q.pushed = now
	return passed, true
}

// Waiting returns how much has not gone in.
func (q *Queue) Waiting() int { return len(q.waiting) }

// Pop returns what is to go in at now, if anything is, and takes it to have gone in.
func (q *Queue) Pop(now Time) (d Deed, ok bool) {
	switch {
	case q.overrun(now):
		d = q.held.lift(q.room)
	case q.lowers(now):
		d = q.held.lower(now.Wall, q.room)
	case len(q.waiting) > 0 && q.due(now, q.waiting[0]):
		d, q.waiting = q.waiting[0], q.waiting[1:]
		q.latest, q.done = d, now
		if d.Device == Keyboard && d.Units > 0 {
			q.held.note(now.Wall, d)
		}
	default:
		return Deed{}, false
	}
	if d.Units > 0 {
		q.untaken[d.Device] = append(q.untaken[d.Device], load{now, d.Units})
		if !d.Moves {
			q.changed[d.Device] = now
		}
	}
	return d, true
}

// overrun reports whether the repeats of a held key are about to fill its device.
func (q *Queue) overrun(now Time) bool {
	return q.held.down && q.held.press.Again != nil && q.outstanding(now, Keyboard) > q.room.Units[Keyboard]
}

// lowers reports whether a key that was lifted is to go down again: there is room, and its owner has not
// let go of it.
func (q *Queue) lowers(now Time) bool {
	return q.held.lifted && !q.releases() && q.outstanding(now, Keyboard) == 0
}

// releases reports whether the next thing to be done lets go of the lifted key.
func (q *Queue) releases() bool {
	return len(q.waiting) > 0 && q.waiting[0].Device == Keyboard && q.waiting[0].Key == q.held.press.Key && !q.waiting[0].Down
}

func (q *Queue) due(now Time, d Deed) bool {
	if d.Units == 0 {
		return true
	}
	if q.done != (Time{}) && now.Passed-q.done.Passed < d.distance(q.latest) {
		return false
	}
	if d.Device == Keyboard && q.held.lifted && !q.releases() {
		return false
	}
	if !d.Moves && q.overtakes(now, d.Device) {
		return false
	}
	there := q.outstanding(now, d.Device)
	return there == 0 || there+d.Units <= q.room.Units[d.Device]
}

// overtakes reports whether a press or release on a device may be read before one on the other that went in before it:
// who finds something on both reads one after the other.
func (q *Queue) overtakes(now Time, of Device) bool {
	other := 1 - of
	was := q.changed[other]
	if was == (Time{}) || q.outstanding(now, other) == 0 {
		return false
	}
	passed := now.Passed - was.Passed
	return passed < keyBeat-beatSlack || now.Wall.Sub(was.Wall)-passed > stood || now.starved(was, passed)
}

// starved reports whether the processor has hardly worked since then although there was time and it is not idle:
// the host lets others run. passed is how long that was, on the machine's clock.
func (now Time) starved(then Time, passed time.Duration) bool {
	seen := now.Worked >= 0 && then.Worked >= 0
	return seen && !now.Idle && now.Worked-then.Worked < keyBeat-beatSlack && passed < passedOff
}

// stood is how long a machine must have stood still for nobody to say what it has read since.
const stood = 5 * time.Millisecond

// outstanding returns how many units are in a device that may not have been read by now.
func (q *Queue) outstanding(now Time, of Device) (units int) {
	if of == Keyboard && q.room.Repeats {
		if n := q.held.repeats(now.Wall); n > 0 {
			q.untaken[of] = append(q.untaken[of], load{now, n * q.room.Press})
		}
	}
	left := q.untaken[of][:0]
	for _, l := range q.untaken[of] {
		if !now.past(l.at) {
			left = append(left, l)
			units += l.units
		}
	}
	q.untaken[of] = left
	return units
}

// Watched reports whether time alone changes what the Queue does: something waits, or a key repeats.
func (q *Queue) Watched() bool {
	return len(q.waiting) > 0 || q.room.Repeats && q.held.down || q.held.lifted
}

// Tight reports whether it is worth knowing what the guest has read: something waits, or soon would.
func (q *Queue) Tight(now Time) bool {
	for of := range devices {
		if there := q.outstanding(now, of); 2*there > q.room.Units[of] || there > 0 && len(q.waiting) > 0 {
			return true
		}
	}
	return false
}

// Taken notes that the guest has read everything that went in until then.
func (q *Queue) Taken(then time.Time) {
	for of := range devices {
		left := q.untaken[of][:0]
		for _, l := range q.untaken[of] {
			if l.at.Wall.After(then) {
				left = append(left, l)
			}
		}
		q.untaken[of] = left
	}
}

// Drain returns what waits, and forgets it.
func (q *Queue) Drain() []Deed {
	all := q.waiting
	q.waiting = nil
	return all
}
