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

// An appliance is made anew with another text of its task. The draft has a copy of the old one, which participants would get.
// A study file may name instruments without their words, and nobody need look at the form before it is published.
func TestWhatIsPublishedHasTheWordsOfAllThatIsAsked(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Questionnaires, d.Instruments = nil, []string{"nonsense"}
	id := l.Study(d, false)
	publish := func(id study.StudyID) webtest.Answer {
		st, err := l.Store.Study(t.Context(), id)
		l.Must(err)
		return l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {st.Revision}})
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/publish"), 200, "There is no questionnaire \"nonsense\"")
	l.Wants(publish(id), 422, "There is no questionnaire \"nonsense\"")

	d.Instruments = []string{"sus"}
	id = l.Study(d, false)
	l.WantsRedirect(publish(id), webtest.StudyPage(id))
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	if sus, has := st.Published.Design.Questionnaire("sus"); !has || sus.Version != 1 || !strings.Contains(st.Published.Text, "I think that I would like to use this") {
		t.Errorf("the words of what is asked are not in what was published:\n%s", st.Published.Text)
	}
}

func TestWhatADraftHasOtherwiseThanItsApplianceCanBeTakenOver(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	l.Serve(func(c *web.Config) {
		c.Appliances = func(context.Context) ([]lab.Appliance, error) {
			tasks := append(d.Tasks[:1:1], *d.Practice)
			tasks[0].Instruction = study.Plain("Type the letter, <b>all</b> of it.")
			return []lab.Appliance{{Name: d.Appliance, Content: "c1", Tasks: tasks}}, nil
		}
		c.Rehearsals = func(string) ([]study.TraceFile, error) { return nil, nil }
	})
	id := l.Study(d, false)
	shown := l.Get(webtest.StudyPage(id) + "/publish")
	for _, say := range []string{"Tasks that read otherwise than in their appliance", "Type the letter, <b>all</b> of it.", d.Tasks[0].Instruction.String()} {
		l.Wants(shown, 200, say)
	}
	in := asShown(l.One(shown.Page, "form", "action="+webtest.StudyPage(id)+"/tasks"))
	stale := url.Values{"revision": {"another"}, "task": in["task"]}
	l.Wants(l.Post(webtest.StudyPage(id)+"/tasks", stale), 409, "The draft has been saved since you opened this page")
	l.Wants(l.Post(webtest.StudyPage(id)+"/tasks", url.Values{"revision": in["revision"], "task": {"tasks[7]"}}), 404, "The task is gone")
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/tasks", in), webtest.StudyPage(id)+"/publish#differing")
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	if got := st.Draft.Tasks[0]; got.Instruction.String() != "Type the letter, <b>all</b> of it." || got.Title.String() != d.Tasks[0].Title.String() {
		t.Errorf("the draft has %+v", got)
	}
	if a := l.Get(webtest.StudyPage(id) + "/publish"); len(webtest.All(a.Page, "section", "id=differing")) > 0 {
		t.Error("the page still says that something differs")
	}
}
