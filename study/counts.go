package study

import (
	"slices"
	"time"
)

// WhyNot is why something that was recorded does not count. Empty means that it counts.
type WhyNot string

// The reasons.
const (
	Counts         WhyNot = ""
	WasPilot       WhyNot = "pilot"
	WasSimulated   WhyNot = "simulated"
	HasWithdrawn   WhyNot = "withdrawn"
	WasExcluded    WhyNot = "excluded"
	OtherVersion   WhyNot = "other_version"
	NoConsent      WhyNot = "no_consent"
	ScreenedOut    WhyNot = "screened_out"
	WasPractice    WhyNot = "practice"
	TrialExcluded  WhyNot = "trial_excluded"
	NotStarted     WhyNot = "not_started"
	NotFinished    WhyNot = "not_finished"
	AttemptFailed  WhyNot = "failed_attempt"
	AttemptStopped WhyNot = "interrupted_attempt"
	EndedByOthers  WhyNot = "ended_by_experimenter"
	NotAnAnswer    WhyNot = "not_an_answer" // of one answer: what it belongs to may count
)

// ByHand reports whether an experimenter decided it. Whether it was planned is not for the program to say.
func (w WhyNot) ByHand() bool { return w == WasExcluded || w == TrialExcluded || w == EndedByOthers }

// A Reason is a WhyNot with its meaning.
type Reason struct {
	Why  WhyNot
	Says string // for readers of a file, as the rest of "does not count because ..."
}

// Reasons returns all reasons in the order in which they are looked for. Where several hold, the first is given.
func Reasons() []Reason {
	return []Reason{
		{WasSimulated, "the participant is simulated, and people were asked for, or the other way round"},
		{WasPilot, "the participant only tried the study out"},
		{OtherVersion, "the session follows a version of the study that is not among those that count"},
		{HasWithdrawn, "the participant has withdrawn"},
		{WasExcluded, "an experimenter has excluded the participant; place_ground and place_reason in sessions.csv say why"},
		{NoConsent, "the participant has not consented"},
		{ScreenedOut, "the answers to the screening say that the participant takes no part"},
		{WasPractice, "it belongs to the practice trial"},
		{TrialExcluded, "an experimenter has excluded the trial; trial_ground and trial_reason in trials.csv say why"},
		{NotStarted, "it has not begun"},
		{AttemptFailed, "in this attempt the machine, the link or the stream failed"},
		{AttemptStopped, "the server stopped in the middle of this attempt"},
		{NotFinished, "the attempt has not come to an outcome"},
		{EndedByOthers, "an experimenter ended the task; cause in trials.csv says why"},
		{NotAnAnswer, "the instrument has no such question, or the question has no such answer; no page of this program sends it"},
	}
}

// AnalysisSet is the one rule that says what counts. Results, figures and files all follow it, so that a number on a
// page is found again in a file by taking the rows that count.
//
// The zero AnalysisSet takes the data of every version and leaves pilots and simulated participants out.
type AnalysisSet struct {
	Versions []string  // hashes of the versions whose data count; none: those of every version
	Pilots   bool      // pilots count, too: for who looks at what they did before others come
	At       time.Time // when the states of places are told: a lease may have run out by then

	// Simulated participants count, and nobody else. What people gave and what was made up are never counted together.
	Simulated bool
}

// Session returns why a session does not count, and with it all that was recorded in it.
func (set AnalysisSet) Session(s Session) WhyNot {
	state := s.Assignment.State(set.At)
	switch {
	case s.Participant.Simulated != set.Simulated:
		return WasSimulated
	case s.Participant.Pilot && !set.Pilots:
		return WasPilot
	case len(set.Versions) > 0 && !slices.Contains(set.Versions, s.Version.Hash):
		return OtherVersion
	case state == PlaceWithdrawn:
		return HasWithdrawn
	case state == PlaceExcluded:
		return WasExcluded
	case s.ConsentedAt.IsZero():
		return NoConsent
	case s.TurnedAway:
		return ScreenedOut
	}
	return Counts
}

// Absent returns why a participant without a session does not count.
func (set AnalysisSet) Absent(p Participant) WhyNot {
	if p.Simulated != set.Simulated {
		return WasSimulated
	}
	if p.Pilot && !set.Pilots {
		return WasPilot
	}
	if p.Ruled == PlaceWithdrawn {
		return HasWithdrawn
	}
	return NotStarted
}

// Trial returns why a trial of s does not count, and with it what was answered about it. A trial counts if its newest
// attempt came to an outcome that is the participant's own.
func (set AnalysisSet) Trial(s Session, t Trial) WhyNot { return set.Attempt(s, t, t.Last()) }

// Attempt returns why an attempt at a trial of s does not count, and with it the inputs that were made in it. Of the
// attempts at one trial at most one counts: the others failed or were interrupted.
func (set AnalysisSet) Attempt(s Session, t Trial, a Attempt) WhyNot {
	why := set.Session(s)
	switch {
	case why != Counts:
		return why
	case t.Practice():
		return WasPractice
	case t.Ruling.Excluded:
		return TrialExcluded
	case a.State == "":
		return NotStarted
	case a.State == Failed:
		return AttemptFailed
	case a.State == Interrupted:
		return AttemptStopped
	case a.State != Finished:
		return NotFinished
	case a.Outcome == EndedByExperimenter:
		return EndedByOthers
	}
	return Counts
}
