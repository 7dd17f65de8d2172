package visit

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/questions"
	"vmstudy/web/view"
)

// orderFor returns in which order a participant meets the items of q at a step. It is the same whenever the page is opened, and
// is stored with the answers.
func orderFor(v study.Session, step study.Step, q instrument.Instrument) instrument.Order {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s/%d/%s", v.ID, step.Kind, step.Trial, q.ID)
	return q.Shuffle(rand.New(rand.NewPCG(v.Version.Design.Seed, h.Sum64())))
}

// questionsView returns the page of an instrument, with what re says about the last submission.
func questionsView(say catalogue.Tongue, v study.Session, step study.Step, re reply) (view.Questions, error) {
	q, err := askedInstrument(v.Version.Design, step.Instrument)
	if err != nil {
		return view.Questions{}, err
	}
	m := view.Questions{Title: q.Title.String(), Intro: q.Intro.String()}
	if step.Occasion == study.AfterTrial || step.Occasion == study.AfterPractice {
		t := v.Trials[step.Trial]
		m.Task = t.Condition.Task.Title.String()
		if len(t.Rated) == 0 {
			m.Ended = say.Say(endings[t.Last().Outcome])
		}
	}
	m.Items = questions.Items(say, q.In(orderFor(v, step, q)), v.Situation(step), re.filled)
	return m, nil
}
