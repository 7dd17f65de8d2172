package inlet

import "time"

// A Deed is one thing that somebody does with keyboard or pointer.
type Deed struct {
	Device  Device
	Units   int    // of the device's Room; 0 where the guest hears nothing of it
	Key     uint32 // on a keyboard: which key
	Down    bool   // the key goes down
	Repeat  bool   // it was down before
	Moves   bool   // the pointer moves, and no button goes down or up
	Buttons bool   // a button of the pointer goes down or up
	Hand    any    // whose it is; comparable
	Must    bool   // it is taken, however much waits: somebody who leaves lets go

	// Do does it, and reports whether it reached the machine. Calls follow one another. It must not
	// use the Inlet.
	Do func() bool
	// Again, unless nil, presses or releases the key once more. It is as Do is.
	Again func(down bool) bool
	// Told, unless nil, hears what became of it, once.
	Told func(Fate)

	at time.Time     // when it was done
	in time.Duration // after the one before it was
}

// Fate is what became of a Deed.
type Fate struct {
	Delayed time.Duration // how long it waited here; exactly 0 if it did not
	Lost    bool          // it never reached the machine, and will not
	Passed  bool          // a later move, or a later repeat of the same key, was done in its place
}

func (d Deed) told(f Fate) {
	if d.Told != nil {
		d.Told(f)
	}
}

// passedBy reports whether nothing is lost without d once next is done.
func (d Deed) passedBy(next Deed) bool {
	return d.Hand == next.Hand && (d.Moves && next.Moves || d.Repeat && next.Repeat && d.Key == next.Key)
}

// What waited keeps its distances, up to these: a machine that has stood still finds it all at once,
// and some programs miss a click that takes no time.
const (
	keyBeat    = 20 * time.Millisecond // from one device to the other, too
	buttonBeat = 100 * time.Millisecond
	// beatSlack is what a distance may be short by: looking at two clocks takes time.
	beatSlack = time.Millisecond
)

// distance is how long after before d may be done at the earliest, on the machine's clock.
func (d Deed) distance(before Deed) time.Duration {
	longest := keyBeat
	switch {
	case d.Moves && before.Moves:
		longest = 0
	case d.Device == Pointer && (d.Buttons || before.Buttons):
		longest = buttonBeat
	}
	return max(0, min(d.in, longest)-beatSlack)
}
