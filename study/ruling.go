package study

import "time"

// A Ruling is what somebody said about a participant: that they are dropped, excluded or have withdrawn, or that
// they take part again, which takes the ruling before it back. Rulings are only added; the last one counts.
type Ruling struct {
	State  PlaceState     // the zero PlaceState if nobody has said anything
	Ground Ground         // of a ruling that drops or excludes; empty in rulings older than the list
	Why    string         // more about it, in words
	By     ExperimenterID // 0: the participant
	Name   string         // of By; set only when read from the database
	At     time.Time
}

// A TrialRuling is what an experimenter said about one trial: that it does not count, or that it counts again.
// Rulings are only added; the last one counts. The zero TrialRuling is that of a trial of which nobody has said anything.
type TrialRuling struct {
	Excluded bool
	Ground   Ground
	Why      string
	By       ExperimenterID
	Name     string // of By; set only when read from the database
	At       time.Time
}

// Ground is a reason for leaving somebody or something out. Grounds are a list, so that a paper can count them.
type Ground string

// The grounds.
const (
	GroundTechnical    Ground = "technical"    // a machine, a network or a program failed
	GroundInterrupted  Ground = "interrupted"  // somebody or something took the participant away from the task
	GroundInstructions Ground = "instructions" // the participant did something else than the task asked for
	GroundIneligible   Ground = "ineligible"   // the study is not about people like the participant
	GroundUnserious    Ground = "unserious"    // the answers show that the participant did not read the questions
	GroundAbsent       Ground = "absent"       // the participant has gone, or has not come
	GroundOther        Ground = "other"        // a text says which
)

// Grounds lists the grounds in the order in which they are offered.
func Grounds() []Ground {
	return []Ground{GroundTechnical, GroundInterrupted, GroundInstructions, GroundIneligible, GroundUnserious, GroundAbsent, GroundOther}
}

// RulingLimit bounds the text of a ruling, in bytes.
const RulingLimit = 1000

// admitReason returns what is wrong with a reason, or nil. A text alone is the ground GroundOther.
func admitReason(g Ground, why string) error {
	switch {
	case (g == "" || g == GroundOther) && why == "":
		return invalid("A reason is needed: choose one, or write one.")
	case g != "" && !contains(Grounds(), g):
		return invalid("Choose a reason from the list, or write one.")
	case len(why) > RulingLimit:
		return invalid("A reason may have up to %d characters.", RulingLimit)
	}
	return nil
}

// Says reports whether r, as the last ruling, says already that a participant is in that state.
func (r Ruling) Says(state PlaceState) bool {
	return r.State == state || r.State == "" && state == PlaceActive
}

// errRuled refuses a ruling that somebody else has made meanwhile, for another reason.
var errRuled = Refuse(ErrConflict, "Somebody has said that already, for another reason. Load the page again. To change the reason, take the first one back.")

// Repeats returns nil if again, which says the same as r, has the same reason, or says that somebody may go on; else why it
// cannot be recorded.
func (r Ruling) Repeats(again Ruling) error {
	if again.State == PlaceActive || r.State == PlaceWithdrawn || r.Ground == again.Ground && r.Why == again.Why {
		return nil
	}
	return errRuled
}

// Repeats is that of a Ruling.
func (r TrialRuling) Repeats(again TrialRuling) error {
	if !again.Excluded || r.Ground == again.Ground && r.Why == again.Why {
		return nil
	}
	return errRuled
}

// Admits returns why nobody may rule r about the participant of a, or nil.
func (a *Assignment) Admits(r Ruling) error {
	switch {
	case a.Ruling.State == PlaceWithdrawn && r.State != PlaceWithdrawn:
		return Refuse(ErrConflict, "This person has withdrawn. That cannot be taken back.")
	case r.State == PlaceDropped && !a.EndedAt.IsZero():
		return Refuse(ErrConflict, "This person has finished. Exclude them if their data must not count.")
	case r.State != PlaceActive && r.State != PlaceDropped && r.State != PlaceWithdrawn && r.State != PlaceExcluded:
		return invalid("Choose what has become of this person: dropped, excluded or withdrawn.")
	case r.State == PlaceWithdrawn && r.Ground == "" && r.Why == "":
		return nil // nobody has to say why they take no part any more
	}
	return admitReason(r.Ground, r.Why)
}

// Admits returns why nobody may rule r about the trial t, or nil.
func (t Trial) Admits(r TrialRuling) error {
	if t.Practice() {
		return Refuse(ErrConflict, "The practice trial never counts, so it cannot be excluded.")
	}
	return admitReason(r.Ground, r.Why)
}

// ErrWithdrawn is what somebody reads who has withdrawn and tries to go on.
var ErrWithdrawn = Refuse(ErrConflict, "You have stopped taking part in this study. Thank you for your time.")

// errPartOver is what somebody reads who was dropped or excluded.
var errPartOver = Refuse(ErrConflict, "Your part in this study is over, and there is nothing more for you to do. Thank you for your time. If you had expected to go on, please speak to the experimenter.")

// MayGoOn returns why the participant of a cannot go on with the visit, in a sentence for them, or nil if they can.
// Somebody whose lease ran out can. So can somebody who has come to the end, unless they withdrew afterwards: then there is
// nothing left to see but that.
func (a *Assignment) MayGoOn() error {
	switch ruled := a.Ruling.State; {
	case ruled == PlaceWithdrawn:
		return ErrWithdrawn
	case !a.EndedAt.IsZero():
		return nil
	case ruled == PlaceDropped || ruled == PlaceExcluded:
		return errPartOver
	}
	return nil
}
