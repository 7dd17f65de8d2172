package lab_test

import (
	"net/url"
	"testing"
	"time"

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
		drawn := lab.DrawDesign(t)
		drawSearch(t, &drawn)
		want := questionnaire.Complete(drawn, study.Design{})
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

		if want.Validate() != nil || want.Searches() || len(want.Networks) > 0 && want.Networks[0].Network.TraceDown != "" {
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

// drawSearch gives d any search for the crossover, also one that cannot be followed.
func drawSearch(t *rapid.T, d *study.Design) {
	if !rapid.Bool().Draw(t, "search") {
		return
	}
	d.Crossover = study.Crossover{
		Near: rapid.SampledFrom([]string{"vnc", "kept", "gone"}).Draw(t, "near"), Far: "stream", Networks: rapid.SampledFrom([][]string{nil, {"network 0"}, {"network 1", "gone"}}).Draw(t, "searched"),
		Rating: rapid.SampledFrom([]string{"satisfaction.satisfaction", "gone.gone"}).Draw(t, "rating"), LowIsGood: rapid.Bool().Draw(t, "low is good"),
		Least: time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "least")), Most: time.Second, Lapse: float64(rapid.IntRange(0, 500).Draw(t, "lapse")) / 1000,
		Width: float64(rapid.IntRange(0, 40).Draw(t, "width")) / 8, Pairs: rapid.IntRange(0, 100).Draw(t, "pairs"),
	}
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
