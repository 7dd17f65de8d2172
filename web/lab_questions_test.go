package web

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
)

func TestAQuestionnaireIsWrittenAndChosen(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.OneTrial(), false)
	path := questionsPath(id)
	l.wants(l.get(path), 200, "Take and change")
	page := l.get(path + "/new")
	in := url.Values{"revision": {attr(l.one(page.page, "input", "name=revision"), "value")}}
	in.Set("text", strings.ReplaceAll(textOf(l, page), "\n", "\r\n"))
	l.wantsRedirect(l.post(path+"/new", in), path+"?saved")
	l.wants(l.get(path+"?saved"), 200, "What did you think?")
	l.wants(l.get(path+"/mine/preview"), 200, "How smoothly did the computer respond?")
	l.wantsRedirect(l.post(path+"/new", in), path+"?saved") // a second press of the button
	in.Set("text", strings.Replace(in.Get("text"), "What did you think?", "And now?", 1))
	l.wants(l.post(path+"/new", in), 409, "Nothing of yours has been saved yet") // an old page

	st := l.onlyStudy()
	form := designFields(st.Draft)
	form.Set("revision", st.Revision)
	form.Set("ask-mine", "1")
	l.wantsRedirect(l.post(designPath(id), form), designPath(id)+"?saved")
	if d := l.onlyStudy().Draft; len(d.Instruments) != 1 || d.Instruments[0] != "mine" || len(d.Questionnaires) != 1 {
		t.Errorf("asked are %v, with the words of %d", d.Instruments, len(d.Questionnaires))
	}
	l.wants(l.get(path), 200, "after each trial")
	l.wantsRedirect(l.post(path+"/mine/remove", url.Values{"revision": {l.onlyStudy().Revision}}), path+"?saved")
	if d := l.onlyStudy().Draft; len(d.Instruments)+len(d.Questionnaires) != 0 {
		t.Errorf("after it was removed there are %v and the words of %d", d.Instruments, len(d.Questionnaires))
	}
}

func TestALibrarysQuestionnaireBecomesTheStudysOwn(t *testing.T) {
	l := newLab(t)
	id := l.study(questionnaire.Complete(studytest.Design(), study.Design{}), false)
	path := questionsPath(id) + "/sus"
	page := l.get(path)
	text := textOf(l, page)
	in := url.Values{"revision": {l.onlyStudy().Revision}, "text": {strings.Replace(text, "Strongly agree", "Entirely", 1)}}
	l.wantsRedirect(l.post(path, in), questionsPath(id)+"?saved")
	l.wants(l.get(path+"/preview"), 200, "Entirely")

	st := l.onlyStudy() // saving the form costs nothing of it, though nothing asks it yet
	form := designFields(st.Draft)
	form.Set("revision", st.Revision)
	l.wantsRedirect(l.post(designPath(id), form), designPath(id)+"?saved")
	if diff := cmp.Diff(st.Draft, l.onlyStudy().Draft); diff != "" {
		t.Errorf("the form has changed the draft (-was +is):\n%s", diff)
	}
}

// textOf returns what stands in the text field of a page.
func textOf(l *lab, a answer) string { return l.one(a.page, "textarea", "").FirstChild.Data }

func TestWhatIsWrongWithAQuestionnaireIsToldAtOnce(t *testing.T) {
	l := newLab(t)
	id := l.study(studytest.OneTrial(), false)
	path := questionsPath(id)
	in := url.Values{"revision": {l.onlyStudy().Revision}, "text": {strings.NewReplacer("to: 7", "to: 1", "mean: [smooth]", "mean: [rough]", "kind: text", "kind: song").Replace(skeleton)}}
	a := l.post(path+"/new", in)
	l.wants(a, 422, "Nothing has been saved")
	l.wants(a, 422, "Line 17") // the song
	in.Set("text", skeleton)
	l.wants(l.post(path+"/sus", in), 422, "This is questionnaire sus")
	l.wants(l.get(path+"/nothing"), 404, "")
	l.wants(l.post(path+"/new", url.Values{"revision": {"x"}, "text": {"{"}}), 422, "no YAML")
	if d := l.onlyStudy().Draft; len(d.Questionnaires) > 0 {
		t.Errorf("the draft has %v", d.Questionnaires)
	}
}

func TestAParticipantAnswersTheStudysOwnQuestions(t *testing.T) {
	own, faults := document.ReadInstrument([]byte(skeleton))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	last := own
	last.ID = "last"
	d := studytest.OneTrial()
	d.Instruments, d.Closing, d.Questionnaires = []string{"mine"}, []string{"last"}, []instrument.Instrument{own, last}
	p := newPerson(t, d)
	p.begin()
	a := p.walk(study.StepRate, nil)
	p.wants(a, 200, "How smoothly did the computer respond?")
	f := p.fill(a.page)
	f.fields.Set("smooth", "6")
	p.wantsRedirect(p.submit(f), p.visit())
	a = p.walk(study.StepClosing, nil)
	f = p.fill(a.page)
	f.fields.Set("smooth", "2")
	f.fields.Set("why", "Nothing did.")
	p.wantsRedirect(p.submit(f), p.visit())
	p.walk(study.StepEnd, nil)
	ratings, err := p.store.Ratings(t.Context(), p.session().ID)
	p.must(err)
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
