package lab_test

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// A version says on which machine it is done, by which traces that is streamed, and what the machine checks.
func TestAVersionNamesItsMachines(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	content := "0b5e55ed"
	l.Serve(func(c *web.Config) {
		c.Appliances = func(context.Context) ([]lab.Appliance, error) {
			tasks := append(d.Tasks[:1:1], *d.Practice)
			tasks[0].Goal = "a letter is typed"
			return []lab.Appliance{{Name: d.Appliance, Content: content, Tasks: tasks}, {Name: "another", Content: "c2"}}, nil
		}
		c.Rehearsals = func(name string) ([]study.TraceFile, error) {
			return []study.TraceFile{{Name: "rehearsal-" + name + ".trace", SHA256: "7ace"}}, nil
		}
	})
	d.Tasks[0].Goal = ""
	id := l.Study(d, false)
	page := l.Get(webtest.StudyPage(id) + "/publish")
	in := url.Values{"revision": {document.Hash(d)}, "hash": {webtest.Attr(l.One(page.Page, "input", "name=hash"), "value")}}

	content = "made anew"
	l.Wants(l.Post(webtest.StudyPage(id)+"/publish", in), 422, "has been made anew since you opened this page")
	content = "0b5e55ed"
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/publish", in), webtest.StudyPage(id))
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	want := []study.Guest{{Appliance: d.Appliance, Content: content, Traces: []study.TraceFile{{Name: "rehearsal-" + d.Appliance + ".trace", SHA256: "7ace"}}}}
	if diff := cmp.Diff(want, st.Published.Design.Guests); diff != "" {
		t.Errorf("machines (-want +got):\n%s", diff)
	}
	if !strings.Contains(st.Published.Text, content) || st.Published.Hash != in.Get("hash") || st.Published.Design.Tasks[0].Goal != "a letter is typed" || st.Changed() {
		t.Errorf("published was %s, with the hash %s; the draft differs: %v", st.Published.Text, st.Published.Hash, st.Changed())
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/publish"), 200, "There is nothing to publish.")

	content = "made anew"
	l.Wants(l.Get(webtest.StudyPage(id)), 200, "Appliance "+d.Appliance+" is not the machine any more")
	again := l.Get(webtest.StudyPage(id) + "/publish")
	l.Wants(again, 200, "guests["+d.Appliance+"].content")
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {st.Revision}}), webtest.StudyPage(id))

	upload(l, l.Get(webtest.StudyPage(id)+"/versions/2/study.yaml").Body)
	studies, err := l.Store.Studies(t.Context())
	l.Must(err)
	if len(studies[0].Draft.Guests) > 0 || studies[0].Revision != st.Revision {
		t.Errorf("an imported version is a draft with the machines %v", studies[0].Draft.Guests)
	}
}
