package visit_test

import (
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAParticipantKeepsACopyOfWhatTheyAgreedTo(t *testing.T) {
	d := webtest.RecordedDesign(study.RecordAsk, false)
	p := webtest.NewPerson(t, d)
	p.Begin()
	at := p.Visit() + "/consent.txt"
	if a := p.Get(at); a.StatusCode != 404 {
		t.Errorf("before the consent there is a copy of it: %d", a.StatusCode)
	}
	if strings.Contains(p.Get(p.Visit()).Body, "consent.txt") {
		t.Error("a copy is offered before the consent")
	}
	p.WantsRedirect(p.Post(p.Visit()+"/consent", nil), p.Visit())
	if !strings.Contains(p.Get(p.Visit()).Body, at) {
		t.Error("the page after the consent offers no copy")
	}
	a, x := p.Get(at), p.Session()
	for _, say := range []string{d.Consent.String(), x.Participant.Code, x.Version.Hash, x.ConsentedAt.Format("2006-01-02"), "have what you gave erased"} {
		if !strings.Contains(a.Body, say) {
			t.Errorf("the copy does not say %q:\n%s", say, a.Body)
		}
	}
	if strings.Contains(a.Body, "is recorded") {
		t.Error("the copy says that they agreed to be recorded, and they did not")
	}
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment") {
		t.Errorf("the copy comes as %q", got)
	}
}

func TestTheCopyOfAConsentSaysWhatThePageSaid(t *testing.T) {
	const everybody, theirs = "This is for everybody.", "This is for the young."
	recorded := []string{"is recorded while you work", "what you typed included", "which keys were pressed", "deleted at any time"}
	for name, tt := range map[string]struct {
		change      func(*study.Design)
		put, later  string // the group that an experimenter puts them into before the consent, and after it
		says, never []string
	}{
		"who gets a group by an answer has read the text for everybody":  {nil, "", "", []string{everybody}, []string{theirs}},
		"who was put into a group has read its text":                     {nil, "young", "", []string{theirs}, []string{everybody}},
		"who is put into a group later has not":                          {nil, "", "young", []string{everybody}, []string{theirs}},
		"and who is put into another one has read the text of the first": {nil, "young", "staff", []string{theirs}, []string{everybody}},
		"a recording with keys":                                          {func(d *study.Design) { d.Record, d.RecordKeys = study.RecordAll, true }, "", "", recorded, nil},
		"a recording without keys":                                       {func(d *study.Design) { d.Record = study.RecordAll }, "", "", recorded[:2], recorded[2:3]},
	} {
		t.Run(name, func(t *testing.T) {
			d := studytest.Grouped()
			d.Consent, d.Groups[2].Consent = study.Plain(everybody), study.Plain(theirs)
			d.Screening, d.About = []string{d.About}, "" // who is put into a group gets no place before it is answered
			if tt.change != nil {
				tt.change(&d)
			}
			p := webtest.NewPerson(t, d)
			put := func(group string) {
				if group != "" {
					p.Must(p.Store.PutIntoGroup(t.Context(), p.Who.ID, group, 0, p.Now))
				}
			}
			put(tt.put)
			p.Begin()
			shown := webtest.Text(p.Get(p.Visit()).Page)
			p.WantsRedirect(p.Post(p.Visit()+"/consent", nil), p.Visit())
			put(tt.later)
			p.Walk(study.StepBrief, func(webtest.Answer, webtest.Filled) {})
			if x := p.Session(); !x.Assignment.Taken() {
				t.Fatal("they have no place")
			}
			got := p.Get(p.Visit() + "/consent.txt").Body
			for _, say := range tt.says {
				if !strings.Contains(shown, say) || !strings.Contains(got, say) {
					t.Errorf("the page or its copy does not say %q:\n%s\n%s", say, shown, got)
				}
			}
			for _, say := range tt.never {
				if strings.Contains(shown, say) || strings.Contains(got, say) {
					t.Errorf("the page or its copy says %q:\n%s\n%s", say, shown, got)
				}
			}
		})
	}
}

func TestNobodyAgreesToATextThatThePageDidNotShow(t *testing.T) {
	for name, change := range map[string]func(*webtest.Person){
		"they are put into a group": func(p *webtest.Person) {
			p.Must(p.Store.PutIntoGroup(p.T.Context(), p.Who.ID, "young", 0, p.Now))
		},
		"the language is changed in another tab": func(p *webtest.Person) {
			p.Must(p.Store.ChooseLanguage(p.T.Context(), p.Session().ID, "de"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := studytest.Bilingual()
			d.Groups = []study.Group{{Name: "young", Consent: d.Consent.With("en", "This is for the young.")}, {Name: "others"}}
			p := webtest.NewPerson(t, d)
			p.Begin()
			old := p.Fill(p.Get(p.Visit()).Page)
			change(p)
			a := p.Submit(old)
			if a.StatusCode != 409 || !p.Session().ConsentedAt.IsZero() {
				t.Fatalf("%d, consented at %v", a.StatusCode, p.Session().ConsentedAt)
			}
			p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit()) // they have read it
			if p.Session().ConsentedAt.IsZero() {
				t.Error("they cannot agree to the new text")
			}
		})
	}
}
