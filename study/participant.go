package study

import (
	"fmt"
	"time"
)

// Participant is a person in a study, known by a code and never by name.
type Participant struct {
	ID         ParticipantID
	Study      StudyID
	Code       string // as in "P001"; unique within the study
	Link       string // the secret part of the personal link; only who has just made it or come with it knows it, else it is empty
	Links      []Link // all their links, the newest last
	Pilot      bool   // tries the study out; counts and default exports leave pilots out
	Simulated  bool   // is no person: the program made up what they gave; see SimulatedCode
	AddedAt    time.Time
	Session    SessionID  // 0 before the first visit
	Finished   bool       // the session has come to its end
	TurnedAway bool       // by the answers to the screening
	Put        string     // the group that an experimenter has put them into; empty if none has
	Ruled      PlaceState // the state of the last ruling on them; empty if nobody has said anything
	ErasedAt   time.Time  // when what they gave was erased; zero if it is there
}

// ParticipantCode returns the code of the n-th participant of a study, counted from 1.
func ParticipantCode(n int, pilot bool) string {
	if pilot {
		return fmt.Sprintf("T%03d", n)
	}
	return fmt.Sprintf("P%03d", n)
}

// SimulatedCode returns the code of the n-th simulated participant of a study, counted from 1.
//
// Simulated participants are no people. They have a roster of their own, so that they balance like people and take no place from
// anybody, and results and exports are either about people or about them.
func SimulatedCode(n int) string { return fmt.Sprintf("S%03d", n) }

// Experimenter is a person who lays out studies.
type Experimenter struct {
	ID       ExperimenterID
	Name     string
	Disabled bool // the account must not be used
	Second   bool // the account has a second factor
}

// Slot is a time at a station: an appointment once a participant has booked it.
type Slot struct {
	ID          SlotID
	Study       StudyID
	Station     string // the machine that the participant sits at
	StartsAt    time.Time
	EndsAt      time.Time
	Participant ParticipantID // 0 while free
	Code        string        // of the participant; empty while free
}

// Overlaps reports whether a and b share any time.
func (a Slot) Overlaps(b Slot) bool {
	return a.StartsAt.Before(b.EndsAt) && b.StartsAt.Before(a.EndsAt)
}
