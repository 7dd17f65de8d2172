package lab_test

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
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

// upload sends a study file as the form does.
func upload(l *webtest.Lab, content string) webtest.Answer {
	l.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("file", "my study.yaml")
	l.Must(err)
	_, err = file.Write([]byte(content))
	l.Must(err)
	l.Must(form.Close())
	r := httptest.NewRequest("POST", "/lab/studies/import", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return l.Do(r)
}

func TestAStudyFileGoesOutAndInAgain(t *testing.T) {
	l := webtest.NewLab(t)
	d := questionnaire.Complete(studytest.Design(), study.Design{})
	id := l.Study(d, false)
	out := l.Get(webtest.StudyPage(id) + "/study.yaml")
	if out.Body != document.Write(d) || out.Header.Get("Content-Disposition") != fmt.Sprintf(`attachment; filename="study-%d-draft.yaml"`, id) {
		t.Errorf("%v\n%s", out.Header, out.Body)
	}
	in := upload(l, out.Body)
	l.WantsRedirect(in, webtest.DesignPage(id+1)+"?saved")
	l.WantsRedirect(l.Post(webtest.DesignPage(id+1), withRevision(t, l, id+1)), webtest.DesignPage(id+1)+"?saved") // through the form, too
	again, err := l.Store.Study(t.Context(), id+1)
	l.Must(err)
	if again.Revision != document.Hash(d) {
		t.Errorf("the file became another design (-out +in):\n%s", cmp.Diff(d, again.Draft))
	}
}

// withRevision returns the form of a study as its page shows it.
func withRevision(t *testing.T, l *webtest.Lab, id study.StudyID) url.Values {
	t.Helper()
	st, err := l.Store.Study(t.Context(), id)
	l.Must(err)
	in := lab.DesignFields(st.Draft)
	in.Set("revision", st.Revision)
	return in
}

func TestEverythingIsToldThatIsWrongWithAStudyFile(t *testing.T) {
	l := webtest.NewLab(t)
	a := upload(l, "format: 3\ntitle: A study\nnetworks:\n  - name: far\n    rtt_ms: fast\nlimit_s: <b>\n")
	l.Wants(a, 422, "No study has been made of my study.yaml")
	var got []string
	for _, row := range webtest.All(l.One(a.Page, "tbody", ""), "tr", "") {
		got = append(got, strings.Join(strings.Fields(webtest.Text(row)), " "))
	}
	want := []string{
		"5 networks[0].rtt_ms “fast” is not a number such as 7.2 with at most 6 digits behind the point.",
		"6 limit_s “<b>” is not a number such as 7.2 with at most 9 digits behind the point.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	l.Wants(upload(l, "format: 3\n"), 422, "A study needs a title.")
	l.Wants(upload(l, strings.Repeat("x", document.MaxSize+1)), 422, "a study file at most")
	l.Wants(upload(l, strings.Repeat("x", 2*document.MaxBundle)), 413, "This is more than can be taken at once.")
	l.Wants(l.Post("/lab/studies/import", url.Values{}), 422, "Choose the study file")
	if studies, err := l.Store.Studies(t.Context()); err != nil || len(studies) > 0 {
		t.Errorf("%d studies were made, error %v", len(studies), err)
	}
}

func TestAStudyIsDuplicated(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/copy", nil), webtest.DesignPage(id+2)+"?saved") // the version took a number, too
	again, err := l.Store.Study(t.Context(), id+2)
	l.Must(err)
	want := studytest.Design()
	want.Title = study.Plain("Copy of " + want.Name())
	if diff := cmp.Diff(want, again.Draft); diff != "" || again.Published != nil {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
}

func TestANewStudyBeginsWithATemplate(t *testing.T) {
	l := webtest.NewLab(t)
	for _, template := range document.Templates() {
		a := l.Get("/lab/studies/new?from=" + template.Name)
		l.Wants(a, 200, template.About)
		if got := webtest.Attr(l.One(a.Page, "input", "id=title"), "value"); got != template.Design.Name() {
			t.Errorf("%s: the title is %q", template.Name, got)
		}
		if got := webtest.Text(l.One(a.Page, "a", "aria-current=true")); got != template.Design.Name() {
			t.Errorf("%s: marked is %q", template.Name, got)
		}
		if faults := webtest.All(l.One(a.Page, "div", "class=faults"), "li", ""); len(faults) != 1 || webtest.Text(faults[0]) != "Choose at least one task." {
			t.Errorf("%s: more is missing than the task: %v", template.Name, webtest.Text(l.One(a.Page, "div", "class=faults")))
		}
	}
	l.Wants(l.Get("/lab/studies/new?from=nothing"), 200, document.Templates()[0].About)
}

func TestEveryVersionStaysAndItsChangesAreTold(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.Design(), true)
	changed := studytest.Design()
	changed.Consent, changed.Networks[1].Network.Loss = study.Plain("Another consent."), 0
	l.Must(studytest.Redraft(t.Context(), l.Store, id, changed))
	a := l.Get(webtest.StudyPage(id) + "/publish")
	l.Wants(a, 200, "What changes from version 1?")
	changes := webtest.Text(l.One(a.Page, "table", "class=changes"))
	for _, want := range []string{"consent", "wording", "Another consent.", "networks[3G].loss_percent", "1.3"} {
		if !strings.Contains(changes, want) {
			t.Errorf("the changes do not tell %q: %s", want, changes)
		}
	}
	if strings.Contains(a.Body, "Only the wording") {
		t.Error("a changed network is taken for wording")
	}
	l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/publish", url.Values{"revision": {document.Hash(changed)}}), webtest.StudyPage(id))
	changed.Thanks = study.Plain("Thanks a lot.")
	l.Must(studytest.Redraft(t.Context(), l.Store, id, changed))
	l.Wants(l.Get(webtest.StudyPage(id)+"/publish"), 200, "Only the wording. The study is the same.")

	page := l.Get(webtest.StudyPage(id))
	l.Wants(page, 200, "All versions")
	for number, want := range map[string]study.Design{"1": studytest.Design(), "2": func() study.Design {
		d := questionnaire.Worded(changed)
		d.Thanks = studytest.Design().Thanks
		return d
	}()} {
		if got := l.Get(webtest.StudyPage(id) + "/versions/" + number + "/study.yaml"); got.Body != document.Write(want) {
			t.Errorf("the text of version %s is %s", number, got.Body)
		}
	}
	l.Wants(l.Get(webtest.StudyPage(id)+"/versions/3/study.yaml"), 404, "")
}
