package lab_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

func TestAQuestionnaireIsWrittenAndChosen(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), false)
	path := webtest.QuestionsPage(id)
	l.Wants(l.Get(path), 200, "Take and change")
	page := l.Get(path + "/new")
	in := url.Values{"revision": {webtest.Attr(l.One(page.Page, "input", "name=revision"), "value")}}
	in.Set("text", strings.ReplaceAll(textOf(l, page), "\n", "\r\n"))
	l.WantsRedirect(l.Post(path+"/new", in), path+"?saved")
	l.Wants(l.Get(path+"?saved"), 200, "What did you think?")
	l.Wants(l.Get(path+"/mine/preview"), 200, "How smoothly did the computer respond?")
	l.WantsRedirect(l.Post(path+"/new", in), path+"?saved") // a second press of the button
	in.Set("text", strings.Replace(in.Get("text"), "What did you think?", "And now?", 1))
	l.Wants(l.Post(path+"/new", in), 409, "Nothing of yours has been saved yet") // an old page

	st := onlyStudy(l)
	form := lab.DesignFields(st.Draft)
	form.Set("revision", st.Revision)
	form.Set("ask-mine", "1")
	l.WantsRedirect(l.Post(webtest.DesignPage(id), form), webtest.DesignPage(id)+"?saved")
	if d := onlyStudy(l).Draft; len(d.Instruments) != 1 || d.Instruments[0] != "mine" || len(d.Questionnaires) != 1 {
		t.Errorf("asked are %v, with the words of %d", d.Instruments, len(d.Questionnaires))
	}
	l.Wants(l.Get(path), 200, "after each trial")
	l.WantsRedirect(l.Post(path+"/mine/remove", url.Values{"revision": {onlyStudy(l).Revision}}), path+"?saved")
	if d := onlyStudy(l).Draft; len(d.Instruments)+len(d.Questionnaires) != 0 {
		t.Errorf("after it was removed there are %v and the words of %d", d.Instruments, len(d.Questionnaires))
	}
}

func TestALibrarysQuestionnaireBecomesTheStudysOwn(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(questionnaire.Complete(studytest.Design(), study.Design{}), false)
	path := webtest.QuestionsPage(id) + "/sus"
	page := l.Get(path)
	text := textOf(l, page)
	in := url.Values{"revision": {onlyStudy(l).Revision}, "text": {strings.Replace(text, "Strongly agree", "Entirely", 1)}}
	l.WantsRedirect(l.Post(path, in), webtest.QuestionsPage(id)+"?saved")
	l.Wants(l.Get(path+"/preview"), 200, "Entirely")

	st := onlyStudy(l) // saving the form costs nothing of it, though nothing asks it yet
	form := lab.DesignFields(st.Draft)
	form.Set("revision", st.Revision)
	l.WantsRedirect(l.Post(webtest.DesignPage(id), form), webtest.DesignPage(id)+"?saved")
	if diff := cmp.Diff(st.Draft, onlyStudy(l).Draft); diff != "" {
		t.Errorf("the form has changed the draft (-was +is):\n%s", diff)
	}
}

// textOf returns what stands in the text field of a page.
func textOf(l *webtest.Lab, a webtest.Answer) string {
	return l.One(a.Page, "textarea", "").FirstChild.Data
}

func TestWhatIsWrongWithAQuestionnaireIsToldAtOnce(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), false)
	path := webtest.QuestionsPage(id)
	in := url.Values{"revision": {onlyStudy(l).Revision}, "text": {strings.NewReplacer("to: 7", "to: 1", "mean: [smooth]", "mean: [rough]", "kind: text", "kind: song").Replace(lab.Skeleton)}}
	a := l.Post(path+"/new", in)
	l.Wants(a, 422, "Nothing has been saved")
	l.Wants(a, 422, "Line 17") // the song
	in.Set("text", lab.Skeleton)
	l.Wants(l.Post(path+"/sus", in), 422, "This is questionnaire sus")
	l.Wants(l.Get(path+"/nothing"), 404, "")
	l.Wants(l.Post(path+"/new", url.Values{"revision": {"x"}, "text": {"{"}}), 422, "no YAML")
	if d := onlyStudy(l).Draft; len(d.Questionnaires) > 0 {
		t.Errorf("the draft has %v", d.Questionnaires)
	}
}

func TestAParticipantAnswersTheStudysOwnQuestions(t *testing.T) {
	own, faults := document.ReadInstrument([]byte(lab.Skeleton))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	last := own
	last.ID = "last"
	d := studytest.OneTrial()
	d.Instruments, d.Closing, d.Questionnaires = []string{"mine"}, []string{"last"}, []instrument.Instrument{own, last}
	p := webtest.NewPerson(t, d)
	p.Begin()
	a := p.Walk(study.StepRate, nil)
	p.Wants(a, 200, "How smoothly did the computer respond?")
	f := p.Fill(a.Page)
	f.Fields.Set("smooth", "6")
	p.WantsRedirect(p.Submit(f), p.Visit())
	a = p.Walk(study.StepClosing, nil)
	f = p.Fill(a.Page)
	f.Fields.Set("smooth", "2")
	f.Fields.Set("why", "Nothing did.")
	p.WantsRedirect(p.Submit(f), p.Visit())
	p.Walk(study.StepEnd, nil)
	ratings, err := p.Store.Ratings(t.Context(), p.Session().ID)
	p.Must(err)
	got := map[string]string{}
	for trial, all := range ratings {
		for _, r := range all {
			for _, x := range r.Answers {
				got[r.Instrument+"."+x.Item] = x.Value
				if (trial == 0) != (r.Instrument == "last") {
					t.Errorf("%s is about trial %d", r.Instrument, trial)
				}
			}
		}
	}
	want := map[string]string{"mine.smooth": "6", "last.smooth": "2", "last.why": "Nothing did."}
	if why, filled := got["mine.why"]; filled {
		want["mine.why"] = why // fill may answer what may stay empty
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
