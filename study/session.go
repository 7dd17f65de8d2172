package study

import "time"

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
	AboutAt     time.Time // zero until the questions about the person are answered
	EndedAt     time.Time // zero until the participant has seen the last page
	Rated       []string  // instruments answered that are about no trial
	Recorded    bool      // the participant agreed that the screen is recorded
	Language    Language  // that the participant chose; empty for the one that the study is written in
	Trials      []Trial   // in the order of conduct; the practice trial, if any, first; none until the participant consents
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
	if groups, err := d.GroupsFor(Newcomer{Code: s.Participant.Code, Put: s.Participant.Put}); err == nil && len(groups) == 1 {
		return d.For(groups[0])
	}
	return d
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
	StepConsent StepKind = "consent"
	StepAbout   StepKind = "about"   // questions about the person
	StepPause   StepKind = "pause"   // a rest before Trial
	StepBrief   StepKind = "brief"   // what to do in Trial, and Start
	StepDesktop StepKind = "desktop" // Trial is being prepared or runs
	StepRate    StepKind = "rate"    // Instrument about Trial
	StepClosing StepKind = "closing" // Instrument, when all trials are done
	StepEnd     StepKind = "end"
)

// AboutTrial reports whether steps of this kind have a trial.
func (k StepKind) AboutTrial() bool {
	return k == StepPause || k == StepBrief || k == StepDesktop || k == StepRate
}

// Step is where a participant stands.
type Step struct {
	Kind       StepKind
	Trial      int    // index into Session.Trials, where Kind is about a trial
	Instrument string // where Kind is StepAbout, StepRate or StepClosing
}

// Step derives where the participant stands from what has happened, and from nothing else. So a
// reload, a second tab and a restarted server all arrive at the same step.
func (s Session) Step() Step {
	d := s.Version.Design
	switch {
	case s.ConsentedAt.IsZero():
		return Step{Kind: StepConsent}
	case d.About != "" && s.AboutAt.IsZero():
		return Step{Kind: StepAbout, Instrument: d.About}
	}
	for i, t := range s.Trials {
		if step, open := t.step(d, s.pausesBefore(i)); open {
			step.Trial = i
			return step
		}
	}
	for _, id := range d.Closing {
		if !contains(s.Rated, id) {
			return Step{Kind: StepClosing, Instrument: id}
		}
	}
	return Step{Kind: StepEnd}
}

// step returns what is left to do in t, if anything. pause says whether a pause is offered before it.
func (t Trial) step(d Design, pause bool) (Step, bool) {
	switch last := t.Last(); {
	case last.State.Live():
		return Step{Kind: StepDesktop}, true
	case last.State != Finished && len(t.Attempts) == 0 && t.ReadyAt.IsZero() && pause:
		return Step{Kind: StepPause}, true
	case last.State != Finished:
		return Step{Kind: StepBrief}, true
	}
	if !t.asksForRatings() {
		return Step{}, false
	}
	for _, id := range d.Instruments {
		if !contains(t.Rated, id) {
			return Step{Kind: StepRate, Instrument: id}, true
		}
	}
	return Step{}, false
}

// asksForRatings reports whether the participant rates t when it is finished. They rate neither the
// practice trial nor a task that an experimenter ended, since results leave out both.
func (t Trial) asksForRatings() bool {
	return !t.Practice() && t.Last().Outcome != EndedByExperimenter
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
	count(!s.ConsentedAt.IsZero())
	if d.About != "" {
		count(!s.AboutAt.IsZero())
	}
	if len(s.Trials) == 0 { // every sequence has as many
		total += d.trials() * (1 + len(d.Instruments))
		if d.Practice != nil {
			total++
		}
	}
	for _, t := range s.Trials {
		count(t.Last().State == Finished)
		if !t.asksForRatings() {
			continue
		}
		for _, id := range d.Instruments {
			count(contains(t.Rated, id))
		}
	}
	for _, id := range d.Closing {
		count(contains(s.Rated, id))
	}
	return done, total
}
