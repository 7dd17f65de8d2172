package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// A submitted is a form as it came: whose, of what kinds of steps, about which trial, what is in it.
type submitted struct {
	v     study.Session
	kinds []study.StepKind
	trial study.TrialID // 0 where it is about none
	in    url.Values
}

// goOn answers a form whose step lies behind the participant, be it by this form or by one that came
// before. Where everything that was sent is on record, they go on where they stand. Else they are
// told that it was not taken, and see it, because the first answers count and no form will take it.
func (s *Server) goOn(w http.ResponseWriter, r *http.Request, f submitted) error {
	lost, err := s.lost(r, f)
	if err != nil {
		return err
	}
	if len(lost) == 0 {
		return redirect(w, r, visitPath(f.v.ID))
	}
	m := view.NotTaken{Visit: visitPath(f.v.ID), Given: lost}
	return s.render(w, r, http.StatusConflict, view.NotTakenPage(s.visitPage(r, "Answered before"), m))
}

// lost returns what a form says and what is not on record.
func (s *Server) lost(r *http.Request, f submitted) ([]view.Given, error) {
	switch {
	case slices.Contains(f.kinds, study.StepConsent):
		return s.lostConsent(r, f)
	case slices.Contains(f.kinds, study.StepRate):
		return s.lostAnswers(r, f)
	}
	return nil, nil // a button
}

func (s *Server) lostConsent(r *http.Request, f submitted) ([]view.Given, error) {
	v, err := s.store.Session(r.Context(), f.v.ID) // as it is by now
	if err != nil {
		return nil, err
	}
	chose := f.in.Get("record") == "yes"
	if v.Version.Design.Record.Agrees(chose) == v.Recorded {
		return nil, nil
	}
	answer := "no"
	if chose {
		answer = "yes"
	}
	return []view.Given{{Question: view.MayBeRecorded, Answer: answer}}, nil
}

func (s *Server) lostAnswers(r *http.Request, f submitted) ([]view.Given, error) {
	q, err := questionnaire.Lookup(f.in.Get("instrument"))
	if err != nil {
		return nil, nil // there are no answers to what is no instrument
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
	var lost []view.Given
	for _, it := range q.Items {
		if sent := it.Clean(f.in.Get(it.ID)); sent != "" && sent != kept[it.ID] {
			lost = append(lost, view.Given{Question: it.Text, Answer: spoken(it, sent)})
		}
	}
	return lost, nil
}

// spoken returns an answer in the words of its page.
func spoken(it questionnaire.Item, value string) string {
	for _, o := range it.Options {
		if o.Value == value {
			return cmp.Or(o.Label, o.Spoken, value)
		}
	}
	return value
}
