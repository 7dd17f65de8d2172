package inlet

import (
	"slices"
	"time"
)

// Time is a reading of a machine's clocks.
type Time struct {
	Wall time.Time
	// Passed is the machine's own time: it stops while the machine is held or waits for its files.
	Passed time.Duration
	// Worked is how long the processor has worked; negative if that cannot be seen.
	Worked time.Duration
	// Denied is how long the processor had something to do, while the host ran something else on its own; 0 if that cannot be seen.
	Denied time.Duration
	// Slept is how long the processor is known to have slept with nothing to do; 0 if that cannot be seen.
	Slept time.Duration
	// Idle says that the processor is asleep, with nothing to do.
	Idle bool
}

// had returns how much time the machine has had since then: it neither stood still, nor wanted a processor that the host did not give. If it
// did both at once, that is less than the truth, and may be negative.
func (now Time) had(then Time) time.Duration {
	return now.Passed - now.Denied - (then.Passed - then.Denied)
}

// surely returns how much time the guest has certainly had since then: its processor has worked, or was asleep because there was nothing to do.
// What a processor waits for cannot always be seen: where the host is busy, it waits long for a page before we hear of it.
func (now Time) surely(then Time) time.Duration {
	if now.Worked < 0 || then.Worked < 0 {
		return now.had(then)
	}
	return now.Worked + now.Slept - (then.Worked + then.Slept)
}

// enough reports whether the guest has had so much time since then. If less than that is certain, a minute is enough in which nothing is known
// to have kept the guest from its work.
func (now Time) enough(then Time, time time.Duration) bool {
	return now.surely(then) >= time || now.had(then) >= mostTime
}

// mostTime is how long a machine goes on at most before an input goes in that is only suspected to come too soon.
const mostTime = time.Minute

// An input counts as read once the processor has worked for workedOff, and the machine's own time has advanced by
// passedOff, since it went in. X needs 1 to 3 ms for an evdev event on an emulated machine. The work alone is not enough:
// a machine that gets its pages one by one works on each page fault, but its programs make no progress.
const (
	workedOff = 250 * time.Millisecond
	passedOff = 500 * time.Millisecond
)

// past reports whether an input that went in at then counts as read at now.
func (now Time) past(then Time) bool {
	worked := now.Worked < 0 || then.Worked < 0 || now.Worked-then.Worked >= workedOff
	return worked && now.Passed-then.Passed >= passedOff
}

// What a guest is only suspected to need, it gets for so much of its time and no more: an input whose turn it is does not wait longer for
// earlier ones to be read from another device, or to be handled. A machine that was streamed to somebody who did not look has seconds of
// work left when a drag begins.
const (
	orderPatience = 2 * time.Second
	dragPatience  = 10 * time.Second
)

// mostWaiting is how many inputs may wait: far more than a person makes in the longest pause.
const mostWaiting = 1 << 16

// A Queue decides when inputs go into a guest. It has no clock and no goroutine. It is not safe for concurrent
// use.
type Queue struct {
	room    Room
	waiting []Deed
	front   Time            // when the first of waiting came to be the first; the zero Time if nothing waits
	pushed  time.Time       // the time of the latest Push of a Deed of which the guest gets something
	latest  Deed            // the latest such Deed that went in
	done    Time            // when latest went in; the zero Time if nothing has
	pressed time.Time       // when the latest press of a button was made
	clicked Time            // when the latest press of a button went in; the zero Time if none has
	drags   map[any]*drag   // of the viewers that have a button down, by Deed.Hand
	lag     lag             // whether the guest may be behind
	rested  time.Time       // the guest is known to have come to rest after all input that went in until then
	untaken [devices][]load // inputs that the guest may not have read yet
	changed [devices]sent   // the latest press or release that went in; the zero Time if none has
	asks    bool            // the Inlet finds out what QEMU has taken, and calls Reached
	held    held
	works   func() bool // see Guest.Works
}

// A load is the room that an input took in a device's queues, and when.
type load struct {
	sent
	units int
}

// sent says when an input was sent to QEMU and, as soon as that is known, by when QEMU had put it into the guest's
// device. The two differ while the host does not let QEMU run.
type sent struct {
	at    Time // when the input was sent; once taken, the time by which QEMU had taken it
	taken bool
}

// reached notes that by now QEMU has taken all input that was sent until then.
func (s *sent) reached(then time.Time, now Time) {
	if s.at != (Time{}) && !s.taken && !s.at.Wall.After(then) {
		s.at, s.taken = now, true
	}
}

// NewQueue returns an empty Queue, for a guest that has read everything.
func NewQueue(room Room) *Queue {
	return &Queue{room: room, drags: map[any]*drag{}, works: func() bool { return false }}
}

// Push adds an input that was made at now. If an input is left out for it, Push returns that one; this is d itself if it repeats a key that
// Stays, which does nothing. ok is false if Push does not accept d, because mostWaiting inputs wait and
// d.Must is not set.
func (q *Queue) Push(now time.Time, d Deed) (passed *Deed, ok bool) {
	if d.Repeat && d.Stays {
		return &d, true
	}
	if !q.pushed.IsZero() {
		d.in = max(0, now.Sub(q.pushed))
	}
	d.at = now
	if d.presses() {
		d.apart, q.pressed = now.Sub(q.pressed), now
	}
	left := q.before(d)
	q.waiting = append(q.waiting, d)
	if left < 0 {
		left = q.needless()
	}
	switch {
	case left >= 0:
		was := q.waiting[left]
		q.waiting[left+1].in += was.in
		passed, q.waiting = &was, slices.Delete(q.waiting, left, left+1)
	case len(q.waiting) > mostWaiting && !d.Must:
		q.waiting = q.waiting[:len(q.waiting)-1]
		return nil, false
	}
	if d.Units > 0 {
		q.pushed = now
	}
	return passed, true
}

// before returns the place of the viewer's latest waiting input if d takes its place, or -1.
func (q *Queue) before(d Deed) int {
	for i, was := range slices.Backward(q.waiting) {
		if was.Hand == d.Hand && was.passedBy(d) {
			return i
		} else if was.Hand == d.Hand {
			break
		}
	}
	return -1
}

// Waiting returns how many inputs have not gone in yet.
func (q *Queue) Waiting() int { return len(q.waiting) }

// Pop returns the next input if it may go in at now. From then on the Queue takes it for gone in.
func (q *Queue) Pop(now Time) (d Deed, ok bool) {
	if len(q.waiting) > 0 && q.front == (Time{}) {
		q.front = now
	}
	q.look(now)
	switch {
	case q.overrun(now):
		d = q.held.lift(q.room)
	case q.lowers(now):
		d = q.held.lower(now.Wall, q.room)
	case len(q.waiting) > 0 && q.due(now, q.waiting[0]):
		d, q.waiting = q.waiting[0], q.waiting[1:]
		if q.front = (Time{}); d.Units > 0 {
			q.latest, q.done = d, now
		}
		if d.presses() {
			q.clicked = now
		}
		q.noteDrag(now, d)
		if d.Device == Keyboard && d.Units > 0 {
			q.held.note(now.Wall, d)
		}
	default:
		return Deed{}, false
	}
	if d.Units > 0 {
		q.untaken[d.Device] = append(q.untaken[d.Device], load{sent{at: now}, d.Units})
		if !d.moves() {
			q.changed[d.Device] = sent{at: now}
		}
	}
	return d, true
}

// overrun reports whether the repeats of the key that is down are about to fill the keyboard's queue.
func (q *Queue) overrun(now Time) bool {
	return q.held.down && q.held.press.Again != nil && q.outstanding(now, Keyboard) > q.room.Units[Keyboard]
}

// lowers reports whether the lifted key should go down again: the guest has read everything, and the viewer does
// not release the key next.
func (q *Queue) lowers(now Time) bool {
	return q.held.lifted && !q.releases() && q.outstanding(now, Keyboard) == 0
}

// releases reports whether the next waiting input releases the lifted key.
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
	if d.presses() && q.clicked != (Time{}) && d.apart > doubleClick && now.Passed-q.clicked.Passed <= doubleClick {
		return false
	}
	if q.held.lifted && (!d.moves() || d.drags()) && !q.releases() {
		return false
	}
	if !d.moves() && q.overtakes(now, d.Device) && !(now.enough(q.front, orderPatience) && now.had(q.changed[1-d.Device].at) >= keyBeat-beatSlack) {
		return false
	}
	if q.tooSoon(d) {
		if !now.enough(q.front, dragPatience) {
			return false
		}
		q.hasten()
	}
	there := q.outstanding(now, d.Device)
	return there == 0 || there+d.Units <= q.room.Units[d.Device]
}

// overtakes reports whether the guest might read a press or release on device of before an earlier one on the other
// device. A program that finds input on both devices reads one device after the other.
func (q *Queue) overtakes(now Time, of Device) bool {
	latest := q.changed[1-of]
	was := latest.at
	if was == (Time{}) || now.past(was) || !was.Wall.After(q.rested) {
		return false
	}
	if q.asks && !latest.taken {
		return true
	}
	return now.had(was) < keyBeat-beatSlack || now.stood(was) || q.awaited(now, was) || !now.Idle && now.surely(was) < keyBeat-beatSlack
}

// stood reports whether the machine stood still since then, for so long that its clock does not tell what it has read.
func (now Time) stood(then Time) bool {
	return now.Wall.Sub(then.Wall)-(now.Passed-then.Passed) > 5*time.Millisecond
}

// awaited reports whether the processor has slept since then because it waited for the machine, which has something for it now.
func (q *Queue) awaited(now, then Time) bool {
	seen := now.Worked >= 0 && then.Worked >= 0
	return seen && now.Idle && now.Worked-then.Worked < keyBeat-beatSlack && now.Passed-then.Passed < passedOff && q.works()
}

// outstanding returns how many units of a device's Room the guest may not have read at now.
func (q *Queue) outstanding(now Time, of Device) (units int) {
	if of == Keyboard && q.room.Repeats {
		if n := q.held.repeats(now.Wall); n > 0 {
			q.untaken[of] = append(q.untaken[of], load{sent{at: now}, n * q.room.Press})
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

// Watched reports whether the Queue changes as time passes: inputs wait, or a key repeats.
func (q *Queue) Watched() bool {
	return len(q.waiting) > 0 || q.room.Repeats && q.held.down || q.held.lifted
}

// Tight reports whether it is worth asking what the guest has read: inputs wait for it, or a device is more than half
// full.
func (q *Queue) Tight(now Time) bool {
	for of := range devices {
		if there := q.outstanding(now, of); 2*there > q.room.Units[of] || there > 0 && len(q.waiting) > 0 {
			return true
		}
	}
	return len(q.waiting) > 0 && q.tooSoon(q.waiting[0])
}

// Taken notes that the guest has come to rest after all input that went in until then, so it has read that input.
func (q *Queue) Taken(then Time) {
	q.rested = then.Wall
	q.lag.rested(then)
	for of := range devices {
		left := q.untaken[of][:0]
		for _, l := range q.untaken[of] {
			if l.at.Wall.After(then.Wall) {
				left = append(left, l)
			}
		}
		q.untaken[of] = left
	}
}

// Unsure reports whether there is a press, a release or an input of a drag of which nobody knows yet whether QEMU has taken it.
func (q *Queue) Unsure() bool {
	for _, c := range q.changed {
		if q.asks && c.at != (Time{}) && !c.taken {
			return true
		}
	}
	for _, g := range q.drags {
		if q.asks && !g.latest.taken {
			return true
		}
	}
	return false
}

// Reached notes that by now QEMU has taken all input that was sent until then.
func (q *Queue) Reached(then time.Time, now Time) {
	for _, g := range q.drags {
		sent := g.latest
		if g.latest.reached(then, now); g.latest.taken && !sent.taken && now.Wall.Sub(sent.at.Wall) > keyBeat {
			q.lag.note(now)
		}
	}
	for of := range devices {
		q.changed[of].reached(then, now)
		for i := range q.untaken[of] {
			q.untaken[of][i].reached(then, now)
		}
	}
}

// Drain removes the waiting inputs and returns them.
func (q *Queue) Drain() []Deed {
	all := q.waiting
	q.waiting = nil
	return all
}
