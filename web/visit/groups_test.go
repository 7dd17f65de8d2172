package visit_test

import (
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// Somebody whose group depends on what they answer gets their place after that, and reads what their group reads and what
// the levels of their trials say.
func TestAGroupReadsItsOwnTexts(t *testing.T) {
	d := studytest.Grouped()
	for i := range d.Groups {
		d.Groups[i].Thanks = study.Plain("Thank you, " + d.Groups[i].Name + ".")
	}
	p := webtest.NewPerson(t, d)
	p.Begin()
	dark, instructed, forms := 0, 0, map[string]int{}
	p.Walk(study.StepEnd, func(a webtest.Answer, f webtest.Filled) {
		if !strings.HasSuffix(f.Path, "/start") {
			return
		}
		x := p.Session()
		trial := x.Trials[x.Step().Trial]
		if c := trial.Condition; strings.Contains(a.Body, "The light goes out.") != (c.FreeLevel("light") == "dark") {
			t.Errorf("before a trial with the light %q the page says %s", c.FreeLevel("light"), a.Body)
		}
		if trial.Condition.FreeLevel("light") == "dark" {
			dark++
		}
		if strings.Contains(a.Body, "Copy it.") || strings.Contains(a.Body, "Copy the letter on the right.") {
			instructed++
		}
		forms[trial.Condition.Form]++
	})
	x := p.Session()
	if x.Assignment.Place.Group != "young" || dark == 0 || instructed != len(x.Trials)-1 || max(forms["A"], forms["B"]) > 4 {
		t.Errorf("group %q, %d dark trials, %d of %d with the group's instruction, forms %v", x.Assignment.Place.Group, dark, instructed, len(x.Trials), forms)
	}
	p.Wants(p.Get(p.Visit()), 200, "Thank you, young.")
}

// A group that is certain before anybody consents reads its own consent.
func TestWhoIsInvitedReadsTheConsentOfTheirGroup(t *testing.T) {
	d := studytest.Grouped()
	d.Groups[0].Codes, d.Groups[0].Consent = []string{"P001"}, study.Plain("You were invited.")
	p := webtest.NewPerson(t, d)
	p.Begin()
	p.Wants(p.Get(p.Visit()), 200, "You were invited.")
}

// If no group is meant for somebody, they are told, and nothing is lost.
func TestWhomNoGroupIsMeantForIsTold(t *testing.T) {
	d := studytest.Grouped()
	d.Groups = d.Groups[:2]
	p := webtest.NewPerson(t, d)
	p.Begin()
	a := p.Walk(study.StepAbout, func(webtest.Answer, webtest.Filled) {})
	a = p.Submit(p.Fill(a.Page))
	p.Wants(a, 409, "This study has no group for you yet. Please tell the experimenter.")
	if x := p.Session(); x.Assignment.Taken() || !x.AboutAt.IsZero() || x.Step().Kind != study.StepAbout {
		t.Errorf("the session is %+v", x)
	}
}
