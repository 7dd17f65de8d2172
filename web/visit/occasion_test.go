package visit_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

// screened is a study of two visits that asks something at every occasion, and screens people by their age. Those over 59 are a group.
func screened() study.Design {
	d := studytest.Design()
	d.Title = study.Plain("Two visits")
	adult, _ := instrument.ParseDecimal("17")
	old, _ := instrument.ParseDecimal("60")
	d.Questionnaires = []instrument.Instrument{
		{ID: "fit", Version: 1, Title: study.Plain("Can you take part?"), Items: []instrument.Item{{ID: "age", Text: study.Plain("How old are you?"), Kind: instrument.Number}}},
	}
	d.Screening, d.TurnAway = []string{"fit"}, []instrument.When{{Item: "age", AtMost: &adult}}
	d.TurnedAway = study.Plain("This study is for adults. Thank you all the same.")
	d.Groups = []study.Group{{Name: "old", Answered: &instrument.When{Item: "age", AtLeast: &old}}, {Name: "young"}}
	d.About, d.PauseEvery, d.Instruments = "", 0, []string{"satisfaction"}
	d.Opening, d.AfterPractice, d.AfterVisit, d.Closing = []string{"mental_demand"}, []string{"seq"}, []string{"accomplishment"}, []string{"sus"}
	d.Blocks, d.AfterBlock = study.Blocks{By: study.MethodFactor, Order: study.Fixed}, []string{"annoyance"}
	d.Visits = []study.Visit{{After: 2, Apart: 24 * time.Hour}}
	return questionnaire.Complete(d, study.Design{Questionnaires: d.Questionnaires})
}

// screenedAs lets a person consent and answer the screening.
func screenedAs(p *webtest.Person, age string) webtest.Answer {
	p.T.Helper()
	p.Begin()
	a := p.Walk(study.StepScreening, nil)
	p.Wants(a, 200, "How old are you?")
	f := p.Fill(a.Page)
	f.Fields.Set("age", age)
	p.WantsRedirect(p.Submit(f), p.Visit())
	return p.Get(p.Visit())
}

func TestWhomTheScreeningTurnsAwayIsThankedAndTakesNoPlace(t *testing.T) {
	p := webtest.NewPerson(t, screened())
	a := screenedAs(p, "16")
	p.Wants(a, 200, "This study is for adults. Thank you all the same.")
	if forms := webtest.All(a.Page, "form", "method=post"); len(forms) > 0 {
		t.Error("there is something left to press")
	}
	x := p.Session()
	if !x.TurnedAway || x.Assignment.Taken() || len(x.Trials) > 0 || !x.EndedAt.IsZero() {
		t.Errorf("the session is %+v", x)
	}
	p.Wants(p.Get("/p/"+p.Who.Link), 200, "This study is for adults.")
	p.Wants(p.Post(p.Visit()+"/start", url.Values{}), 303, "")
	if len(p.Session().Trials) > 0 {
		t.Error("who was turned away has trials")
	}
	p.Wants(asAda(p, fmt.Sprintf("/lab/studies/%d/participants", x.Study)), 200, "turned away by the screening")
}

func TestAnswersToTheScreeningChooseTheGroup(t *testing.T) {
	for age, want := range map[string]string{"17.5": "young", "60": "old"} {
		p := webtest.NewPerson(t, screened())
		screenedAs(p, age)
		if x := p.Session(); x.Assignment.Place.Group != want || x.TurnedAway || len(x.Trials) == 0 {
			t.Errorf("%s years old: group %q, turned away %v, %d trials", age, x.Assignment.Place.Group, x.TurnedAway, len(x.Trials))
		}
	}
}

// A participant goes through both visits. Between them they cannot go on, and their page says from when they can.
func TestAStudyOfTwoVisits(t *testing.T) {
	p := webtest.NewPerson(t, screened())
	screenedAs(p, "30")
	var asked []string
	note := func(_ webtest.Answer, f webtest.Filled) {
		if id := f.Fields.Get("instrument"); id != "" && !slices.Contains(asked, id) {
			asked = append(asked, id)
		}
	}
	a := p.Walk(study.StepReturn, note)
	if got := strings.Join(asked, " "); got != "mental_demand seq satisfaction annoyance accomplishment" && got != "mental_demand seq satisfaction accomplishment" {
		t.Errorf("in the first visit was asked %s", got)
	}
	opens := p.Session().RestsUntil()
	if opens.Before(p.Now.Add(23 * time.Hour)) {
		t.Fatalf("the next visit begins %v, now it is %v", opens, p.Now)
	}
	p.Wants(a, 200, "See you again")
	p.Wants(a, 200, "Your personal link: http://example.com/p/"+p.Who.Link)
	p.Wants(a, 200, fmt.Sprintf("Your next visit can begin on %s", opens.Format("Monday, 2 January, from 15:04")))
	if forms := webtest.All(a.Page, "form", "method=post"); len(forms) > 0 {
		t.Error("the next visit can be begun too early")
	}
	step := p.Session().Step()
	early := url.Values{"trial": {fmt.Sprint(int64(p.Session().Trials[step.Trial].ID))}}
	p.Wants(p.Post(p.Visit()+"/continue", early), 409, "It is too early for your next visit.")

	p.Now = opens
	a = p.Get(p.Visit())
	p.Wants(a, 200, "Your next visit can begin now.")
	if now := asAda(p, "/lab/live/cards"); now.StatusCode != 200 || strings.Contains(now.Body, p.Who.Code) {
		t.Errorf("somebody between two visits is here: %s", now.Body)
	}
	p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit())
	p.Wants(asAda(p, "/lab/live/cards"), 200, p.Who.Code)
	asked = nil
	p.Wants(p.Walk(study.StepEnd, note), 200, "Thank you")
	if got := strings.Join(asked, " "); got != "satisfaction annoyance accomplishment sus" {
		t.Errorf("in the second visit was asked %s", got)
	}
	occasions, visits := column(p, "responses", "occasion"), column(p, "trials", "visit")
	for _, o := range study.Occasions() {
		if occasions[string(o)] == 0 {
			t.Errorf("no answer was given at the occasion %s: %v", o, occasions)
		}
	}
	if visits["1"] != 3 || visits["2"] != len(p.Session().Trials)-3 { // practice, and two that count
		t.Errorf("trials by visit: %v", visits)
	}
}

// asAda gets a page of the laboratory.
func asAda(p *webtest.Person, path string) webtest.Answer {
	p.T.Helper()
	token := sha256.Sum256([]byte("just now"))
	p.Must(p.Store.OpenLogin(p.T.Context(), p.Ada.ID, "unused", token[:], p.Now.Add(time.Hour)))
	l := *p.Lab
	l.Login = &http.Cookie{Name: "login", Value: "just now"}
	return l.Get(path)
}

// column returns how often each value stands in a column of a table of the export.
func column(p *webtest.Person, table, name string) map[string]int {
	p.T.Helper()
	content := asAda(p, fmt.Sprintf("/lab/studies/%d/download", p.Session().Study)).Body
	z, err := zip.NewReader(strings.NewReader(content), int64(len(content)))
	p.Must(err)
	count := map[string]int{}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "description-"+table+"_data.csv") {
			continue
		}
		r, err := f.Open()
		p.Must(err)
		rows, err := csv.NewReader(r).ReadAll()
		p.Must(err)
		at := slices.Index(rows[0], name)
		for _, row := range rows[1:] {
			count[row[at]]++
		}
	}
	return count
}

func TestAPreviewLeadsThroughTheScreeningAndBothVisits(t *testing.T) {
	l := webtest.NewLab(t)
	start := fmt.Sprintf("/lab/studies/%d/preview/0.0.en.", l.Study(screened(), false))
	l.Wants(l.Get(start+"1"), 200, "How old are you?")
	var seen []string
	for at := range 60 {
		a := l.Get(start + fmt.Sprint(at))
		for _, say := range []string{"Welcome back", "That was all."} {
			if strings.Contains(webtest.Text(a.Page), say) && !slices.Contains(seen, say) {
				seen = append(seen, say)
			}
		}
	}
	if strings.Join(seen, " ") != "Welcome back That was all." {
		t.Errorf("the preview showed %q", seen)
	}
}
