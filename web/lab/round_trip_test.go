package lab_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/lab"
)

// Whatever a design is, it is the same after its page was saved as a browser shows it, after it went out as a study file and came in
// again, after the page of that study was saved, and after publication.
func TestADesignIsTheSameAfterPageFileImportAndPublication(t *testing.T) {
	l := webtest.NewLab(t)
	rapid.Check(t, func(t *rapid.T) {
		want := questionnaire.Complete(lab.DrawDesign(t), study.Design{})
		id, err := l.Store.CreateStudy(l.T.Context(), l.Ada.ID, want, l.Now)
		l.Must(err)
		same(t, l, id, want)
		savePage(t, l, id)
		same(t, l, id, want)

		upload(l, l.Get(webtest.StudyPage(id)+"/study.yaml").Body)
		studies, err := l.Store.Studies(l.T.Context())
		l.Must(err)
		id = studies[0].ID
		same(t, l, id, want)
		savePage(t, l, id)
		same(t, l, id, want)

		if want.Validate() != nil || len(want.Networks) > 0 && want.Networks[0].Network.TraceDown != "" {
			return // it cannot be published here
		}
		if a := l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(want)}}); a.StatusCode != 303 {
			t.Fatalf("publication: status %d: %s", a.StatusCode, webtest.Text(a.Page))
		}
		if versions, err := l.Store.Versions(l.T.Context(), id); err != nil || len(versions) != 1 || versions[0].Revision != document.Hash(want) {
			t.Fatalf("published was %+v, error %v", versions, err)
		}
	})
}

// savePage saves the page of a design as it is shown.
func savePage(t *rapid.T, l *webtest.Lab, id study.StudyID) {
	in := asShown(l.Get(webtest.DesignPage(id)).Page)
	in.Set("do", "save")
	if a := l.Post(webtest.DesignPage(id), in); a.StatusCode != 303 {
		t.Fatalf("saving: status %d: %s", a.StatusCode, webtest.Text(a.Page))
	}
}

func same(t *rapid.T, l *webtest.Lab, id study.StudyID, want study.Design) {
	st, err := l.Store.Study(l.T.Context(), id)
	l.Must(err)
	if diff := cmp.Diff(want, st.Draft); diff != "" || st.Revision != document.Hash(want) {
		t.Fatalf("the design has changed (-want +got):\n%s", diff)
	}
}
