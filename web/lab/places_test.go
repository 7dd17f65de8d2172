package lab_test

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// places returns the rows of the table of places, as text.
func places(l *webtest.Lab, st study.StudyID) (rows []string) {
	l.T.Helper()
	for _, row := range webtest.All(l.One(l.Get(webtest.StudyPage(st)).Page, "table", "class=places"), "tr", "")[1:] {
		rows = append(rows, webtest.Text(row))
	}
	return rows
}

// come lets somebody new consent, and returns the session.
func come(l *webtest.Lab, st study.StudyID, pilot bool) study.Session {
	l.T.Helper()
	people, err := l.Store.AddParticipants(l.T.Context(), st, pilot, lab.NewLinks(1), l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(l.T.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(l.T.Context(), id, false, l.Now))
	x, err := l.Store.Session(l.T.Context(), id)
	l.Must(err)
	return x
}

// twoOrders returns a design of two conditions, and so of two sequences.
func twoOrders() study.Design {
	d := studytest.OneTrial()
	d.Tasks = append(d.Tasks, study.Task{ID: "draw", Title: study.Plain("Draw"), Instruction: study.Plain("Draw.")})
	return d
}

func TestTheStudyPageSaysWhoHasWhichSequence(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(twoOrders(), true)
	first, second := come(l, st, false), come(l, st, false)
	come(l, st, true)
	l.Must(l.Store.RecordVisit(t.Context(), first.ID, study.Step{Kind: study.StepEnd}, l.Now))
	l.Now = l.Now.Add(study.Lease) // the second has gone
	third := come(l, st, false)
	if third.Assignment.Place != second.Assignment.Place {
		t.Fatalf("the third got %+v, want the place that the second gave back", third.Assignment.Place)
	}
	sign(l)
	want := make([]string, 2)
	for place, counts := range map[study.Place]string{first.Assignment.Place: "1 0 0 ● Close", third.Assignment.Place: "0 1 1 ○× Close"} {
		order := []string{"1 2", "2 1"}[place.Sequence]
		want[place.Sequence] = fmt.Sprintf("%d %s %s", place.Number(), order, counts)
	}
	if got := places(l, st); got[0] != want[0] || got[1] != want[1] {
		t.Errorf("the table says %q, want %q", got, want)
	}
	l.Wants(l.Get(webtest.StudyPage(st)), 200, "Places that are filled: 2.")
	if row := webtest.Text(l.One(l.Get("/lab").Page, "tbody", "")); !strings.Contains(row, "editor 3 1 1 1") {
		t.Errorf("the list of studies says %q, want 3 participants, 1 pilot, 1 in progress, 1 finished", row)
	}
	l.Wants(l.Get(webtest.StudyPage(st)+"/participants"), 200, second.Participant.Code+" dropped")

	// The file has the same counts as the page.
	table := exported(l, st, "sessions.csv")
	counts := map[string]int{}
	for _, row := range table[1:] {
		counts[cell(table, row, "sequence")+" "+cell(table, row, "place_state")]++
	}
	for _, x := range []study.Session{first, second, third} {
		state := map[study.SessionID]string{first.ID: "finished", second.ID: "dropped", third.ID: "active"}[x.ID]
		if n := counts[fmt.Sprintf("%d %s", x.Assignment.Place.Number(), state)]; n != 1 {
			t.Errorf("sessions.csv has %d people who are %s at %+v, want 1: %v", n, state, x.Assignment.Place, counts)
		}
	}
}

// cell returns the value of a column in a row of a table with a header.
func cell(table [][]string, row []string, column string) string {
	for i, name := range table[0] {
		if name == column {
			return row[i]
		}
	}
	return "no column " + column
}

// sign signs ada in again, for another hour.
func sign(l *webtest.Lab) {
	l.T.Helper()
	token := sha256.Sum256([]byte("later"))
	l.Must(l.Store.OpenLogin(l.T.Context(), l.Ada.ID, "unused", token[:], l.Now.Add(time.Hour)))
	l.Login.Value = "later"
}

func TestPlacesAreClosedByHand(t *testing.T) {
	l := webtest.NewLab(t)
	st := l.Study(twoOrders(), true)
	shut := func(sequence, closed string) webtest.Answer {
		return l.Post(webtest.StudyPage(st)+"/places", url.Values{"version": {"1"}, "group": {""}, "sequence": {sequence}, "closed": {closed}})
	}
	l.WantsRedirect(shut("2", "yes"), webtest.StudyPage(st)+"#places")
	if got := places(l, st)[1]; !strings.Contains(got, "closed Open again") {
		t.Errorf("sequence 2 is shown as %q, want closed", got)
	}
	for range 3 {
		if x := come(l, st, false); x.Assignment.Place.Sequence != 0 {
			t.Errorf("somebody got sequence %d, which is closed", x.Assignment.Place.Number())
		}
	}
	l.WantsRedirect(shut("2", "no"), webtest.StudyPage(st)+"#places")
	if x := come(l, st, false); x.Assignment.Place.Sequence != 1 {
		t.Errorf("somebody got sequence %d, although 2 is empty and open again", x.Assignment.Place.Number())
	}
	l.Wants(shut("3", "yes"), 404, "")
	l.Wants(shut("many", "yes"), 404, "")

	l.WantsRedirect(shut("", "yes"), webtest.StudyPage(st)+"#places")
	l.Wants(l.Get(webtest.StudyPage(st)), 200, "The study is closed: nobody who consents gets a place in it.")

	revision := reworded(l, st)
	draft, err := l.Store.Study(t.Context(), st)
	l.Must(err)
	_, err = l.Store.PublishDraft(t.Context(), st, revision, draft.Draft, 0, l.Now)
	l.Must(err)
	l.Wants(shut("", "no"), 409, "A new version has been published since you opened this page.")
}

// reworded changes the title of a study's draft, and returns the revision.
func reworded(l *webtest.Lab, st study.StudyID) string {
	l.T.Helper()
	d := twoOrders()
	d.Title = study.Plain("Reworded")
	l.Must(studytest.Redraft(l.T.Context(), l.Store, st, d))
	now, err := l.Store.Study(l.T.Context(), st)
	l.Must(err)
	return now.Revision
}

func TestNobodyConsentsWhileEverythingIsClosed(t *testing.T) {
	p := webtest.NewPerson(t, studytest.OneTrial())
	p.Begin()
	v := p.Session()
	p.Must(p.Store.SetClosed(t.Context(), v.Version.ID, study.Closing{Place: study.Place{Sequence: study.WholeGroup}, Closed: true}))
	f := p.Fill(p.Get(p.Visit()).Page)
	p.Wants(p.Submit(f), 409, "This study takes nobody at the moment: all its places are closed. Please tell the experimenter.")
	if now := p.Session(); !now.ConsentedAt.IsZero() || now.Assignment.Taken() {
		t.Errorf("consent is on record: %+v", now)
	}
	p.Must(p.Store.SetClosed(t.Context(), v.Version.ID, study.Closing{Place: study.Place{Sequence: study.WholeGroup}}))
	p.WantsRedirect(p.Submit(f), p.Visit())
}

func TestTheWelcomePageTakesNoPlace(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	p.Wants(p.Get(p.Visit()), 200, "")
	if v := p.Session(); v.Assignment.Taken() || len(v.Trials) != 0 {
		t.Errorf("before consent the place is %+v, with %d trials", v.Assignment, len(v.Trials))
	}
	_, total := p.Session().Progress()
	p.WantsRedirect(p.Submit(p.Fill(p.Get(p.Visit()).Page)), p.Visit())
	v := p.Session()
	if _, now := v.Progress(); !v.Assignment.Taken() || len(v.Trials) != 6 || now != total {
		t.Errorf("after consent the place is %+v, with %d trials of %d pages; want 6 of %d", v.Assignment, len(v.Trials), now, total)
	}
	p.Now = p.Now.Add(study.Lease - time.Second)
	p.Wants(p.Get(p.Visit()), 200, "")
	p.Now = p.Now.Add(study.Lease - time.Second)
	if a := p.Session().Assignment; !a.Counts(p.Now) {
		t.Errorf("a page was opened within the lease, and the place is %s", a.State(p.Now))
	}
}

func TestAnExperimenterDropsExcludesAndPutsBack(t *testing.T) {
	l := webtest.NewLab(t)
	st, reader := l.Reader()
	path := fmt.Sprintf("/lab/sessions/%d", reader)
	l.Wants(l.Get(path), 200, "none yet Who consents gets a place")
	rule := func(state, why string) webtest.Answer {
		return l.Post(path+"/place", url.Values{"state": {state}, "reason": {why}})
	}
	l.WantsRedirect(rule("excluded", "too young"), path+"#place")
	l.Wants(l.Get(path), 200, "excluded There was no place to give back. Excluded by ada on 14 Mar 2026 12:00:00 UTC: “too young”")
	l.WantsRedirect(rule("active", "a typing error"), path+"#place")
	l.Must(l.Store.RecordConsent(t.Context(), reader, false, l.Now))
	a := l.Get(path)
	l.Wants(a, 200, "is filled until 15 Mar 2026 00:00:00 UTC")
	if buttons := webtest.All(a.Page, "button", "name=state"); len(buttons) != 2 || webtest.Text(buttons[0]) != "Drop" || webtest.Text(buttons[1]) != "Exclude" {
		t.Errorf("%d buttons, want Drop and Exclude", len(buttons))
	}
	a = rule("excluded", " ")
	l.Wants(a, 422, "A reason is needed: choose one, or write one.")
	l.Wants(rule("withdrawn", "no"), 422, "Exclude them, or withdraw them on the page of the participant.")
	l.Wants(rule("promoted", "no"), 422, "Choose what has become of this person")

	l.WantsRedirect(rule("excluded", "slept & snored"), path+"#place")
	l.Wants(l.Get(path), 200, "excluded Sequence")
	l.Wants(l.Get(path), 200, "Excluded by ada on 14 Mar 2026 12:00:00 UTC: “slept & snored”")
	l.WantsRedirect(rule("active", "did not"), path+"#place")
	l.Wants(l.Get(path), 200, "Put back by ada")
	l.WantsRedirect(rule("dropped", "left"), path+"#place")
	l.Wants(l.Get(path), 200, "dropped Sequence")
	l.WantsRedirect(rule("active", "came back"), path+"#place")
	l.WantsRedirect(l.Post(path+"/place", url.Values{"state": {"excluded"}, "ground": {"technical"}, "reason": {""}}), path+"#place")
	l.Wants(l.Get(path), 200, "“Something technical failed”")
	l.Wants(l.Get(webtest.StudyPage(st)+"/participants"), 200, "excluded")
	if x, err := l.Store.Session(t.Context(), reader); err != nil || x.Assignment.Counts(l.Now) {
		t.Errorf("the place is %+v, %v; want it given back", x.Assignment, err)
	}
}
