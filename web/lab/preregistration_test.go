package lab_test

import (
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
)

// TestThePreregistrationIsThatOfTheVersion downloads both forms from the page of the study, twice, with another draft and later.
func TestThePreregistrationIsThatOfTheVersion(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(planned(), true)
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	a := l.Get(webtest.StudyPage(id))
	for _, format := range []string{"md", "html"} {
		path := webtest.StudyPage(id) + "/versions/1/preregistration." + format
		l.One(a.Page, "a", "href="+path)
		got := l.Get(path)
		if got.StatusCode != 200 || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment;") {
			t.Fatalf("%s: status %d, %q", format, got.StatusCode, got.Header.Get("Content-Disposition"))
		}
		for _, said := range []string{st.Published.Hash, "nobody minds the stream", "When two have finished.", "paired t test", "satisfaction.satisfaction"} {
			if !strings.Contains(got.Body, said) {
				t.Errorf("%s does not say %q", format, said)
			}
		}
		l.Now = l.Now.Add(10 * time.Minute)
		if again := l.Get(path); again.Body != got.Body {
			t.Errorf("%s is another one ten minutes later", format)
		}
	}
	for _, path := range []string{"/versions/2/preregistration.md", "/versions/1/preregistration.pdf"} {
		l.Wants(l.Get(webtest.StudyPage(id)+path), 404, "")
	}
}
