package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// saveAnswers stores the answers to the step's instrument. If answers are missing, it stores
// nothing: the page comes again with the given answers, and marks the missing ones.
func (s *Server) saveAnswers(r *http.Request, v study.Session, in url.Values) (reply, error) {
	q, err := instrument(stepKey(v).instrument)
	if err != nil {
		return reply{}, err
	}
	re := reply{given: givenTo(q, in)}
	answers, err := q.Check(re.given)
	var faulty *questionnaire.Faulty
	if errors.As(err, &faulty) {
		re.say, re.faults = openQuestions(len(faulty.Faults)), map[string]string{}
		for _, f := range faulty.Faults {
			re.faults[f.Item] = f.Say
		}
	}
	if err != nil {
		return re, err
	}
	return re, s.recordAnswers(r, v, study.Rating{Instrument: q.ID, At: s.now(), Answers: answers})
}

// openQuestions says at the top of a page that n of its questions are marked. It does not name the
// questions, because the pages do not show the names of items.
func openQuestions(n int) string {
	if n == 1 {
		return "One question still needs an answer. It is marked below, and nothing that you chose is lost."
	}
	return fmt.Sprintf("%d questions still need an answer. They are marked below, and nothing that you chose is lost.", n)
}

// recordAnswers stores the answers of the step at which v stands. It records that the step about
// the person is passed only after its answers are stored, so that a failure between the two loses
// no answers.
func (s *Server) recordAnswers(r *http.Request, v study.Session, answers study.Rating) error {
	at := stepKey(v)
	if err := s.store.RecordRating(r.Context(), v.ID, at.trial, answers); err != nil {
		return err
	}
	if at.kind == study.StepAbout {
		return s.store.RecordVisit(r.Context(), v.ID, v.Step(), answers.At)
	}
	return nil
}

// givenTo returns the fields of a form that are items of q.
func givenTo(q questionnaire.Instrument, in url.Values) map[string]string {
	given := map[string]string{}
	for _, it := range q.Items {
		given[it.ID] = in.Get(it.ID)
	}
	return given
}

// instrument returns an instrument of a published design. If it does not exist, that is not the
// fault of the person who asks, so the error is an internal one.
func instrument(id string) (questionnaire.Instrument, error) {
	q, err := questionnaire.Lookup(id)
	if err != nil {
		return q, fmt.Errorf("instrument of a published design: %s", err)
	}
	return q, nil
}

// questionsView returns the page of an instrument, with what re says about the last submission.
func questionsView(v study.Session, step study.Step, re reply) (view.Questions, error) {
	q, err := instrument(step.Instrument)
	if err != nil {
		return view.Questions{}, err
	}
	m := view.Questions{Title: q.Title, Intro: q.Intro}
	if step.Kind == study.StepRate {
		t := v.Trials[step.Trial]
		m.Task = t.Condition.Task.Title
		if len(t.Rated) == 0 {
			m.Ended = endings[t.Last().Outcome]
		}
	}
	for _, it := range q.Items {
		m.Items = append(m.Items, questionView(it, re))
	}
	return m, nil
}

// endings tells a participant why the desktop closed, if they did not close it themselves.
var endings = map[study.Outcome]string{
	study.Completed: "The desktop has closed because the task is complete.",
	study.TimeUp:    "The desktop has closed because the time for this task was up. That is all right.",

	study.EndedByExperimenter: "The desktop has closed because the experimenter ended this task. It is not your fault.",
}

func questionView(it questionnaire.Item, re reply) view.Question {
	m := view.Question{
		ID: it.ID, Text: it.Text, Help: it.Help, Kind: string(it.Kind), Low: it.Low, High: it.High,
		Limit: it.Limit, Optional: it.Optional, Fault: re.faults[it.ID],
	}
	given := re.given[it.ID]
	if it.Kind == questionnaire.Text {
		m.Value = given
	}
	for _, o := range it.Options {
		m.Marks = append(m.Marks, view.Mark{
			Value: o.Value, Label: o.Label, Spoken: o.Spoken, Chosen: given != "" && given == o.Value,
		})
	}
	return m
}
