package study

import (
	"slices"
	"time"
)

// Session is one participant's visit, with everything that happened in it so far.
type Session struct {
	ID          SessionID
	Study       StudyID
	Version     Version
	Participant Participant
	Assignment  Assignment // the place in the plan; the zero Assignment until the participant consents
	Seat        int        // how many pages the participant has opened; only the newest may act, see session.Conductor
	StartedAt   time.Time
	ConsentedAt time.Time // zero until the participant consents
	ScreenedAt  time.Time // zero until the screening is answered
	TurnedAway  bool      // by the answers to the screening: they take no part, and get no place
	AboutAt     time.Time // zero until the questions about the person are answered
	EndedAt     time.Time // zero until the participant has seen the last page
	Rated       []string  // instruments answered that are about no trial
	Recorded    bool      // the participant agreed that the screen is recorded
	PutThen     string    // the group that an experimenter had put them into when they consented; empty if none had
	Language    Language  // that the participant chose; empty for the one that the study is written in
	Found       Found     // about the participant's computer, before they consented
	Trials      []Trial   // in the order of conduct; the practice trial, if any, first; none until the participant consents
}

// Attempt returns the attempt of the session with that ID, and its trial. found is false if the session has none.
func (s Session) Attempt(id AttemptID) (t Trial, a Attempt, found bool) {
	for _, t := range s.Trials {
		for _, a := range t.Attempts {
			if a.ID == id {
				return t, a, true
			}
		}
	}
	return Trial{}, Attempt{}, false
}

// Speaks returns the language in which the participant reads the study.
func (s Session) Speaks() Language {
	if s.Language == "" {
		return s.Version.Design.Written()
	}
	return s.Language
}

// MayChoose returns why the participant cannot choose a language: the study does not have it, or they have consented
// already, to a text in another one.
func (s Session) MayChoose(l Language) error {
	switch {
	case !s.Version.Design.Speaks(l):
		return Refuse(ErrInvalid, "This study is not there in the language that was chosen.")
	case !s.ConsentedAt.IsZero() && l != s.Speaks():
		return Refuse(ErrConflict, "The language cannot be changed any more: you have agreed to take part.")
	}
	return nil
}

// Design returns the design as the participant meets it: as their group does. Before they have a place, that is the group
// that they will certainly get into.
func (s Session) Design() Design {
	d := s.Version.Design
	if s.Assignment.Taken() {
		return d.For(s.Assignment.Place.Group)
	}
	return d.For(d.CertainGroup(s.Participant.Code, s.Participant.Put))
}

// Agreed returns the design as the participant read it when they consented. Who got into their group later, by the roster or by
// an answer, has read the texts for everybody then.
func (s Session) Agreed() Design {
	return s.Version.Design.For(s.Version.Design.CertainGroup(s.Participant.Code, s.PutThen))
}

// Trial is one condition, done once by one participant.
type Trial struct {
	ID        TrialID
	Position  int // 0 for the practice trial, then 1, 2, 3, ...
	Condition Condition
	ReadyAt   time.Time   // when the participant ended the pause before the trial; zero if they have not
	Attempts  []Attempt   // the newest last
	Rated     []string    // instruments answered, in order
	RatedAt   time.Time   // when the last of them was answered; zero if none is
	Ruling    TrialRuling // the last one
	Why       string      // where the study searches: why the network was chosen, in a sentence; else empty
	Told      string      // and what the pairs before told at that moment, a word each: near, far, equal or nothing; see Design.PairAfter
}

// Practice reports whether t is the practice trial, which never counts.
func (t Trial) Practice() bool { return t.Position == 0 }

// Last returns the newest attempt; its zero value if there is none.
func (t Trial) Last() Attempt {
	if len(t.Attempts) == 0 {
		return Attempt{}
	}
	return t.Attempts[len(t.Attempts)-1]
}

// Repetition returns how manieth trial of the session t is with its condition, from 1; 0 for practice.
func (s Session) Repetition(t Trial) (n int) {
	for _, other := range s.Trials {
		if other.Position > 0 && other.Position <= t.Position && other.Condition.Code() == t.Condition.Code() {
			n++
		}
	}
	return n
}

// StepKind is a kind of page that a participant meets.
type StepKind string

// The steps from consent to debrief, in the order in which they come.
const (
	StepConsent    StepKind = "consent"
	StepScreening  StepKind = "screening"   // Instrument, whose answers say who takes part
	StepTurnedAway StepKind = "turned_away" // the end for those who do not
	StepAbout      StepKind = "about"       // questions about the person
	StepOpening    StepKind = "opening"     // Instrument, before the first trial
	StepPause      StepKind = "pause"       // a rest before Trial
	StepReturn     StepKind = "return"      // the time between two visits, of which the later begins with Trial
	StepBrief      StepKind = "brief"       // what to do in Trial, and Start
	StepDesktop    StepKind = "desktop"     // Trial is being prepared or runs
	StepRate       StepKind = "rate"        // Instrument after Trial
	StepClosing    StepKind = "closing"     // Instrument, when all trials are done
	StepEnd        StepKind = "end"
)

// AboutTrial reports whether steps of this kind have a trial.
func (k StepKind) AboutTrial() bool {
	return k == StepPause || k == StepReturn || k == StepBrief || k == StepDesktop || k == StepRate
}

// Step is where a participant stands.
type Step struct {
	Kind       StepKind
	Trial      int    // index into Session.Trials, where Kind is about a trial
	Instrument string // where something is asked, and
	Occasion   Occasion
}

// Step derives where the participant stands from what has happened, and from nothing else. So a
// reload, a second tab and a restarted server all arrive at the same step.
func (s Session) Step() Step {
	d := s.Version.Design
	switch {
	case s.ConsentedAt.IsZero():
		return Step{Kind: StepConsent}
	case len(d.Screening) > 0 && s.ScreenedAt.IsZero():
		return s.screeningStep()
	case s.TurnedAway:
		return Step{Kind: StepTurnedAway}
	case d.About != "" && s.AboutAt.IsZero():
		return Step{Kind: StepAbout, Instrument: d.About, Occasion: AtBeginning}
	}
	if step, open := s.unanswered(StepOpening, AtBeginning, d.Opening); open {
		return step
	}
	for i := range s.Trials {
		if step, open := s.stepOf(i); open {
			step.Trial = i
			return step
		}
	}
	if step, open := s.unanswered(StepClosing, AtEnd, d.Closing); open {
		return step
	}
	return Step{Kind: StepEnd}
}

// unanswered returns the step of the first instrument of a list that belongs to no trial and is not answered.
func (s Session) unanswered(kind StepKind, o Occasion, list []string) (Step, bool) {
	for _, id := range list {
		if !contains(s.Rated, id) {
			return Step{Kind: kind, Instrument: id, Occasion: o}, true
		}
	}
	return Step{}, false
}

// stepOf returns what is left to do in the trial with this index, if anything.
func (s Session) stepOf(i int) (Step, bool) {
	t := s.Trials[i]
	_, returns := s.returnsBefore(i)
	untouched := len(t.Attempts) == 0 && t.ReadyAt.IsZero()
	switch last := t.Last(); {
	case last.State.Live():
		return Step{Kind: StepDesktop}, true
	case last.State != Finished && untouched && returns:
		return Step{Kind: StepReturn}, true
	case last.State != Finished && untouched && s.pausesBefore(i):
		return Step{Kind: StepPause}, true
	case last.State != Finished:
		return Step{Kind: StepBrief}, true
	}
	for _, a := range s.askedAfter(i) {
		if !contains(t.Rated, a.Instrument) {
			return Step{Kind: StepRate, Instrument: a.Instrument, Occasion: a.Occasion}, true
		}
	}
	return Step{}, false
}

func contains[T comparable](list []T, s T) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Progress returns how many pages of the session the participant has completed, and how many the
// session has, for a progress bar.
func (s Session) Progress() (done, total int) {
	d := s.Version.Design
	count := func(is bool) {
		total++
		if is {
			done++
		}
	}
	all := func(done []string, asked []string) {
		for _, id := range asked {
			count(contains(done, id))
		}
	}
	count(!s.ConsentedAt.IsZero())
	all(s.Rated, d.Screening)
	if d.About != "" {
		count(!s.AboutAt.IsZero())
	}
	all(s.Rated, d.Opening)
	laid := s
	if len(s.Trials) == 0 { // every sequence has as many
		laid.Trials = d.firstTrials()
	} else if d.Searches() && s.Step().Kind.AboutTrial() {
		laid.Trials = d.upToMost(s.Trials)
	}
	for i, t := range laid.Trials {
		count(t.Last().State == Finished)
		for _, a := range laid.askedAfter(i) {
			count(contains(t.Rated, a.Instrument))
		}
	}
	all(s.Rated, d.Closing)
	return done, total
}

// firstTrials returns the trials of the first sequence, of the group that does most.
func (d Design) firstTrials() (trials []Trial) {
	of := d
	for _, g := range d.Groups {
		if own := d.For(g.Name); len(of.Groups) > 0 || own.TrialsAtMost() > of.TrialsAtMost() {
			of = own
		}
	}
	return of.upToMost(of.Laid(0))
}

// upToMost returns the trials and, where the study searches, as many more as there may come. A draft may ask for any number, so it is limited.
func (d Design) upToMost(trials []Trial) []Trial {
	if !d.Searches() || len(trials) == 0 {
		return trials
	}
	trials = slices.Clone(trials)
	last := trials[len(trials)-1]
	for position := last.Position + 1; position <= min(d.TrialsAtMost(), MaxTrials); position++ {
		trials = append(trials, Trial{Position: position, Condition: last.Condition})
	}
	return trials
}
