package web

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// upload sends a study file as the form does.
func (l *lab) upload(content string) answer {
	l.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "my study.yaml")
	l.must(err)
	_, err = file.Write([]byte(content))
	l.must(err)
	l.must(form.Close())
	r := httptest.NewRequest("POST", "/lab/studies/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return l.do(r)
}

func TestAStudyFileGoesOutAndInAgain(t *testing.T) {
	l := newLab(t)
	d := questionnaire.Complete(studytest.Design(), study.Design{})
	id := l.study(d, false)
	out := l.get(studyPath(id) + "/study.yaml")
	if out.body != document.Write(d) || out.Header.Get("Content-Disposition") != fmt.Sprintf(`attachment; filename="study-%d-draft.yaml"`, id) {
		t.Errorf("%v\n%s", out.Header, out.body)
	}
	in := l.upload(out.body)
	l.wantsRedirect(in, designPath(id+1)+"?saved")
	l.wantsRedirect(l.post(designPath(id+1), withRevision(t, l, id+1)), designPath(id+1)+"?saved") // through the form, too
	again, err := l.store.Study(t.Context(), id+1)
	l.must(err)
	if again.Revision != document.Hash(d) {
		t.Errorf("the file became another design (-out +in):\n%s", cmp.Diff(d, again.Draft))
	}
}

// withRevision returns the form of a study as its page shows it.
func withRevision(t *testing.T, l *lab, id study.StudyID) url.Values {
	t.Helper()
	st, err := l.store.Study(t.Context(), id)
	l.must(err)
	in := designFields(st.Draft)
	in.Set("revision", st.Revision)
	return in
}

func TestEverythingIsToldThatIsWrongWithAStudyFile(t *testing.T) {
	l := newLab(t)
	a := l.upload("format: 3\ntitle: A study\nnetworks:\n  - name: far\n    rtt_ms: fast\nlimit_s: <b>\n")
	l.wants(a, 422, "No study has been made of my study.yaml")
	var got []string
	for _, row := range all(l.one(a.page, "tbody", ""), "tr", "") {
		got = append(got, strings.Join(strings.Fields(text(row)), " "))
	}
	want := []string{
		"5 networks[0].rtt_ms “fast” is not a number such as 7.2 with at most 6 digits behind the point.",
		"6 limit_s “<b>” is not a number such as 7.2 with at most 9 digits behind the point.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	l.wants(l.upload("format: 3\n"), 422, "A study needs a title.")
	l.wants(l.upload(strings.Repeat("x", document.MaxSize+1)), 422, "a study file at most")
	l.wants(l.upload(strings.Repeat("x", 2*document.MaxSize)), 413, "This is more than can be taken at once.")
	l.wants(l.post("/lab/studies/import", url.Values{}), 422, "Choose the study file")
	if studies, err := l.store.Studies(t.Context()); err != nil || len(studies) > 0 {
		t.Errorf("%d studies were made, error %v", len(studies), err)
	}
}

func TestAStudyIsDuplicated(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), true)
	l.wantsRedirect(l.post(studyPath(id)+"/copy", nil), designPath(id+2)+"?saved") // the version took a number, too
	again, err := l.store.Study(t.Context(), id+2)
	l.must(err)
	want := studytest.Design()
	want.Title = study.Plain("Copy of " + want.Name())
	if diff := cmp.Diff(want, again.Draft); diff != "" || again.Published != nil {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
}

func TestANewStudyBeginsWithATemplate(t *testing.T) {
	l := newLab(t)
	for _, template := range document.Templates() {
		a := l.get("/lab/studies/new?from=" + template.Name)
		l.wants(a, 200, template.About)
		if got := attr(l.one(a.page, "input", "id=title"), "value"); got != template.Design.Name() {
			t.Errorf("%s: the title is %q", template.Name, got)
		}
		if got := text(l.one(a.page, "a", "aria-current=true")); got != template.Design.Name() {
			t.Errorf("%s: marked is %q", template.Name, got)
		}
		if faults := all(l.one(a.page, "div", "class=faults"), "li", ""); len(faults) != 1 || text(faults[0]) != "Choose at least one task." {
			t.Errorf("%s: more is missing than the task: %v", template.Name, text(l.one(a.page, "div", "class=faults")))
		}
	}
	l.wants(l.get("/lab/studies/new?from=nothing"), 200, document.Templates()[0].About)
}

func TestEveryVersionStaysAndItsChangesAreTold(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.Design(), true)
	changed := studytest.Design()
	changed.Consent, changed.Networks[1].Network.Loss = study.Plain("Another consent."), 0
	l.must(l.store.SaveDraft(t.Context(), id, changed))
	a := l.get(studyPath(id) + "/publish")
	l.wants(a, 200, "What changes from version 1?")
	changes := text(l.one(a.page, "table", "class=changes"))
	for _, want := range []string{"consent", "wording", "Another consent.", "networks[3G].loss_percent", "1.3"} {
		if !strings.Contains(changes, want) {
			t.Errorf("the changes do not tell %q: %s", want, changes)
		}
	}
	if strings.Contains(a.body, "Only the wording") {
		t.Error("a changed network is taken for wording")
	}
	l.wantsRedirect(l.post(studyPath(id)+"/publish", url.Values{"revision": {document.Hash(changed)}}), studyPath(id))
	changed.Thanks = study.Plain("Thanks a lot.")
	l.must(l.store.SaveDraft(t.Context(), id, changed))
	l.wants(l.get(studyPath(id)+"/publish"), 200, "Only the wording. The study is the same.")

	page := l.get(studyPath(id))
	l.wants(page, 200, "All versions")
	for number, want := range map[string]study.Design{"1": studytest.Design(), "2": func() study.Design { d := changed; d.Thanks = studytest.Design().Thanks; return d }()} {
		if got := l.get(studyPath(id) + "/versions/" + number + "/study.yaml"); got.body != document.Write(want) {
			t.Errorf("the text of version %s is %s", number, got.body)
		}
	}
	l.wants(l.get(studyPath(id)+"/versions/3/study.yaml"), 404, "")
}
