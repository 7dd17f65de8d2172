package web

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/view"
)

// situation returns what decides, besides answers, which questions are shown at a step.
func situation(v study.Session, step study.Step) instrument.Situation {
	if step.Kind != study.StepRate {
		return instrument.Situation{Group: v.Assignment.Place.Group}
	}
	t := v.Trials[step.Trial]
	return instrument.Situation{
		Group: v.Assignment.Place.Group,
		Trial: true, Method: string(t.Condition.Method), Network: t.Condition.Network.Name, Task: string(t.Condition.Task.ID),
		Completed: t.Last().Outcome == study.Completed,
	}
}

// orderFor returns in which order a participant meets the items of q at a step. It is the same whenever the page is opened, and
// is stored with the answers.
func orderFor(v study.Session, step study.Step, q instrument.Instrument) instrument.Order {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d/%s/%d/%s", v.ID, step.Kind, step.Trial, q.ID)
	return q.Shuffle(rand.New(rand.NewPCG(v.Version.Design.Seed, h.Sum64())))
}

// questionsView returns the page of an instrument, with what re says about the last submission.
func questionsView(v study.Session, step study.Step, re reply) (view.Questions, error) {
	q, err := askedInstrument(v.Version.Design, step.Instrument)
	if err != nil {
		return view.Questions{}, err
	}
	m := view.Questions{Title: q.Title.String(), Intro: q.Intro.String()}
	if step.Kind == study.StepRate {
		t := v.Trials[step.Trial]
		m.Task = t.Condition.Task.Title.String()
		if len(t.Rated) == 0 {
			m.Ended = endings[t.Last().Outcome]
		}
	}
	m.Items = itemViews(q.In(orderFor(v, step, q)), situation(v, step), re)
	return m, nil
}

// itemViews returns the items that can be shown in a situation. Those that depend on answers are hidden until these are given.
func itemViews(q instrument.Instrument, s instrument.Situation, re reply) []view.Question {
	var shown, all []view.Question
	for _, it := range q.Shown(re.given, s) {
		shown = append(shown, view.Question{ID: it.ID})
	}
	for _, it := range q.Items {
		on, possible := it.Depends(s)
		if !possible {
			continue
		}
		m := questionView(it, re)
		m.ShownIf = conditionsOf(on)
		m.Hidden = !slices.ContainsFunc(shown, func(o view.Question) bool { return o.ID == it.ID })
		all = append(all, m)
	}
	return all
}

// conditionsOf writes conditions on answers for the page's script, which shows and hides the item meanwhile; "" if there are none.
func conditionsOf(on []instrument.When) string {
	type condition struct {
		Item    string   `json:"item"`
		Is      []string `json:"is,omitempty"`
		AtLeast string   `json:"atLeast,omitempty"`
		AtMost  string   `json:"atMost,omitempty"`
	}
	var all []condition
	for _, w := range on {
		c := condition{Item: w.Item, Is: w.Is}
		if w.AtLeast != nil {
			c.AtLeast = w.AtLeast.String()
		}
		if w.AtMost != nil {
			c.AtMost = w.AtMost.String()
		}
		all = append(all, c)
	}
	if all == nil {
		return ""
	}
	text, err := json.Marshal(all)
	if err != nil {
		panic(err) // texts only
	}
	return string(text)
}

func questionView(it instrument.Item, re reply) view.Question {
	m := view.Question{
		ID: it.ID, Text: it.Text.String(), Help: it.Help.String(), Kind: string(it.Kind), Low: it.Low.String(), High: it.High.String(),
		Limit: it.Limit, Optional: it.Optional, Fault: re.faults[it.ID], Unit: it.Unit.String(), Labelled: len(it.Options) > 0, Unnumbered: it.Unnumbered,
	}
	for _, r := range it.Rows {
		row, _ := instrument.Instrument{Items: []instrument.Item{it}}.Question(r.ID)
		v := questionView(row, re)
		v.OwnEnds = !r.Low.Empty()
		if r.Text.Empty() {
			v.Text = ""
		}
		m.Rows = append(m.Rows, v)
	}
	given := re.given[it.ID]
	switch it.Kind {
	case instrument.Analogue:
		m.From, m.To, m.Step = it.From.String(), it.To.String(), stepOf(it).String()
	case instrument.Number:
		m.Range = limitsOf(it)
	case instrument.Choices:
		m.HowMany = howMany(it)
	}
	if (it.Written() || it.Kind == instrument.Number || it.Kind == instrument.Analogue) && len(given) > 0 {
		m.Value = given[0]
	}
	for _, o := range marksOf(it) {
		o.Chosen = slices.Contains(given, o.Value)
		m.Marks = append(m.Marks, o)
	}
	if it.Declining && it.Kind != instrument.Matrix {
		m.Decline = &view.Mark{Value: instrument.Withheld, Label: "I prefer not to answer", Chosen: slices.Contains(given, instrument.Withheld)}
		if m.Decline.Chosen && m.Value == instrument.Withheld {
			m.Value = ""
		}
	}
	return m
}

func stepOf(it instrument.Item) instrument.Decimal {
	if it.Step == 0 {
		return instrument.One
	}
	return it.Step
}

// limitsOf says which numbers can be typed.
func limitsOf(it instrument.Item) string {
	if from, to, bounded := it.Ends(); bounded {
		return fmt.Sprintf("from %s to %s", from, to)
	}
	return ""
}

// howMany says how many options can be chosen.
func howMany(it instrument.Item) string {
	least, most := it.Least, it.Most
	if !it.Optional {
		least = max(least, 1)
	}
	switch {
	case most == 0 && least < 2:
		return "Choose all that apply."
	case most == 0:
		return fmt.Sprintf("Choose at least %d.", least)
	case most == least:
		return fmt.Sprintf("Choose %d.", most)
	case least < 2:
		return fmt.Sprintf("Choose up to %d.", most)
	}
	return fmt.Sprintf("Choose %d to %d.", least, most)
}

// marksOf returns the answers that an item offers, with what a screen reader says at each.
func marksOf(it instrument.Item) (marks []view.Mark) {
	switch it.Kind {
	case instrument.Scale, instrument.Ticks:
		points := it.Points()
		for i, o := range points {
			marks = append(marks, view.Mark{Value: o.Value, Label: o.Label.String(), Spoken: spokenPoint(it, i, len(points))})
		}
	case instrument.Choice, instrument.Choices, instrument.Analogue:
		for _, o := range it.Options {
			marks = append(marks, view.Mark{Value: o.Value, Label: o.Label.String(), Spoken: o.Label.String(), Exclusive: o.Exclusive})
		}
	}
	return marks
}

// spokenPoint returns what a screen reader says at point i of n. Where people who see the scale see no numbers, it says the position,
// since they can count the marks.
func spokenPoint(it instrument.Item, i, n int) string {
	o := it.Points()[i]
	if len(it.Options) > 0 {
		return o.Label.String()
	}
	s := o.Value
	if it.Kind == instrument.Ticks || it.Unnumbered {
		s = fmt.Sprintf("mark %d of %d", i+1, n)
	}
	switch i {
	case 0:
		s += ", " + it.Low.String()
	case n - 1:
		s += ", " + it.High.String()
	}
	return s
}
