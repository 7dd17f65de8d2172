package visit

import (
	"net/http"
	"net/url"
	"slices"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/questions"
	"vmstudy/web/view"
)

// A submitted is a form of a visit: the session, the kinds of steps that the form is for, the
// trial, and the fields.
type submitted struct {
	v     study.Session
	kinds []study.StepKind
	trial study.TrialID // 0 if the form is not about a trial
	in    url.Values
}

// goOn answers a form after its step has been passed, by this form or by an earlier one. If
// everything in the form is on record, the participant goes on to their present step. If not, a
// page says so and shows what was not stored: the first answers count, and no other form will store
// it.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, f submitted) error {
	lost, err := s.lost(r, f)
	if err != nil {
		return err
	}
	if len(lost) == 0 {
		return page.Redirect(w, r, page.VisitPath(f.v.ID))
	}
	m := view.NotTaken{Visit: page.VisitPath(f.v.ID), Given: lost}
	p := s.VisitPage(catalogue.Say(r.Context(), "Answered before"))
	p.Stop = stopPath(f.v.ID)
	return s.Render(w, r, http.StatusConflict, view.NotTakenPage(p, m))
}

// lost returns the contents of a form that are not on record.
func (s *Server) lost(r *http.Request, f submitted) ([]view.Given, error) {
	switch {
	case slices.Contains(f.kinds, study.StepConsent):
		return s.lostConsent(r, f)
	case slices.Contains(f.kinds, study.StepRate):
		return s.lostAnswers(r, f)
	}
	return nil, nil // the form has only a button
}

func (s *Server) lostConsent(r *http.Request, f submitted) ([]view.Given, error) {
	v, err := s.store.Session(r.Context(), f.v.ID) // loaded again, because it may have changed
	if err != nil {
		return nil, err
	}
	chose := f.in.Get("record") == "yes"
	if v.Version.Design.Record.Agrees(chose) == v.Recorded {
		return nil, nil
	}
	answer := catalogue.Say(r.Context(), "no")
	if chose {
		answer = catalogue.Say(r.Context(), "yes")
	}
	return []view.Given{{Question: catalogue.Say(r.Context(), view.MayBeRecorded), Answer: answer}}, nil
}

func (s *Server) lostAnswers(r *http.Request, f submitted) ([]view.Given, error) {
	q, err := questionnaire.Of(spoken(f.v).Version.Design, f.in.Get("instrument"))
	if err != nil {
		return nil, nil // there is no such instrument, so there are no answers
	}
	ratings, err := s.store.Ratings(r.Context(), f.v.ID)
	if err != nil {
		return nil, err
	}
	kept := map[string]string{}
	for _, rating := range ratings[f.trial] {
		for _, a := range rating.Answers {
			if rating.Instrument == q.ID {
				kept[a.Item] = a.Value
			}
		}
	}
	hidden := notShown(f, q)
	var lost []view.Given
	for _, it := range q.Questions() {
		if sent := it.Clean(f.in[it.ID]); sent != "" && sent != kept[it.ID] && !hidden[it.ID] {
			lost = append(lost, view.Given{Question: it.Text.String(), Answer: questions.Spoken(catalogue.From(r.Context()), it, sent)})
		}
	}
	return lost, nil
}

// notShown returns the questions that were not shown with what a form contains. Answers to them are not lost: nobody asked for them.
func notShown(f submitted, q instrument.Instrument) map[string]bool {
	hidden := map[string]bool{}
	for _, it := range q.Questions() {
		hidden[it.ID] = true
	}
	step, d := study.Step{Kind: study.StepAbout}, f.v.Version.Design
	if i := slices.IndexFunc(f.v.Trials, func(t study.Trial) bool { return t.ID == f.trial }); i >= 0 {
		step = study.Step{Kind: study.StepRate, Trial: i, Occasion: d.OccasionOf(q.ID, f.v.Trials[i].Position)}
	}
	shown := instrument.Instrument{Items: q.Shown(q.Given(f.in), f.v.Situation(step))}
	for _, it := range shown.Questions() {
		delete(hidden, it.ID)
	}
	return hidden
}
