package visit

import (
	"fmt"
	"net/http"
	"net/url"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/questions"
)

// SaveAnswers stores the answers to the step's instrument, and in which order it was shown. If answers are missing, it stores
// nothing: the page comes again with the given answers, and marks the missing ones.
func (s *Server) SaveAnswers(r *http.Request, v study.Session, in url.Values) (reply, error) {
	step := v.Step()
	q, err := askedInstrument(spoken(v).Version.Design, step.Instrument)
	if err != nil {
		return reply{}, err
	}
	re := reply{filled: questions.Filled{Given: q.Given(in)}}
	answers, faults := q.Take(re.filled.Given, v.Situation(step))
	if len(faults) > 0 {
		re.say, re.filled.Faults = catalogue.Say(r.Context(), "%d questions still need an answer. They are marked below, and nothing that you chose is lost.", len(faults)), map[string]string{}
		for _, f := range faults {
			re.filled.Faults[f.At] = catalogue.Say(r.Context(), f.Text, f.Values...)
		}
		return re, study.Refuse(study.ErrInvalid, "%s", re.say)
	}
	if order := orderFor(v, step, q); !order.IsZero() {
		answers = append(answers, study.Answer{Item: instrument.OrderItem, Value: order.String()})
	}
	return re, s.recordAnswers(r, v, study.Rating{Instrument: q.ID, At: s.Now(), Answers: answers})
}

// recordAnswers stores the answers of the step at which v stands. It records that the screening, or the
// step about the person, is passed only after its answers are stored, so that a failure between the two loses
// no answers.
func (s *Server) recordAnswers(r *http.Request, v study.Session, answers study.Rating) error {
	at := stepKey(v)
	if err := s.store.RecordRating(r.Context(), v.ID, at.trial, answers); err != nil {
		return err
	}
	screening := v.Version.Design.Screening
	if at.kind == study.StepAbout || at.kind == study.StepScreening && answers.Instrument == screening[len(screening)-1] {
		return s.store.RecordVisit(r.Context(), v.ID, v.Step(), answers.At)
	}
	return nil
}

// askedInstrument returns an instrument of a published design. If it does not exist, that is not the
// fault of the person who asks, so the error is an internal one.
func askedInstrument(d study.Design, id string) (instrument.Instrument, error) {
	q, err := questionnaire.Of(d, id)
	if err != nil {
		return q, fmt.Errorf("instrument of a published design: %s", err)
	}
	return q, nil
}

// endings tells a participant why the desktop closed, if they did not close it themselves.
var endings = map[study.Outcome]string{
	study.Completed: "The desktop has closed because the task is complete.",
	study.TimeUp:    "The desktop has closed because the time for this task was up. That is all right.",

	study.EndedByExperimenter: "The desktop has closed because the experimenter ended this task. It is not your fault.",
}
