package vmhost

import "time"

// freeWork counts how long a processor has worked without waiting for the machine's files. A machine that gets its
// pages one by one works a little at each of them, and its programs read no input meanwhile. So two things do not
// count: the work of the first milliseconds after a wait, and all work between two looks if the machine waited in between.
type freeWork struct {
	total time.Duration
	begun int64         // how often the machine had begun to wait by the latest look
	since time.Duration // how much the processor had worked at the first look after that wait
	last  time.Duration // how much it had worked at the latest look
}

// firstWork is how much work does not count after a wait.
const firstWork = 10 * time.Millisecond

// look notes how much the processor has worked by now, how often the machine has begun to wait, and whether it
// waits now. It returns how much of the work counts.
func (f *freeWork) look(worked time.Duration, begun int64, waits bool) time.Duration {
	if waits || begun != f.begun {
		f.since = worked
	}
	f.begun = begun
	if from := max(f.last, f.since+firstWork); begun > 0 && worked > from {
		f.total += worked - from
	} else if begun == 0 { // it has never waited
		f.total += worked - f.last
	}
	f.last = worked
	return f.total
}

// denial reckons how long a processor had something to do while the host ran something else. The kernel adds such a wait to ran.denied
// only when it is over. So of a processor that was ready at all looks of one turn, the time that it did not work since the first of
// them counts, too.
type denial struct {
	ready bool
	first time.Time // the first look of this turn
	ran   ran       // at that look
}

// look notes what a processor has done by now, and whether it is ready: it works, or would if the host let it. It returns how long
// it has been denied.
func (d *denial) look(now time.Time, r ran, ready bool) time.Duration {
	if !ready || !d.ready || r.turns != d.ran.turns {
		*d = denial{ready, now, r}
	}
	return r.denied + max(0, now.Sub(d.first)-(r.worked-d.ran.worked))
}

// sleep counts how long a processor has slept because the guest had nothing to do. It counts only what is certain: the time between two looks
// at both of which the processor slept so, if it has not begun to run in between, and nothing is on its way to it.
type sleep struct {
	total time.Duration
	idle  bool
	at    time.Time
	turns int64
}

// look notes whether the processor sleeps at now, and how often it has begun to run. works tells whether something else in QEMU works for the
// guest; it is asked only if the time would count. look returns how long the processor has slept.
func (s *sleep) look(now time.Time, idle bool, turns int64, works func() bool) time.Duration {
	if idle && s.idle && turns == s.turns && !works() {
		s.total += now.Sub(s.at)
	}
	s.idle, s.at, s.turns = idle, now, turns
	return s.total
}
