package study

import "time"

// Place is a place in the plan of a study: a group, and one of the group's sequences.
type Place struct {
	Group    string // a level of the factor between participants; "" in a study without groups
	Sequence int    // the argument of Design.Plan, from 0; people see Number. Or WholeGroup
}

// WholeGroup stands in place of a sequence in Roster.Closed: all sequences of the group are closed.
const WholeGroup = -1

// Number is the number of the sequence on pages and in files. It counts from 1.
func (p Place) Number() int { return p.Sequence + 1 }

// Lease is how long a place counts as taken after its participant last opened a page of the visit:
// until the next morning, if they broke off in the afternoon. So who rests, or eats, keeps the place,
// and who broke off yesterday has given it back before the next people come.
const Lease = 12 * time.Hour

// PlaceState is what has become of a place that was taken.
type PlaceState string

// The states. The zero PlaceState is that of a participant who has no place yet.
const (
	PlaceActive    PlaceState = "active"    // the visit goes on
	PlaceFinished  PlaceState = "finished"  // the visit came to its end
	PlaceDropped   PlaceState = "dropped"   // the lease ran out, or an experimenter expects nothing more
	PlaceWithdrawn PlaceState = "withdrawn" // the participant takes no part any more
	PlaceExcluded  PlaceState = "excluded"  // an experimenter excluded the participant, with a reason
)

// Assignment is the place that one participant has taken, with the facts from which its state follows.
// Somebody may be ruled on before they take one: then it has only the Participant, Pilot and the Ruling.
type Assignment struct {
	Participant ParticipantID
	Pilot       bool
	Place       Place
	Arrival     int       // counts the people who took a place of the plan, from 1; pilots are counted apart
	TakenAt     time.Time // zero if the participant has no place yet
	LeaseEnds   time.Time
	Booked      time.Time // the end of the appointment that they have for a further visit; zero for none
	EndedAt     time.Time // when the visit came to its end; zero before
	Ruling      Ruling    // the last one
}

// Taken reports whether there is a place; the zero Assignment is that of somebody who has none yet.
func (a *Assignment) Taken() bool { return !a.TakenAt.IsZero() }

// KeptUntil returns until when the place is kept: as long as the lease says, and through an appointment for a further visit.
func (a *Assignment) KeptUntil() time.Time {
	if a.Booked.IsZero() || a.LeaseEnds.After(a.Booked.Add(Lease)) {
		return a.LeaseEnds
	}
	return a.Booked.Add(Lease)
}

// Out reports whether somebody has said that the participant takes no part any more.
func (a *Assignment) Out() bool {
	return a.Ruling.State == PlaceWithdrawn || a.Ruling.State == PlaceExcluded || a.Ruling.State == PlaceDropped
}

// State derives the state of a at the moment now.
//
// Somebody who had finished before they were dropped has finished. Somebody whose lease ran out and
// who comes back is active again, at the same place. Who leaves before they have a place has a state, too.
func (a *Assignment) State(now time.Time) PlaceState {
	switch ruled := a.Ruling.State; {
	case ruled == PlaceWithdrawn || ruled == PlaceExcluded:
		return ruled
	case !a.Taken() && ruled == PlaceDropped:
		return ruled
	case !a.Taken():
		return ""
	case !a.EndedAt.IsZero():
		return PlaceFinished
	case ruled == PlaceDropped || !now.Before(a.KeptUntil()):
		return PlaceDropped
	}
	return PlaceActive
}

// Counts reports whether a fills its place at the moment now. If not, the place has been given back.
// Pilots never count.
func (a *Assignment) Counts(now time.Time) bool {
	state := a.State(now)
	return a.Taken() && !a.Pilot && (state == PlaceActive || state == PlaceFinished)
}
