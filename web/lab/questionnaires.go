package lab

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"vmstudy/document"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/questions"
	"vmstudy/web/view"
)

// newQuestionnaire stands in an address for one that is still to be written.
const newQuestionnaire = "new"

func questionsPath(id study.StudyID) string { return studyPath(id) + "/questions" }

// ShowQuestionnaires lists the questionnaires that the draft has words for, and those that the library has.
func (s *Server) ShowQuestionnaires(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	v := view.Questionnaires{Study: studyView(st), Path: questionsPath(st.ID), Saved: r.URL.Query().Has("saved")}
	for _, q := range st.Draft.Questionnaires {
		v.Own = append(v.Own, questionnaireRow(q, st.Draft))
	}
	for _, q := range questionnaire.All() {
		if _, own := st.Draft.Questionnaire(q.ID); !own {
			v.Library = append(v.Library, questionnaireRow(q, st.Draft))
		}
	}
	return s.Render(w, r, http.StatusOK, view.QuestionnairesPage(s.LabPage(r, "Questions of "+st.Draft.Name()), v))
}

func questionnaireRow(q instrument.Instrument, d study.Design) view.QuestionnaireRow {
	row := view.QuestionnaireRow{ID: q.ID, Version: q.Version, Title: d.Reading(q.Title), Questions: len(q.Questions()), Source: q.Source, Asked: "not asked"}
	var asked []string
	for _, o := range study.Occasions() {
		if slices.Contains(d.AskedAt(o), q.ID) {
			asked = append(asked, occasionNames[o])
		}
	}
	if len(asked) > 0 {
		row.Asked = strings.Join(asked, ", ")
	}
	return row
}

// ShowQuestionnaire shows the text of one, to be changed. One of the library, or the skeleton of a new one, becomes the
// draft's own when it is saved.
func (s *Server) ShowQuestionnaire(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	text := skeleton
	if id := chi.URLParam(r, "questionnaire"); id != newQuestionnaire {
		q, err := inDraft(st.Draft, id)
		if err != nil {
			return err
		}
		text = document.WriteInstrument(q)
	}
	return s.renderQuestionnaire(w, r, http.StatusOK, st, view.QuestionnaireForm{Text: text, Revision: st.Revision})
}

// inDraft returns a questionnaire in the words of a draft, or else of the library.
func inDraft(d study.Design, id string) (instrument.Instrument, error) {
	for _, q := range offered(d.Questionnaires) {
		if q.ID == id {
			return q, nil
		}
	}
	return questionnaire.Of(d, id)
}

// skeleton is what a new questionnaire begins with: one question of each of the usual kinds.
const skeleton = `id: mine
version: 1
title: "What did you think?"
intro: "Please think of the task that you have just done."
items:
  - id: smooth
    title: "Smoothness"
    text: "How smoothly did the computer respond?"
    kind: scale
    from: 1
    to: 7
    low: "Not at all"
    high: "Completely"
  - id: why
    title: "Why"
    text: "What was it that disturbed you?"
    kind: text
    limit: 500
    optional: true
measures:
  - id: smooth
    meaning: "Smoothness, 1 (not at all) to 7 (completely)"
    unit: points
    mean: [smooth]
`

func (s *Server) renderQuestionnaire(w http.ResponseWriter, r *http.Request, code int, st study.Study, f view.QuestionnaireForm) error {
	f.Study, f.Path, f.ID = studyView(st), questionsPath(st.ID), chi.URLParam(r, "questionnaire")
	_, f.Own = st.Draft.Questionnaire(f.ID)
	title := "Questionnaire " + f.ID
	if f.ID == newQuestionnaire {
		title = "New questionnaire"
	}
	return s.Render(w, r, code, view.QuestionnairePage(s.LabPage(r, title), f))
}

// SaveQuestionnaire puts what was typed into the draft. If it has faults, nothing is saved and all of them are shown.
func (s *Server) SaveQuestionnaire(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	f := view.QuestionnaireForm{Text: instrument.WithLF(in.Get("text")), Revision: in.Get("revision")}
	q, bad := document.ReadInstrument([]byte(f.Text))
	if was := chi.URLParam(r, "questionnaire"); len(bad) == 0 && was != newQuestionnaire && q.ID != was {
		bad = []document.Fault{{At: "id", Line: 1, Say: fmt.Sprintf("this is questionnaire %s: write a new one for another id", was)}}
	}
	if len(bad) > 0 {
		for _, fault := range bad {
			f.Faults = append(f.Faults, view.FileFault{Line: fault.Line, Field: fault.At, Say: page.Sentence(fault.Say)})
		}
		return s.renderQuestionnaire(w, r, http.StatusUnprocessableEntity, st, f)
	}
	d := st.Draft
	d.Questionnaires = slices.DeleteFunc(slices.Clone(d.Questionnaires), func(o instrument.Instrument) bool { return o.ID == q.ID })
	d.Questionnaires = append(d.Questionnaires, q)
	err = s.Store.ReplaceDraft(r.Context(), st.ID, f.Revision, d)
	if errors.Is(err, study.ErrConflict) {
		f.Stale, f.Revision = true, st.Revision
		return s.renderQuestionnaire(w, r, http.StatusConflict, st, f)
	}
	if err != nil {
		return err
	}
	return page.Redirect(w, r, questionsPath(st.ID)+"?saved")
}

// RemoveQuestionnaire takes a questionnaire out of the draft, with its words.
func (s *Server) RemoveQuestionnaire(w http.ResponseWriter, r *http.Request) error {
	st, in, err := s.studyForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "questionnaire")
	gone := func(other string) bool { return other == id }
	d := st.Draft
	d.Questionnaires = slices.DeleteFunc(slices.Clone(d.Questionnaires), func(o instrument.Instrument) bool { return o.ID == id })
	for _, o := range study.Occasions() {
		list := d.Asks(o)
		if *list = slices.DeleteFunc(slices.Clone(*list), gone); len(*list) == 0 {
			*list = nil
		}
	}
	if d.About == id {
		d.About = ""
	}
	if err := s.Store.ReplaceDraft(r.Context(), st.ID, in.Get("revision"), d); err != nil {
		return err
	}
	return page.Redirect(w, r, questionsPath(st.ID)+"?saved")
}

// PreviewQuestionnaire shows a questionnaire as a participant sees it. Nothing that is chosen there is stored.
func (s *Server) PreviewQuestionnaire(w http.ResponseWriter, r *http.Request) error {
	st, err := s.study(r)
	if err != nil {
		return err
	}
	q, err := inDraft(st.Draft, chi.URLParam(r, "questionnaire"))
	if err != nil {
		return err
	}
	spoken := st.Draft.Spoken()
	l := st.Draft.Written()
	if wanted := study.Language(r.URL.Query().Get("lang")); slices.Contains(spoken, wanted) {
		l = wanted
	}
	catalogue.Speak(r.Context(), l)
	q = q.Speaking(l)
	p := view.Page{
		Title: q.Title.String(), Version: s.Version, Styles: []string{"visit.css"},
		Scripts: []string{"visit/points.js", "visit/questions.js"},
	}
	for _, other := range spoken {
		p.Languages = append(p.Languages, view.Language{
			Tag: string(other), Name: catalogue.NameOf(other), Direction: catalogue.Direction(other), Chosen: other == l, To: "?lang=" + string(other),
		})
	}
	// A question that depends on the trial is shown as if its condition held: nothing is known of the trial.
	m := view.Questions{Title: q.Title.String(), Intro: q.Intro.String(), Items: questions.Items(catalogue.In(l), q, instrument.Situation{Trial: true, Completed: true}, questions.Filled{})}
	return s.Render(w, r, http.StatusOK, view.QuestionsPreview(p, m))
}
