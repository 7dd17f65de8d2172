package visit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// inTwoLanguages is a study of two groups in English and German, in which novices read another consent.
func inTwoLanguages() study.Design {
	d := studytest.Design()
	d.Languages = []study.Language{"en", "de"}
	d.Groups = []study.Group{
		{Name: "novices", Codes: []string{"P900"}, Consent: study.Plain("You are new to this."), Crossing: study.Crossing{Networks: []string{"LAN"}}},
		{Name: "experts"},
	}
	d.About, d.Instruments = "", nil
	for _, w := range d.Wordings() {
		if text := w.String(); text != "" {
			*w = study.Wording{"en": text, "de": "Auf Deutsch: " + text}
		}
	}
	return d
}

// Whoever presses the buttons of a preview comes through all steps of a visit, and nothing is stored.
func TestAPreviewLeadsThroughAVisit(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(inTwoLanguages(), false)
	start := fmt.Sprintf("/lab/studies/%d/preview", id)
	l.Wants(l.Get(start), 200, "You are new to this.")
	for path, want := range map[string]struct {
		consent string
		went    string
	}{
		start + "/0.0.de.0": {"Auf Deutsch: You are new to this.", "consent start done start done start done continue start done"},
		start + "/1.3.en.0": {studytest.Design().Consent.In(""), "consent start done start done start done continue start done start done continue start done"},
	} {
		first, _, _ := strings.Cut(want.consent, "\n")
		a := l.Get(path)
		l.Wants(a, 200, first)
		var went []string
		for len(went) < 50 {
			forms := webtest.All(a.Page, "form", "method=post")
			if len(forms) == 0 {
				break
			}
			action := webtest.Attr(forms[0], "action")
			went = append(went, action[strings.LastIndex(action, "/")+1:])
			next := l.Post(action, nil)
			if next.StatusCode != 303 {
				t.Fatalf("%s: status %d", action, next.StatusCode)
			}
			a = l.Get(next.Header.Get("Location"))
			l.Wants(a, 200, "nothing is stored")
		}
		if got := strings.Join(went, " "); got != want.went {
			t.Errorf("%s led through\n%s\nwant\n%s", path, got, want.went)
		}
	}
	people, err := l.Store.Participants(t.Context(), id)
	l.Must(err)
	sessions, err := l.Store.Sessions(t.Context(), id)
	l.Must(err)
	if len(people)+len(sessions) > 0 {
		t.Errorf("a preview left %d participants and %d sessions", len(people), len(sessions))
	}
}

func TestAPreviewThatIsAskedForNonsenseBegins(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(inTwoLanguages(), false)
	for _, place := range []string{"9.9999.xx.-1", "x", "1", "....", "-1.-1.de.999999"} {
		l.Wants(l.Get(fmt.Sprintf("/lab/studies/%d/preview/%s", id, place)), 200, "nothing is stored")
	}
	bad := inTwoLanguages()
	bad.Title = study.Wording{"en": "Only English"}
	l.Wants(l.Get(fmt.Sprintf("/lab/studies/%d/preview", l.Study(bad, false))), 422, "This text is missing in the language de")
	l.Login = nil
	if a := l.Get(fmt.Sprintf("/lab/studies/%d/preview", id)); a.StatusCode != 303 && a.StatusCode != 401 {
		t.Errorf("somebody who is not signed in got status %d", a.StatusCode)
	}
}

// A preview shows what a participant gets: the words of the appliance where the draft leaves them to it, and before anybody has a
// group what everybody reads.
func TestAPreviewShowsWhatParticipantsGet(t *testing.T) {
	l := webtest.NewLab(t)
	d := inTwoLanguages()
	d.Languages = nil
	d = d.Speaking("en")
	d.Groups[0].Codes = nil
	d.Tasks[0].Instruction = nil
	content := study.Plain("Type what the appliance says.")
	l.Serve(func(c *web.Config) {
		c.Appliances = func(context.Context) ([]lab.Appliance, error) {
			return []lab.Appliance{{Name: d.Appliance, Content: "c1", Tasks: []study.Task{{ID: d.Tasks[0].ID, Instruction: content}}}}, nil
		}
		c.Rehearsals = func(string) ([]study.TraceFile, error) { return nil, nil }
	})
	start := fmt.Sprintf("/lab/studies/%d/preview/", l.Study(d, false))
	consent := l.Get(start + "0.0.en.0")
	for _, say := range []string{strings.SplitN(studytest.Design().Consent.In(""), "\n", 2)[0], "Nobody has a group yet", "is read by nobody"} {
		l.Wants(consent, 200, say)
	}
	if strings.Contains(webtest.Text(consent.Page), "You are new to this.") {
		t.Error("the preview shows the consent of a group that nobody is sure to get into")
	}
	l.Wants(l.Get(start+"1.0.en.0"), 200, "Nobody has a group yet")
	l.Wants(l.Get(start+"0.0.en.3"), 200, "Type what the appliance says.")
}

// The look at the computer and the page of those who are turned away lie beside the steps of a session.
func TestAPreviewShowsTheLookAtTheComputerAndWhoIsTurnedAway(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.OneTrial()
	d.Preflight = study.Preflight{Check: true, Width: 1280, Height: 700, RTT: 100 * time.Millisecond}
	d.Screening, d.TurnAway = []string{"seq"}, []instrument.When{{Item: "seq", Is: []string{"1"}}}
	d.TurnedAway = study.Plain("This study is not for you.")
	in, err := questionnaire.Find("seq", 1)
	l.Must(err)
	d.Questionnaires = []instrument.Instrument{in}
	start := fmt.Sprintf("/lab/studies/%d/preview", l.Study(d, false))
	look := l.Get(start)
	for _, say := range []string{"A look at your computer", "the study needs 1,280 × 700", "the study needs at most 100", "Go on"} {
		l.Wants(look, 200, say)
	}
	l.WantsRedirect(l.Post(start+"/0.0.en.0/check", nil), start+"/0.0.en.1")
	l.Wants(l.Get(start+"/0.0.en.1"), 200, "You will look at a screen.")
	screening := l.Get(start + "/0.0.en.2")
	l.Wants(screening, 200, "The task")
	away := l.One(screening.Page, "a", "href="+start+"/0.0.en.2.away")
	l.Wants(l.Get(webtest.Attr(away, "href")), 200, "This study is not for you.")
	l.Wants(l.Get(start+"/0.0.en.3"), 200, "Look at the screen.")
	l.Wants(l.Get(start+"/0.0.en.99"), 200, "Thank you")
}
