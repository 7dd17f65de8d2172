package visit_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/catalogue"
)

// Everybody can read what is stored, in their language, before they agree to anything.
func TestWhatIsStoredCanBeRead(t *testing.T) {
	l := webtest.NewLab(t)
	l.Login = nil
	english := l.Get("/stored?language=en")
	german := l.Get("/stored?language=de")
	for _, kind := range study.AllStored() {
		l.Wants(english, 200, kind.What)
		say := catalogue.In("de").Say(kind.What)
		if say == kind.What {
			t.Errorf("%q is not there in German", kind.What)
		}
		l.Wants(german, 200, say)
	}
	r := httptest.NewRequest("GET", "/stored", nil)
	r.Header.Set("Accept-Language", "de-AT,de;q=0.9")
	l.Wants(l.Do(r), 200, "Was über Sie gespeichert wird")
	for path, lang := range map[string]string{"/stored?language=fr": "en", "/stored?language=%00": "en", "/stored?language=de-CH": "de"} {
		if got := webtest.Attr(webtest.All(l.Get(path).Page, "html", "")[0], "lang"); got != lang {
			t.Errorf("%s is in %q, want %s", path, got, lang)
		}
	}
}

func TestWhoIsAskedToAgreeCanReadWhatIsStored(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	a := p.Get(p.Visit())
	var found bool
	for _, link := range webtest.All(a.Page, "a", "target=_blank") {
		found = found || strings.HasPrefix(webtest.Attr(link, "href"), "/stored")
	}
	if !found {
		t.Error("the page before the agreement does not lead to what is stored")
	}
}
