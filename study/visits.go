package study

import "time"

// Visit is a further visit of a study of several: the trials behind After are done when the participant comes back.
type Visit struct {
	After int           // it begins when so many trials that count are done
	Apart time.Duration // at the earliest so long after the visit before
}

const (
	maxVisits = 20
	maxApart  = 90 * 24 * time.Hour

	// ReturnLease is how long a place is kept for somebody who may come back.
	ReturnLease = 14 * 24 * time.Hour
)

// VisitOf returns in which visit the trial with this position is done, counted from 1. Practice belongs to the first.
func (d Design) VisitOf(position int) int {
	n := 1
	for _, v := range d.Visits {
		if position > v.After {
			n++
		}
	}
	return n
}

// VisitCount returns how many visits a participant comes for.
func (d Design) VisitCount() int { return len(d.Visits) + 1 }

// returnsBefore returns the visit that begins with the trial of this index, if it is not the first.
func (s Session) returnsBefore(i int) (Visit, bool) {
	for _, v := range s.Version.Design.Visits {
		if s.Trials[i].Position == v.After+1 {
			return v, true
		}
	}
	return Visit{}, false
}

// endsVisit reports whether the trial with this index is the last of a visit, in a study of several.
func (s Session) endsVisit(i int) bool {
	if i+1 == len(s.Trials) {
		return len(s.Version.Design.Visits) > 0
	}
	_, begins := s.returnsBefore(i + 1)
	return begins
}

// Visit returns in which visit the participant is or, between two, which comes next, counted from 1.
func (s Session) Visit() int {
	d := s.Version.Design
	for _, t := range s.Trials {
		if t.Last().State != Finished {
			return d.VisitOf(t.Position)
		}
	}
	if len(s.Trials) == 0 {
		return 1
	}
	return d.VisitCount()
}

// comesBackAt returns when a participant can come back for their next visit. ok is false unless the trials of the visit before it are done:
// the questionnaires after the last of them may be open.
func (s Session) comesBackAt() (back time.Time, ok bool) {
	step := s.Step()
	next := step.Trial
	if step.Kind == StepRate {
		next++
	} else if step.Kind != StepReturn {
		return time.Time{}, false
	}
	if next == len(s.Trials) {
		return time.Time{}, false
	}
	v, ok := s.returnsBefore(next)
	return s.Trials[next-1].Last().EndedAt.Add(v.Apart), ok
}

// LeaseUntil returns until when the place is kept for a participant who opens a page of the visit at the moment at. When the trials of a
// visit are done, that is ReturnLease longer than until they can come back for the next. Elsewhere it is never earlier than before, unless
// what was before is such a longer time.
func (s Session) LeaseUntil(at time.Time) time.Time {
	if back, ok := s.comesBackAt(); ok {
		if back.After(at) {
			at = back
		}
		return at.Add(ReturnLease)
	}
	until := at.Add(Lease)
	if before := s.Assignment.LeaseEnds; before.After(until) && before.Before(until.Add(Lease)) {
		return before
	}
	return until
}

func (d Design) checkVisits(f faults) {
	f.unless(len(d.Visits) <= maxVisits, "visits", "%d further visits are more than %d", len(d.Visits), maxVisits)
	if len(d.Visits) == 0 || !d.Countable() {
		return
	}
	before, most := 0, d.TrialsAtMost() // a group with fewer trials may have fewer visits
	for i, v := range d.Visits {
		f := f.within(item("visits", i))
		f.unless(v.After > before, "after_trials", "a visit has at least one trial: this one begins after more trials than the one before")
		f.unless(v.After < most, "after_trials", "nobody has a trial left after %d: there are %d", v.After, most)
		f.unless(v.Apart >= 0 && v.Apart <= maxApart, "apart_h", "visits lie 0 to %g hours apart", maxApart.Hours())
		before = v.After
	}
}
