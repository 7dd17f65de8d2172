package lab_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAnExperimenterPutsPeopleIntoGroups(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Grouped(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one", "two"}, l.Now)
	l.Must(err)
	page := webtest.StudyPage(id) + "/participants"
	at := fmt.Sprintf("%s/%d/group", page, people[0].ID)
	l.WantsRedirect(l.Post(at, url.Values{"group": {"staff"}}), page)
	if chosen := l.One(l.One(l.Get(page).Page, "select", "aria-label=Group of P001"), "option", "selected"); webtest.Attr(chosen, "value") != "staff" {
		t.Errorf("the page says %q", webtest.Text(chosen))
	}
	s, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), s, false, l.Now))
	x, err := l.Store.Session(t.Context(), s)
	l.Must(err)
	if x.Assignment.Place.Group != "staff" {
		t.Errorf("the place is %+v", x.Assignment.Place)
	}
	l.Wants(l.Post(at, url.Values{"group": {"young"}}), 409, "This person has a place in the plan already")
	l.Wants(l.Post(fmt.Sprintf("%s/%d/group", page, people[1].ID), url.Values{"group": {"nobody"}}), 404, "")
	l.Wants(l.Post(page+"/4711/group", url.Values{"group": {"staff"}}), 404, "")
	if text := webtest.Text(l.Get(fmt.Sprintf("/lab/sessions/%d", s)).Page); !strings.Contains(text, "of group staff") || !strings.Contains(text, "Dark room") || !strings.Contains(text, "form B") {
		t.Errorf("the session's page does not tell group, levels and forms: %s", text)
	}
	if other := l.Study(studytest.Design(), true); strings.Contains(l.Get(webtest.StudyPage(other)+"/participants").Body, "Group of") {
		t.Error("a study without groups offers some")
	}
}

func TestTheMonitorTellsWhatALevelAsksOfTheExperimenter(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.OneTrial()
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "dark", Label: "Dark room", Told: "Draw the curtains."}}}}
	id := l.Study(d, true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one"}, l.Now)
	l.Must(err)
	s, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), s, false, l.Now))
	x, err := l.Store.Session(t.Context(), s)
	l.Must(err)
	_, err = l.Store.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, State: study.Preparing, AskedAt: l.Now})
	l.Must(err)
	if text := webtest.Text(l.Get("/lab/live").Page); !strings.Contains(text, "Draw the curtains.") || !strings.Contains(text, "local / none / look / Dark room") {
		t.Errorf("the monitor says %s", text)
	}
}

func TestResultsAreThoseOfAGroup(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Grouped(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one"}, l.Now)
	l.Must(err)
	s, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), s, false, l.Now))
	l.Must(l.Store.RecordRating(t.Context(), s, 0, study.Rating{Instrument: "about", At: l.Now, Answers: []study.Answer{{Item: "age", Value: "44"}}}))
	l.Must(l.Store.RecordVisit(t.Context(), s, study.Step{Kind: study.StepAbout}, l.Now))
	x, err := l.Store.Session(t.Context(), s)
	l.Must(err)
	if group := x.Assignment.Place.Group; group != "old" {
		t.Fatalf("the participant got into the group %q", group)
	}
	l.ConductTrial(s, x.Trials[1].ID, webtest.Done{Outcome: study.Completed, Seconds: 10, Rating: 5})
	page := webtest.StudyPage(id) + "/results"
	all, old := l.Get(page), l.Get(page+"?group=old")
	if n, m := strings.Count(all.Body, "<td>3G</td>"), strings.Count(old.Body, "<td>3G</td>"); n == 0 || m != 0 {
		t.Errorf("%d rows with the network 3G, %d of the group that does not meet it", n, m)
	}
	if heads := webtest.Text(l.One(old.Page, "table", "id=responses-table")); !strings.Contains(heads, "light") || !strings.Contains(heads, "Dark room") {
		t.Errorf("the table has no column for the study's factor: %s", heads)
	}
	l.Wants(l.Get(page+"?group=nobody"), 404, "")
}

func TestEveryApplianceOfAStudyIsThereBeforeItIsPublished(t *testing.T) {
	l := webtest.NewLab(t)
	for task, say := range map[study.TaskID]string{"type": "", "sing": "Appliance paint has no task sing"} {
		d := studytest.Design()
		d.Tasks = append(d.Tasks, study.Task{ID: task, Appliance: "paint", Title: study.Plain("Draw"), Instruction: study.Plain("Draw.")})
		id := l.Study(d, false)
		st, err := l.Store.Study(t.Context(), id)
		l.Must(err)
		a := l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {st.Revision}})
		if say == "" {
			l.WantsRedirect(a, webtest.StudyPage(id))
		} else {
			l.Wants(a, 422, say)
		}
	}
	d := studytest.Design()
	d.Tasks = append(d.Tasks, study.Task{ID: "type", Appliance: "office", Title: study.Plain("Write"), Instruction: study.Plain("Write.")})
	id := l.Study(d, false)
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	l.Wants(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {st.Revision}}), 422, "Appliance office, which task type needs, is not installed here")
}
