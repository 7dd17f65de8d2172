package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// onlyStudy returns the only study in the store.
func (l *lab) onlyStudy() study.Study {
	l.t.Helper()
	studies, err := l.store.Studies(l.t.Context())
	l.must(err)
	if len(studies) != 1 {
		l.t.Fatalf("%d studies, want 1", len(studies))
	}
	return studies[0]
}

func TestAStudyIsCreatedFromItsForm(t *testing.T) {
	l := newLab(t)
	l.wants(l.get("/lab"), 200, "There is no study yet.")
	l.wants(l.get("/lab/studies/new"), 200, "Choose at least one task.")

	a := l.post("/lab/studies/new", designFields(studytest.Design()))
	st := l.onlyStudy()
	l.wantsRedirect(a, designPath(st.ID)+"?saved")
	if diff := cmp.Diff(questionnaire.Complete(studytest.Design(), study.Design{}), st.Draft); diff != "" {
		t.Errorf("what was stored is not what was typed (-want +got):\n%s", diff)
	}
	page := l.get(designPath(st.ID) + "?saved")
	l.wants(page, 200, "The draft is saved.")
	l.wants(page, 200, "This design can be published.")
	if got := attr(l.one(page.page, "input", "id=title"), "value"); got != st.Draft.Name() {
		t.Errorf("the form shows the title %q", got)
	}
}

func TestANewStudyAsksForNothingButWhatIsMissing(t *testing.T) {
	l := newLab(t)
	a := l.get("/lab/studies/new")
	if found := all(a.page, "", "aria-invalid=true"); len(found) != 0 {
		t.Errorf("%d fields are marked before anything was typed", len(found))
	}
	faults := text(l.one(a.page, "div", "class=faults"))
	for _, want := range []string{"Choose at least one task."} {
		if !strings.Contains(faults, want) {
			t.Errorf("the list of what is missing has no %q: %s", want, faults)
		}
	}
}

func TestWhatWasTypedIsKeptWhenItCannotBeRead(t *testing.T) {
	l := newLab(t)
	in := designFields(studytest.Design())
	in.Set("limit_s", "two <minutes>")
	in.Set("networks[1].rtt_ms", "fast")
	const marked = 2 // the limit and the round-trip time
	for _, path := range []string{"/lab/studies/new", designPath(l.study(studytest.OneTrial(), false))} {
		a := l.post(path, in)
		l.wants(a, 422, "“two <minutes>” is not a number such as 7.2")
		l.wants(a, 422, "“fast” is not a number such as 7.2")
		l.wants(a, 422, "Nothing has been saved")
		if conditions := text(l.one(a.page, "div", "aria-label=Conditions")); strings.Contains(conditions, "Mbps") {
			t.Errorf("%s: the preview shows networks as if they had been read: %s", path, conditions)
		}
		limit := l.one(a.page, "input", "id=limit_s")
		if attr(limit, "value") != "two <minutes>" || attr(limit, "aria-describedby") != "limit_s-error" {
			t.Errorf("%s: the field became %v", path, limit.Attr)
		}
		if got := len(all(a.page, "input", "aria-invalid=true")); got != marked {
			t.Errorf("%s: %d fields are marked, want the limit and the round-trip time", path, got)
		}
	}
	if got := l.onlyStudy().Draft.Name(); got != studytest.OneTrial().Name() {
		t.Errorf("the draft was changed: %q", got)
	}
}

func TestAnIncompleteDraftIsStored(t *testing.T) {
	l := newLab(t)
	l.post("/lab/studies/new", url.Values{"title": {"An idea"}, "limit_s": {"60"}, "seed": {"1"}, "order": {"latin"}, "do": {"publish"}})
	st := l.onlyStudy()
	l.wants(l.get(designPath(st.ID)), 200, "Choose at least one access method.")
	a := l.get(studyPath(st.ID) + "/publish")
	l.wants(a, 200, "Before it can be published")
	if len(all(a.page, "input", "name=revision")) != 0 {
		t.Error("a faulty draft is offered for publication")
	}
}

func TestRowsAreAddedAndRemovedWithoutScripts(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), false)
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
		in := designFields(studytest.Design())
		in.Set("do", do)
		in.Set("title", "being typed")
		a := l.post(designPath(id), in)
		l.wants(a, 200, "")
		var got []string
		for i := range 4 {
			for _, e := range all(a.page, "input", "name="+row("networks", i)+".name") {
				got = append(got, attr(e, "value"))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", do, diff)
		}
		if got := attr(l.one(a.page, "input", "id=title"), "value"); got != "being typed" {
			t.Errorf("%s: the title became %q", do, got)
		}
	}
	if l.onlyStudy().Draft.Name() == "being typed" {
		t.Error("asking for a row has stored the draft")
	}
}

func TestAWellKnownNetworkIsAddedWithoutScripts(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	in := designFields(studytest.Design())
	in.Set("do", "add networks")
	in.Set("profile", "satellite")
	a := l.post(designPath(id), in)
	for field, want := range map[string]string{"name": "satellite", "down_mbps": "25", "up_mbps": "3", "rtt_ms": "558", "jitter_ms": ""} {
		if got := attr(l.one(a.page, "input", "name=networks[2]."+field), "value"); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestPreviewIsAFragmentOfWhatIsTyped(t *testing.T) {
	l := newLab(t)
	in := designFields(studytest.Design())
	in["methods[]"] = []string{"local"}
	a := l.post("/lab/design/preview", in)
	l.wants(a, 200, "This design can be published.")
	if strings.Contains(a.body, "<html") {
		t.Error("the fragment is a whole page")
	}
	if rows := all(l.one(a.page, "div", "aria-label=Conditions"), "tr", ""); len(rows) != 2 {
		t.Errorf("%d rows, want a head and one condition", len(rows))
	}
}

func TestAnApplianceThatIsGoneKeepsItsTasks(t *testing.T) {
	l := newLab(t)
	d := questionnaire.Complete(studytest.Design(), study.Design{})
	d.Appliance = "retired"
	id := l.study(d, false)
	l.wants(l.get(designPath(id)), 200, "retired (not installed)")
	in := designFields(d)
	l.wantsRedirect(l.post(designPath(id), in), designPath(id)+"?saved")
	if diff := cmp.Diff(d, l.onlyStudy().Draft); diff != "" {
		t.Errorf("saving changed the draft (-want +got):\n%s", diff)
	}
	in.Set("study", fmt.Sprint(id))
	l.wants(l.post("/lab/design/preview", in), 200, "This design can be published.")
}

func TestAVersionIsPublishedAsItWasSeen(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	l.wants(l.get(studyPath(id)), 200, "Nothing has been published yet.")
	a := l.get(studyPath(id) + "/publish")
	l.wants(a, 200, "Publish version 1?")
	seen := attr(l.one(a.page, "input", "name=revision"), "value")
	if canonical := l.one(a.page, "pre", "id=canonical"); canonical.FirstChild.Data != document.Write(studytest.Design()) {
		t.Errorf("the text shown is not the canonical one:\n%s", canonical.FirstChild.Data)
	}

	changed := studytest.Design()
	changed.Title = study.Plain("Changed meanwhile")
	l.must(l.store.SaveDraft(t.Context(), id, changed))
	refused := l.post(studyPath(id)+"/publish", url.Values{"revision": {seen}})
	l.wants(refused, 409, "The draft has been saved since you opened this page, by somebody else or in another tab. Nothing has been published.")
	l.wants(refused, 409, document.Hash(changed)) // the page shows what the draft is now
	if l.onlyStudy().Published != nil {
		t.Fatal("a draft was published that nobody had looked at")
	}

	l.wantsRedirect(l.post(studyPath(id)+"/publish", url.Values{"revision": {document.Hash(changed)}}), studyPath(id))
	l.wants(l.get(studyPath(id)), 200, document.Hash(changed))
	l.wants(l.get(studyPath(id)+"/publish"), 200, "The draft is the same as version 1.")
	l.wants(l.post(studyPath(id)+"/publish", url.Values{"revision": {document.Hash(changed)}}), 409, "There is nothing to publish.")
}

// In TestOfTwoSaversTheLaterIsToldAndLosesNothing ada and somebody else open the same draft.
func TestOfTwoSaversTheLaterIsToldAndLosesNothing(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	opened := attr(l.one(l.get(designPath(id)).page, "input", "name=revision"), "value")
	saving := func(title, revision string) answer {
		in := designFields(studytest.Design())
		in.Set("title", title)
		in.Set("revision", revision)
		return l.post(designPath(id), in)
	}
	l.wantsRedirect(saving("Hers", opened), designPath(id)+"?saved")
	l.wantsRedirect(saving("Hers", opened), designPath(id)+"?saved") // a second press of the button

	for _, revision := range []string{opened, "", "made up"} {
		a := saving("His", revision)
		l.wants(a, 409, "Nothing of yours has been saved yet.")
		if got := attr(l.one(a.page, "input", "id=title"), "value"); got != "His" {
			t.Errorf("what was typed became %q", got)
		}
		if got := l.onlyStudy().Draft.Name(); got != "Hers" {
			t.Fatalf("a stale form has stored the title %q", got)
		}
		opened = attr(l.one(a.page, "input", "name=revision"), "value")
	}
	l.wantsRedirect(saving("His", opened), designPath(id)+"?saved") // allowed, because he has been told
	if got := l.onlyStudy().Draft.Name(); got != "His" {
		t.Errorf("the title is %q, want that of the one who saved knowingly", got)
	}
}

func TestAFormThatIsShownAgainKeepsTheRevisionItWasOpenedWith(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	for name, change := range map[string]func(in url.Values){
		"a network is added":      func(in url.Values) { in.Set("do", addRow+"networks") },
		"a field cannot be taken": func(in url.Values) { in.Set("limit_s", "soon") },
	} {
		in := designFields(studytest.Design())
		in.Set("revision", "as opened")
		change(in)
		if got := attr(l.one(l.post(designPath(id), in).page, "input", "name=revision"), "value"); got != "as opened" {
			t.Errorf("%s: the revision became %q", name, got)
		}
	}
}

func TestWhatIsTypedNeverBecomesMarkup(t *testing.T) {
	l := newLab(t)
	d := studytest.Design()
	d.Title = study.Plain(`</title><script>alert(1)</script>"'`)
	d.Consent = study.Plain("</textarea><img src=x onerror=alert(1)>")
	id := l.study(d, true)
	for _, path := range []string{"/lab", studyPath(id), designPath(id), studyPath(id) + "/publish", studyPath(id) + "/participants"} {
		a := l.get(path)
		for _, e := range all(a.page, "script", "") {
			if attr(e, "src") == "" {
				t.Errorf("%s: a script came out of a title", path)
			}
		}
		if len(all(a.page, "img", "")) > 0 {
			t.Errorf("%s: a picture came out of a consent text", path)
		}
	}
}
