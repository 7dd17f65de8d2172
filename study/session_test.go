package study_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

// visit returns a session of the demo study whose participant has reached the trials.
func visit(trials ...study.Trial) study.Session {
	at := time.Unix(1, 0)
	return study.Session{
		Version: study.Version{Design: demo()}, ConsentedAt: at, AboutAt: at, Trials: trials,
	}
}

func tried(states ...study.AttemptState) (all []study.Attempt) {
	for _, s := range states {
		all = append(all, study.Attempt{State: s})
	}
	return all
}

// closing lets the study of s ask two instruments at the end.
func closing(s study.Session, rated ...string) study.Session {
	s.Version.Design.Closing, s.Rated = []string{"remarks", "sus"}, rated
	return s
}

func TestStepFollowsFromWhatHappened(t *testing.T) {
	practice := study.Trial{Position: 0, Attempts: tried(study.Finished)}
	rated := study.Trial{Position: 1, Attempts: tried(study.Finished), Rated: []string{"satisfaction", "tlx"}}
	tests := map[string]struct {
		session study.Session
		want    study.Step
	}{
		"nothing yet": {study.Session{Version: study.Version{Design: demo()}}, study.Step{Kind: study.StepConsent}},
		"consented": {
			study.Session{Version: study.Version{Design: demo()}, ConsentedAt: time.Unix(1, 0)},
			study.Step{Kind: study.StepAbout, Instrument: "about", Occasion: study.AtBeginning},
		},
		"before practice":          {visit(study.Trial{}), study.Step{Kind: study.StepBrief}},
		"practice is not rated":    {visit(practice, study.Trial{Position: 1}), study.Step{Kind: study.StepBrief, Trial: 1}},
		"a desktop being prepared": {visit(study.Trial{Attempts: tried(study.Preparing)}), study.Step{Kind: study.StepDesktop}},
		"a desktop that runs": {
			visit(practice, study.Trial{Position: 1, Attempts: tried(study.Failed, study.Running)}),
			study.Step{Kind: study.StepDesktop, Trial: 1},
		},
		"a machine that failed is offered again": {
			visit(practice, study.Trial{Position: 1, Attempts: tried(study.Failed)}),
			study.Step{Kind: study.StepBrief, Trial: 1},
		},
		"an interrupted trial is offered again, without the pause": {
			visit(study.Trial{Position: 5, Attempts: tried(study.Interrupted)}),
			study.Step{Kind: study.StepBrief},
		},
		"after the task the first instrument": {
			visit(study.Trial{Position: 1, Attempts: tried(study.Finished)}),
			study.Step{Kind: study.StepRate, Instrument: "satisfaction", Occasion: study.AfterTrial},
		},
		"then the second": {
			visit(study.Trial{Position: 1, Attempts: tried(study.Finished), Rated: []string{"satisfaction"}}),
			study.Step{Kind: study.StepRate, Instrument: "tlx", Occasion: study.AfterTrial},
		},
		"a task that the experimenter ended is not rated": {
			visit(study.Trial{Position: 1, Attempts: []study.Attempt{{State: study.Finished, Outcome: study.EndedByExperimenter}}}, study.Trial{Position: 2}),
			study.Step{Kind: study.StepBrief, Trial: 1},
		},
		"a pause after four trials": {visit(study.Trial{Position: 5}), study.Step{Kind: study.StepPause}},
		"back from the pause": {
			visit(study.Trial{Position: 5, ReadyAt: time.Unix(2, 0)}), study.Step{Kind: study.StepBrief},
		},
		"last questions": {closing(visit(practice, rated)), study.Step{Kind: study.StepClosing, Instrument: "remarks", Occasion: study.AtEnd}},
		"one of them answered": {
			closing(visit(practice, rated), "about", "remarks"), study.Step{Kind: study.StepClosing, Instrument: "sus", Occasion: study.AtEnd},
		},
		"all of them answered": {closing(visit(practice, rated), "sus", "remarks"), study.Step{Kind: study.StepEnd}},
		"everything done":      {visit(practice, rated), study.Step{Kind: study.StepEnd}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, tt.session.Step()); diff != "" {
				t.Errorf("Step() (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProgressCountsPages(t *testing.T) {
	s := visit(
		study.Trial{Position: 0, Attempts: tried(study.Finished)},
		study.Trial{Position: 1, Attempts: tried(study.Finished), Rated: []string{"satisfaction"}},
		study.Trial{Position: 2},
	)
	// consent, about, practice, then twice a desktop and two instruments
	if done, total := s.Progress(); done != 5 || total != 9 {
		t.Errorf("Progress() = %d of %d, want 5 of 9", done, total)
	}
}

func TestAnAttemptThatEndedStaysEnded(t *testing.T) {
	for _, from := range []study.AttemptState{study.Finished, study.Interrupted, study.Failed} {
		for _, to := range []study.AttemptState{study.Preparing, study.Running, study.Finished, study.Failed} {
			if from.MayBecome(to) {
				t.Errorf("%s may become %s", from, to)
			}
		}
	}
}
