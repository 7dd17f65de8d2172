package visit_test

import (
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
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
