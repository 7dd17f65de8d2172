package lab_test

import (
	"fmt"
	"net/url"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

// tried stores a finished attempt at the first trial of a session that counts, and returns the trial.
func tried(l *webtest.Lab, id study.SessionID) study.Trial {
	l.T.Helper()
	x, err := l.Store.Session(l.T.Context(), id)
	l.Must(err)
	for _, t := range x.Trials {
		if t.Practice() {
			continue
		}
		a, err := l.Store.OpenAttempt(l.T.Context(), study.Attempt{Trial: t.ID, AskedAt: l.Now})
		l.Must(err)
		for _, a.State = range []study.AttemptState{study.Running, study.Finished} {
			a.Outcome = map[study.AttemptState]study.Outcome{study.Finished: study.SaidDone}[a.State]
			l.Must(l.Store.RecordAttempt(l.T.Context(), a, l.Now, 0))
		}
		return t
	}
	l.T.Fatal("no trial counts")
	return study.Trial{}
}

func TestAnExperimenterExcludesATrialAndCountsItAgain(t *testing.T) {
	l := webtest.NewLab(t)
	st, id := l.Visit()
	trial := tried(l, id)
	page := fmt.Sprintf("/lab/sessions/%d", id)
	path := fmt.Sprintf("%s/trials/%d", page, trial.ID)
	rule := func(excluded, ground, why string) webtest.Answer {
		return l.Post(path, url.Values{"excluded": {excluded}, "ground": {ground}, "reason": {why}})
	}
	counts := func(want string) {
		t.Helper()
		table := exported(l, st, "trials.csv")
		if got := cell(table, table[1], "why_not") + " " + cell(table, table[1], "trial_reason"); got != want {
			t.Errorf("the file says of the trial why it does not count, and what was written: %q, want %q", got, want)
		}
	}
	counts(" ")
	l.Wants(l.Get(page), 200, trial.Condition.Code()+" not excluded")
	l.Wants(rule("yes", "", " "), 422, "A reason is needed: choose one, or write one.")
	l.Wants(rule("yes", "boring", ""), 422, "Choose a reason from the list, or write one.")
	a := rule("yes", "other", "")
	l.Wants(a, 422, "A reason is needed")
	if chosen := l.One(l.One(a.Page, "table", "class=counted"), "option", "selected="); webtest.Attr(chosen, "value") != "other" {
		t.Errorf("after a refusal %q is chosen, want what was chosen", webtest.Text(chosen))
	}
	l.WantsRedirect(rule("yes", "interrupted", "the fire alarm"), page+"#counts")
	l.Wants(l.Get(page), 200, "excluded Excluded by ada on 14 Mar 2026 12:00:00 UTC: “They were interrupted: the fire alarm”")
	counts("trial_excluded the fire alarm")
	l.WantsRedirect(rule("no", "", "it was after the trial"), page+"#counts")
	l.Wants(l.Get(page), 200, "not excluded Counted again by ada on 14 Mar 2026 12:00:00 UTC: “it was after the trial”")
	counts(" it was after the trial")
	l.Wants(l.Post(page+"/trials/4711", url.Values{"excluded": {"yes"}, "reason": {"x"}}), 404, "")
}

func TestWhoIsExcludedLosesTheirDesktop(t *testing.T) {
	l := webtest.NewLab(t)
	_, id := l.Visit()
	rule := func(state string) {
		l.WantsRedirect(l.Post(fmt.Sprintf("/lab/sessions/%d/place", id), url.Values{"state": {state}, "ground": {"absent"}}), fmt.Sprintf("/lab/sessions/%d#place", id))
	}
	rule("excluded")
	if got := l.Conduct.Ended; len(got) != 1 || got[0] != "They have gone, or have not come" {
		t.Errorf("desktops were ended with the reasons %q, want one", got)
	}
	rule("active")
	if got := l.Conduct.Ended; len(got) != 1 {
		t.Errorf("putting somebody back ended a desktop: %q", got)
	}
}
