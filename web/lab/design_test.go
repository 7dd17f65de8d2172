package lab_test

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// onlyStudy returns the only study in the store.
func onlyStudy(l *webtest.Lab) study.Study {
	l.T.Helper()
	studies, err := l.Store.Studies(l.T.Context())
	l.Must(err)
	if len(studies) != 1 {
		l.T.Fatalf("%d studies, want 1", len(studies))
	}
	return studies[0]
}

func TestAStudyIsCreatedFromItsForm(t *testing.T) {
	l := webtest.NewLab(t)
	l.Wants(l.Get("/lab"), 200, "There is no study yet.")
	l.Wants(l.Get("/lab/studies/new"), 200, "Choose at least one task.")

	a := l.Post("/lab/studies/new", lab.DesignFields(studytest.Design()))
	st := onlyStudy(l)
	l.WantsRedirect(a, webtest.DesignPage(st.ID)+"?saved")
	if diff := cmp.Diff(questionnaire.Complete(studytest.Design(), study.Design{}), st.Draft); diff != "" {
		t.Errorf("what was stored is not what was typed (-want +got):\n%s", diff)
	}
	page := l.Get(webtest.DesignPage(st.ID) + "?saved")
	l.Wants(page, 200, "The draft is saved.")
	l.Wants(page, 200, "This design can be published.")
	if got := webtest.Attr(l.One(page.Page, "input", "id=title"), "value"); got != st.Draft.Name() {
		t.Errorf("the form shows the title %q", got)
	}
}

func TestANewStudyAsksForNothingButWhatIsMissing(t *testing.T) {
	l := webtest.NewLab(t)
	a := l.Get("/lab/studies/new")
	if found := webtest.All(a.Page, "", "aria-invalid=true"); len(found) != 0 {
		t.Errorf("%d fields are marked before anything was typed", len(found))
	}
	faults := webtest.Text(l.One(a.Page, "div", "class=faults"))
	for _, want := range []string{"Choose at least one task."} {
		if !strings.Contains(faults, want) {
			t.Errorf("the list of what is missing has no %q: %s", want, faults)
		}
	}
}

func TestWhatWasTypedIsKeptWhenItCannotBeRead(t *testing.T) {
	l := webtest.NewLab(t)
	in := lab.DesignFields(studytest.Design())
	in.Set("limit_s", "two <minutes>")
	in.Set("networks[1].rtt_ms", "fast")
	const marked = 2 // the limit and the round-trip time
	for _, path := range []string{"/lab/studies/new", webtest.DesignPage(l.Study(studytest.OneTrial(), false))} {
		a := l.Post(path, in)
		l.Wants(a, 422, "“two <minutes>” is not a number such as 7.2")
		l.Wants(a, 422, "“fast” is not a number such as 7.2")
		l.Wants(a, 422, "Nothing has been saved")
		if conditions := webtest.Text(l.One(a.Page, "div", "aria-label=Conditions")); strings.Contains(conditions, "Mbps") {
			t.Errorf("%s: the preview shows networks as if they had been read: %s", path, conditions)
		}
		limit := l.One(a.Page, "input", "id=limit_s")
		if webtest.Attr(limit, "value") != "two <minutes>" || webtest.Attr(limit, "aria-describedby") != "limit_s-error" {
			t.Errorf("%s: the field became %v", path, limit.Attr)
		}
		if got := len(webtest.All(a.Page, "input", "aria-invalid=true")); got != marked {
			t.Errorf("%s: %d fields are marked, want the limit and the round-trip time", path, got)
		}
	}
	if got := onlyStudy(l).Draft.Name(); got != studytest.OneTrial().Name() {
		t.Errorf("the draft was changed: %q", got)
	}
}

func TestAnIncompleteDraftIsStored(t *testing.T) {
	l := webtest.NewLab(t)
	l.Post("/lab/studies/new", url.Values{"title": {"An idea"}, "limit_s": {"60"}, "seed": {"1"}, "order": {"latin"}, "do": {"publish"}})
	st := onlyStudy(l)
	l.Wants(l.Get(webtest.DesignPage(st.ID)), 200, "Choose at least one access method.")
	a := l.Get(webtest.StudyPage(st.ID) + "/publish")
	l.Wants(a, 200, "Before it can be published")
	if len(webtest.All(a.Page, "input", "name=revision")) != 0 {
		t.Error("a faulty draft is offered for publication")
	}
}

func TestRowsAreAddedAndRemovedWithoutScripts(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	for do, want := range map[string][]string{
		"add networks":          {"LAN", "3G", ""},
		"drop networks[0]":      {"3G"},
		"drop networks[1]":      {"LAN"},
		"drop networks[7]":      {"LAN", "3G"},
		"drop networks[x]":      {"LAN", "3G"},
		"drop networks[-1]":     {"LAN", "3G"},
		"drop networks[0]x":     {"LAN", "3G"},
		"drop networks[1] or 2": {"LAN", "3G"},
	} {
		in := lab.DesignFields(studytest.Design())
		in.Set("do", do)
		in.Set("title", "being typed")
		a := l.Post(webtest.DesignPage(id), in)
		l.Wants(a, 200, "")
		var got []string
		for i := range 4 {
			for _, e := range webtest.All(a.Page, "input", "name="+lab.Row("networks", i)+".name") {
				got = append(got, webtest.Attr(e, "value"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", do, diff)
		}
		if got := webtest.Attr(l.One(a.Page, "input", "id=title"), "value"); got != "being typed" {
			t.Errorf("%s: the title became %q", do, got)
		}
	}
	if onlyStudy(l).Draft.Name() == "being typed" {
		t.Error("asking for a row has stored the draft")
	}
}

func TestAWellKnownNetworkIsAddedWithoutScripts(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	in := lab.DesignFields(studytest.Design())
	in.Set("do", "add networks")
	in.Set("profile", "satellite")
	a := l.Post(webtest.DesignPage(id), in)
	for field, want := range map[string]string{"name": "satellite", "down_mbps": "25", "up_mbps": "3", "rtt_ms": "558", "jitter_ms": ""} {
		if got := webtest.Attr(l.One(a.Page, "input", "name=networks[2]."+field), "value"); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

// A network that was laid out for one study is there for the next, with its phases.
func TestANetworkOfAnotherStudyIsUsedAgain(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Title = study.Plain("An earlier study")
	d.Networks = []study.NamedNetwork{{Name: "our train", Network: study.Network{Down: 3 * study.Mbps, RTT: 80 * time.Millisecond, Schedule: study.Schedule{Phases: []study.Phase{
		{From: time.Second, For: time.Second, Outage: true}, {From: 5 * time.Second, For: time.Second, RTT: time.Second},
	}}}}}
	l.Study(d, false)
	id := l.Study(studytest.Design(), false)
	shown := l.Get(webtest.DesignPage(id))
	offered := webtest.All(l.One(shown.Page, "optgroup", ""), "option", "")
	if len(offered) != 1 || !strings.Contains(webtest.Text(offered[0]), "our train") || !strings.Contains(webtest.Text(offered[0]), "An earlier study") {
		t.Fatalf("%d networks are offered: %s", len(offered), webtest.Text(shown.Page))
	}
	in := lab.DesignFields(studytest.Design())
	in.Set("do", "add networks")
	in.Set("profile", webtest.Attr(offered[0], "value"))
	a := l.Post(webtest.DesignPage(id), in)
	for field, want := range map[string]string{"name": "our train", "down_mbps": "3", "rtt_ms": "80", "phases[1].from_s": "5"} {
		if got := webtest.Attr(l.One(a.Page, "input", "name=networks[2]."+field), "value"); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	in.Set("profile", `{"name": 5`)
	l.Wants(l.Post(webtest.DesignPage(id), in), 200, "")

	link := linkIn(l, l.Post(webtest.StudyPage(id)+"/members/invite", url.Values{"role": {"owner"}}))
	l.Login = nil
	l.Login = l.Post(link, url.Values{"name": {"eve"}, "password": {"a sentence of mine"}}).Cookies()[0]
	a = l.Get(webtest.DesignPage(id))
	l.Wants(a, 200, studytest.Design().Name())
	if strings.Contains(a.Body, "An earlier study") || strings.Contains(a.Body, "our train") {
		t.Error("the page tells of a study that its reader may not see")
	}
}

func TestPreviewIsAFragmentOfWhatIsTyped(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Methods = study.PlainLevels(study.Local)
	a := l.Post("/lab/design/preview", lab.DesignFields(d))
	l.Wants(a, 200, "This design can be published.")
	if strings.Contains(a.Body, "<html") {
		t.Error("the fragment is a whole page")
	}
	if rows := webtest.All(l.One(a.Page, "div", "aria-label=Conditions"), "tr", ""); len(rows) != 2 {
		t.Errorf("%d rows, want a head and one condition", len(rows))
	}
}

func TestAnApplianceThatIsGoneKeepsItsTasks(t *testing.T) {
	l := webtest.NewLab(t)
	d := questionnaire.Complete(studytest.Design(), study.Design{})
	d.Appliance = "retired"
	id := l.Study(d, false)
	l.Wants(l.Get(webtest.DesignPage(id)), 200, "retired (not installed)")
	in := lab.DesignFields(d)
	l.WantsRedirect(l.Post(webtest.DesignPage(id), in), webtest.DesignPage(id)+"?saved")
	if diff := cmp.Diff(d, onlyStudy(l).Draft); diff != "" {
		t.Errorf("saving changed the draft (-want +got):\n%s", diff)
	}
	in.Set("study", fmt.Sprint(id))
	l.Wants(l.Post("/lab/design/preview", in), 200, "This design can be published.")
}

func TestAVersionIsPublishedAsItWasSeen(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false) // which names its questionnaires only
	l.Wants(l.Get(webtest.StudyPage(id)), 200, "Nothing has been published yet.")
	a := l.Get(webtest.StudyPage(id) + "/publish")
	l.Wants(a, 200, "Publish version 1?")
	seen := revisionOn(t, a)
	if canonical := l.One(a.Page, "pre", "id=canonical"); canonical.FirstChild.Data != document.Write(questionnaire.Worded(studytest.Design())) {
		t.Errorf("the text shown is not the canonical one:\n%s", canonical.FirstChild.Data)
	}

	changed := studytest.Design()
	changed.Title = study.Plain("Changed meanwhile")
	l.Must(studytest.Redraft(t.Context(), l.Store, id, changed))
	refused := l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {seen}})
	l.Wants(refused, 409, "The draft has been saved since you opened this page, by somebody else or in another tab. Nothing has been published.")
	worded := document.Hash(questionnaire.Worded(changed))
	l.Wants(refused, 409, worded) // the page shows what the draft is now
	if onlyStudy(l).Published != nil {
		t.Fatal("a draft was published that nobody had looked at")
	}

	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(changed)}}), webtest.StudyPage(id))
	l.Wants(l.Get(webtest.StudyPage(id)), 200, worded)
	l.Wants(l.Get(webtest.StudyPage(id)+"/publish"), 200, "The draft is the same as version 1.")
	l.Wants(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {worded}}), 409, "There is nothing to publish.")
}

// revisionOn returns the revision that the forms of a page name: that of the design, and those of its images.
func revisionOn(t *testing.T, a webtest.Answer) string {
	t.Helper()
	revisions := map[string]bool{}
	for _, form := range webtest.All(a.Page, "input", "name=revision") {
		revisions[webtest.Attr(form, "value")] = true
	}
	if len(revisions) != 1 {
		t.Fatalf("the forms of a page have the revisions %v, want one", revisions)
	}
	return slices.Collect(maps.Keys(revisions))[0]
}

// In TestOfTwoSaversTheLaterIsToldAndLosesNothing ada and somebody else open the same draft.
func TestOfTwoSaversTheLaterIsToldAndLosesNothing(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	opened := revisionOn(t, l.Get(webtest.DesignPage(id)))
	saving := func(title, revision string) webtest.Answer {
		in := lab.DesignFields(studytest.Design())
		in.Set("title", title)
		in.Set("revision", revision)
		return l.Post(webtest.DesignPage(id), in)
	}
	l.WantsRedirect(saving("Hers", opened), webtest.DesignPage(id)+"?saved")
	l.WantsRedirect(saving("Hers", opened), webtest.DesignPage(id)+"?saved") // a second press of the button

	for _, revision := range []string{opened, "", "made up"} {
		a := saving("His", revision)
		l.Wants(a, 409, "Nothing of yours has been saved yet.")
		if got := webtest.Attr(l.One(a.Page, "input", "id=title"), "value"); got != "His" {
			t.Errorf("what was typed became %q", got)
		}
		if got := onlyStudy(l).Draft.Name(); got != "Hers" {
			t.Fatalf("a stale form has stored the title %q", got)
		}
		opened = revisionOn(t, a)
	}
	l.WantsRedirect(saving("His", opened), webtest.DesignPage(id)+"?saved") // allowed, because he has been told
	if got := onlyStudy(l).Draft.Name(); got != "His" {
		t.Errorf("the title is %q, want that of the one who saved knowingly", got)
	}
}

func TestAFormThatIsShownAgainKeepsTheRevisionItWasOpenedWith(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	for name, change := range map[string]func(in url.Values){
		"a network is added":      func(in url.Values) { in.Set("do", lab.AddRow+"networks") },
		"a field cannot be taken": func(in url.Values) { in.Set("limit_s", "soon") },
	} {
		in := lab.DesignFields(studytest.Design())
		in.Set("revision", "as opened")
		change(in)
		if got := revisionOn(t, l.Post(webtest.DesignPage(id), in)); got != "as opened" {
			t.Errorf("%s: the revision became %q", name, got)
		}
	}
}

func TestWhatIsTypedNeverBecomesMarkup(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Title = study.Plain(`</title><script>alert(1)</script>"'`)
	d.Consent = study.Plain("</textarea><img src=x onerror=alert(1)>")
	id := l.Study(d, true)
	for _, path := range []string{"/lab", webtest.StudyPage(id), webtest.DesignPage(id), webtest.StudyPage(id) + "/publish", webtest.StudyPage(id) + "/participants"} {
		a := l.Get(path)
		for _, e := range webtest.All(a.Page, "script", "") {
			if webtest.Attr(e, "src") == "" {
				t.Errorf("%s: a script came out of a title", path)
			}
		}
		if len(webtest.All(a.Page, "img", "")) > 0 {
			t.Errorf("%s: a picture came out of a consent text", path)
		}
	}
}

func TestTheLongestTextsFitIntoTheForm(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), false)
	texts := url.Values{}
	for field, values := range lab.DesignFields(studytest.Design()) {
		texts[field] = values
	}
	texts.Set("revision", document.Hash(studytest.Design()))
	texts.Set("consent", strings.Repeat("ü", 10_000)) // the longest consent, of characters that a form encodes as six bytes
	texts.Set("thanks", strings.Repeat("ü", 10_000))
	l.WantsRedirect(l.Post(webtest.DesignPage(id), texts), webtest.DesignPage(id)+"?saved")
}
