package lab_test

import (
	"fmt"
	"strings"
	"testing"

	"vmstudy/analysis/simulate"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// madeUp returns a study in which nobody has taken part but three simulated participants, and the first of their visits.
func madeUp(l *webtest.Lab) (study.StudyID, study.Session) {
	l.T.Helper()
	id := l.Study(webtest.Compared(), true)
	run := simulate.Run{Assumptions: simulate.Usual(), Study: id, People: 3, Seed: 7, From: l.Now, Asked: questionnaire.Of}
	l.Must(run.Do(l.T.Context(), l.Store, func(int, int) {}))
	all, err := l.Store.Sessions(l.T.Context(), id)
	l.Must(err)
	return id, all[0]
}

func TestSimulatedParticipantsAreMarkedAndCountedNowhere(t *testing.T) {
	l := webtest.NewLab(t)
	id, visit := madeUp(l)
	for name, test := range map[string]struct {
		path        string
		says, never []string
	}{
		"the list of studies":          {"/lab", []string{`<td class="number">0</td>`}, []string{`<td class="number">3</td>`}},
		"the list of participants":     {fmt.Sprintf("/lab/studies/%d/participants", id), []string{"S001", "<small>simulated</small>"}, []string{"Link of S001"}},
		"the page of one":              {fmt.Sprintf("/lab/studies/%d/participants/%d", id, visit.Participant.ID), []string{"This is no person"}, []string{"Personal link"}},
		"the page of a session":        {fmt.Sprintf("/lab/sessions/%d", visit.ID), []string{"This is no person"}, nil},
		"results":                      {fmt.Sprintf("/lab/studies/%d/results", id), []string{"No trial counts yet", "3 simulated visits are left out"}, nil},
		"results of what was made up":  {fmt.Sprintf("/lab/studies/%d/results?simulated=1", id), []string{"Simulated data.", "Show what people gave", "--simulated", "simulated=1"}, []string{"Download with pilots", "No trial counts yet"}},
		"sessions that can be watched": {"/lab/live", nil, []string{"S001"}},
		"who can be given a time":      {fmt.Sprintf("/lab/studies/%d/appointments", id), nil, []string{"S001"}},
	} {
		a := l.Get(test.path)
		for _, say := range test.says {
			if !strings.Contains(a.Body, say) {
				t.Errorf("%s: does not say %q", name, say)
			}
		}
		for _, say := range test.never {
			if strings.Contains(a.Body, say) {
				t.Errorf("%s: says %q", name, say)
			}
		}
	}
	if got := l.Get(fmt.Sprintf("/lab/studies/%d/download?simulated=1", id)).Header.Get("Content-Disposition"); !strings.Contains(got, "-simulated-") {
		t.Errorf("the file of what was made up is called %s", got)
	}
}

// One person has begun, and so has one who was made up.
func TestAStudyDoesNotCountVisitsThatWereMadeUp(t *testing.T) {
	l := webtest.NewLab(t)
	id, _ := madeUp(l)
	ctx := t.Context()
	people, err := l.Store.AddParticipants(ctx, id, false, []string{"link"}, l.Now)
	l.Must(err)
	unreal, err := l.Store.AddSimulated(ctx, id, 1, l.Now)
	l.Must(err)
	for _, p := range []study.ParticipantID{people[0].ID, unreal[0].ID} {
		_, err := l.Store.StartSession(ctx, p, l.Now)
		l.Must(err)
	}
	d := webtest.Compared()
	d.Thanks = study.Plain("Thank you very much.")
	l.Must(studytest.Redraft(ctx, l.Store, id, d))
	_, err = l.Store.Publish(ctx, id, l.Ada.ID, l.Now) // the table of versions is there for two
	l.Must(err)
	l.Must(l.Store.SetState(ctx, id, study.Openness{State: study.StudyClosed, By: l.Ada.ID, At: l.Now}))
	a := l.Get(fmt.Sprintf("/lab/studies/%d", id))
	l.Wants(a, 200, "One visit that had begun can still be finished.")
	var begun []string // in each version, and of these ended
	for _, cell := range webtest.All(a.Page, "td", "class=number") {
		begun = append(begun, webtest.Text(cell))
	}
	if got := strings.Join(begun[:4], " "); got != "0 0 1 0" { // those of the plan come after
		t.Errorf("the table of versions counts %q, want one visit of the first version, which has not ended", got)
	}
}
