package study

import "time"

// PersonState is how far a participant has come.
type PersonState string

// The states, in the order in which somebody meets them. A person who leaves is in one of the last four.
const (
	Invited         PersonState = "invited"     // has a personal link, and neither an appointment to come nor a visit
	Booked          PersonState = "booked"      // has an appointment that is not over
	Started         PersonState = "started"     // the visit goes on
	Paused          PersonState = "paused"      // the visit has begun, and nothing happens in it at the moment
	PersonFinished  PersonState = "finished"    // the visit came to its end
	PersonDropped   PersonState = "dropped"     // the lease ran out, or an experimenter expects nothing more
	PersonWithdrawn PersonState = "withdrawn"   // takes no part any more
	PersonExcluded  PersonState = "excluded"    // an experimenter excluded them, with a reason
	PersonTurned    PersonState = "turned_away" // by their answers to the screening
)

// Idle is how long nothing may happen in a visit before it counts as paused. Reading a long questionnaire takes less.
const Idle = 30 * time.Minute

// Person is a participant with the facts from which their state follows.
type Person struct {
	Participant
	BookedUntil time.Time // the end of their appointment; zero if they have none
	Visit       Session   // the zero Session before the first visit
}

// State derives the state of p at the moment now, from what is on record and from nothing else.
func (p Person) State(now time.Time) PersonState {
	switch place := p.Visit.Assignment.State(now); {
	case place == PlaceFinished || place == PlaceDropped || place == PlaceWithdrawn || place == PlaceExcluded:
		return PersonState(place)
	case p.Ruled == PlaceWithdrawn:
		return PersonWithdrawn
	case (p.Visit.ID == 0 || p.Visit.Step().Kind == StepReturn) && now.Before(p.BookedUntil):
		return Booked
	case p.Visit.ID == 0:
		return Invited
	case p.Visit.TurnedAway:
		return PersonTurned
	case p.Visit.rests(now):
		return Paused
	}
	return Started
}

// rests reports whether nothing happens in a visit at the moment now: the participant takes a rest between two trials, or has
// opened no page for the time Idle. While a desktop is open, they are there.
func (s Session) rests(now time.Time) bool {
	switch s.Step().Kind {
	case StepDesktop:
		return false
	case StepPause, StepReturn:
		return true
	}
	return !now.Before(s.seenAt().Add(Idle))
}

// seenAt returns when the participant last opened a page or, before they have a place, when the visit began.
func (s Session) seenAt() time.Time {
	if !s.Assignment.Taken() {
		return s.StartedAt
	}
	return s.Assignment.LeaseEnds.Add(-Lease)
}
