package web

import (
	"crypto/sha256"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/studytest"
)

// places returns the rows of the table of places, as text.
func (l *lab) places(st study.StudyID) (rows []string) {
	l.t.Helper()
	for _, row := range all(l.one(l.get(studyPath(st)).page, "table", "class=places"), "tr", "")[1:] {
		rows = append(rows, text(row))
	}
	return rows
}

// come lets somebody new consent, and returns the session.
func (l *lab) come(st study.StudyID, pilot bool) study.Session {
	l.t.Helper()
	people, err := l.store.AddParticipants(l.t.Context(), st, pilot, NewLinks(1), l.now)
	l.must(err)
	id, err := l.store.StartSession(l.t.Context(), people[0].ID, l.now)
	l.must(err)
	l.must(l.store.RecordConsent(l.t.Context(), id, false, l.now))
	x, err := l.store.Session(l.t.Context(), id)
	l.must(err)
	return x
}

// twoOrders returns a design of two conditions, and so of two sequences.
func twoOrders() study.Design {
	d := studytest.OneTrial()
	d.Tasks = append(d.Tasks, study.Task{ID: "draw", Title: study.Plain("Draw"), Instruction: study.Plain("Draw.")})
	return d
}

func TestTheStudyPageSaysWhoHasWhichSequence(t *testing.T) {
	l := newLab(t)
	st := l.study(twoOrders(), true)
	first, second := l.come(st, false), l.come(st, false)
	l.come(st, true)
	l.must(l.store.RecordVisit(t.Context(), first.ID, study.Step{Kind: study.StepEnd}, l.now))
	l.now = l.now.Add(study.Lease) // the second has gone
	third := l.come(st, false)
	if third.Assignment.Place != second.Assignment.Place {
		t.Fatalf("the third got %+v, want the place that the second gave back", third.Assignment.Place)
	}
	l.sign()
	want := make([]string, 2)
	for place, counts := range map[study.Place]string{first.Assignment.Place: "1 0 0 ● Close", third.Assignment.Place: "0 1 1 ○× Close"} {
		order := []string{"1 2", "2 1"}[place.Sequence]
		want[place.Sequence] = fmt.Sprintf("%d %s %s", place.Number(), order, counts)
	}
	if got := l.places(st); got[0] != want[0] || got[1] != want[1] {
		t.Errorf("the table says %q, want %q", got, want)
	}
	l.wants(l.get(studyPath(st)), 200, "Places that are filled: 2.")
	if row := text(l.one(l.get("/lab").page, "tbody", "")); !strings.Contains(row, "editor 3 1 1 1") {
		t.Errorf("the list of studies says %q, want 3 participants, 1 pilot, 1 in progress, 1 finished", row)
	}
	l.wants(l.get(studyPath(st)+"/participants"), 200, second.Participant.Code+" dropped")

	// The file has the same counts as the page.
	table := l.exported(st, "sessions.csv")
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
func (l *lab) sign() {
	l.t.Helper()
	token := sha256.Sum256([]byte("later"))
	l.must(l.store.OpenLogin(l.t.Context(), l.ada.ID, token[:], l.now.Add(time.Hour)))
	l.login.Value = "later"
}

func TestPlacesAreClosedByHand(t *testing.T) {
	l := newLab(t)
	st := l.study(twoOrders(), true)
	shut := func(sequence, closed string) answer {
		return l.post(studyPath(st)+"/places", url.Values{"version": {"1"}, "group": {""}, "sequence": {sequence}, "closed": {closed}})
	}
	l.wantsRedirect(shut("2", "yes"), studyPath(st)+"#places")
	if got := l.places(st)[1]; !strings.Contains(got, "closed Open again") {
		t.Errorf("sequence 2 is shown as %q, want closed", got)
	}
	for range 3 {
		if x := l.come(st, false); x.Assignment.Place.Sequence != 0 {
			t.Errorf("somebody got sequence %d, which is closed", x.Assignment.Place.Number())
		}
	}
	l.wantsRedirect(shut("2", "no"), studyPath(st)+"#places")
	if x := l.come(st, false); x.Assignment.Place.Sequence != 1 {
		t.Errorf("somebody got sequence %d, although 2 is empty and open again", x.Assignment.Place.Number())
	}
	l.wants(shut("3", "yes"), 404, "")
	l.wants(shut("many", "yes"), 404, "")

	l.wantsRedirect(shut("", "yes"), studyPath(st)+"#places")
	l.wants(l.get(studyPath(st)), 200, "The study is closed: nobody who consents gets a place in it.")

	_, err := l.store.PublishDraft(t.Context(), st, l.reworded(st), 0, l.now)
	l.must(err)
	l.wants(shut("", "no"), 409, "A new version has been published since you opened this page.")
}

// reworded changes the title of a study's draft, and returns the revision.
func (l *lab) reworded(st study.StudyID) string {
	l.t.Helper()
	d := twoOrders()
	d.Title = study.Plain("Reworded")
	l.must(l.store.SaveDraft(l.t.Context(), st, d))
	now, err := l.store.Study(l.t.Context(), st)
	l.must(err)
	return now.Revision
}

func TestNobodyConsentsWhileEverythingIsClosed(t *testing.T) {
	p := newPerson(t, studytest.OneTrial())
	p.begin()
	v := p.session()
	p.must(p.store.SetClosed(t.Context(), v.Version.ID, study.Closing{Place: study.Place{Sequence: study.WholeGroup}, Closed: true}))
	f := p.fill(p.get(p.visit()).page)
	p.wants(p.submit(f), 409, "This study takes nobody at the moment: all its places are closed. Please tell the experimenter.")
	if now := p.session(); !now.ConsentedAt.IsZero() || now.Assignment.Taken() {
		t.Errorf("consent is on record: %+v", now)
	}
	p.must(p.store.SetClosed(t.Context(), v.Version.ID, study.Closing{Place: study.Place{Sequence: study.WholeGroup}}))
	p.wantsRedirect(p.submit(f), p.visit())
}

func TestTheWelcomePageTakesNoPlace(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	p.wants(p.get(p.visit()), 200, "")
	if v := p.session(); v.Assignment.Taken() || len(v.Trials) != 0 {
		t.Errorf("before consent the place is %+v, with %d trials", v.Assignment, len(v.Trials))
	}
	_, total := p.session().Progress()
	p.wantsRedirect(p.submit(p.fill(p.get(p.visit()).page)), p.visit())
	v := p.session()
	if _, now := v.Progress(); !v.Assignment.Taken() || len(v.Trials) != 6 || now != total {
		t.Errorf("after consent the place is %+v, with %d trials of %d pages; want 6 of %d", v.Assignment, len(v.Trials), now, total)
	}
	p.now = p.now.Add(study.Lease - time.Second)
	p.wants(p.get(p.visit()), 200, "")
	p.now = p.now.Add(study.Lease - time.Second)
	if a := p.session().Assignment; !a.Counts(p.now) {
		t.Errorf("a page was opened within the lease, and the place is %s", a.State(p.now))
	}
}

func TestAnExperimenterDropsExcludesAndPutsBack(t *testing.T) {
	l := newLab(t)
	_, reader := l.reader()
	path := fmt.Sprintf("/lab/sessions/%d", reader)
	l.wants(l.get(path), 200, "none yet Who consents gets a place")
	rule := func(state, why string) answer {
		return l.post(path+"/place", url.Values{"state": {state}, "reason": {why}})
	}
	l.wants(rule("dropped", "left"), 409, "This person has no place yet")
	l.must(l.store.RecordConsent(t.Context(), reader, false, l.now))
	a := l.get(path)
	l.wants(a, 200, "is filled until 15 Mar 2026 00:00:00 UTC")
	if buttons := all(a.page, "button", "name=state"); len(buttons) != 2 || text(buttons[0]) != "Drop" || text(buttons[1]) != "Exclude" {
		t.Errorf("%d buttons, want Drop and Exclude", len(buttons))
	}
	a = rule("excluded", " ")
	l.wants(a, 422, "A reason is needed.")
	l.wants(rule("withdrawn", "no"), 422, "Only participants withdraw.")
	l.wants(rule("promoted", "no"), 422, "Choose what has become of this person")

	l.wantsRedirect(rule("excluded", "slept & snored"), path+"#place")
	l.wants(l.get(path), 200, "excluded Sequence")
	l.wants(l.get(path), 200, "Excluded by ada on 14 Mar 2026 12:00:00 UTC: “slept & snored”")
	l.wantsRedirect(rule("active", "did not"), path+"#place")
	l.wants(l.get(path), 200, "Put back by ada")
	l.wantsRedirect(rule("dropped", "left"), path+"#place")
	l.wants(l.get(path), 200, "dropped Sequence")
	if x, err := l.store.Session(t.Context(), reader); err != nil || x.Assignment.Counts(l.now) {
		t.Errorf("the place is %+v, %v; want it given back", x.Assignment, err)
	}
}
