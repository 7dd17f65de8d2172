package questions

import (
	"encoding/json"
	"slices"

	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// Filled is what somebody has answered so far.
type Filled struct {
	Given  map[string][]string // the answers, by question
	Faults map[string]string   // what is wrong with an answer, by question
}

// Items returns the items that can be shown in a situation. Those that depend on answers are hidden until these are given.
func Items(t catalogue.Tongue, q instrument.Instrument, s instrument.Situation, f Filled) []view.Question {
	var shown, all []view.Question
	for _, it := range q.Shown(f.Given, s) {
		shown = append(shown, view.Question{ID: it.ID})
	}
	for _, it := range q.Items {
		on, possible := it.Depends(s)
		if !possible {
			continue
		}
		m := questionView(t, it, f)
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

func questionView(t catalogue.Tongue, it instrument.Item, f Filled) view.Question {
	m := view.Question{
		ID: it.ID, Text: it.Text.String(), Help: it.Help.String(), Kind: string(it.Kind), Low: it.Low.String(), High: it.High.String(),
		Limit: it.Limit, Optional: it.Optional, Fault: f.Faults[it.ID], Unit: it.Unit.String(), Labelled: len(it.Options) > 0, Unnumbered: it.Unnumbered,
	}
	for _, r := range it.Rows {
		row, _ := instrument.Instrument{Items: []instrument.Item{it}}.Question(r.ID)
		v := questionView(t, row, f)
		v.OwnEnds = !r.Low.Empty()
		if r.Text.Empty() {
			v.Text = ""
		}
		m.Rows = append(m.Rows, v)
	}
	given := f.Given[it.ID]
	switch it.Kind {
	case instrument.Analogue:
		m.From, m.To, m.Step = it.From.String(), it.To.String(), stepOf(it).String()
	case instrument.Number:
		m.Range = limitsOf(t, it)
	case instrument.Choices:
		m.HowMany = howMany(t, it)
	}
	if (it.Written() || it.Kind == instrument.Number || it.Kind == instrument.Analogue) && len(given) > 0 {
		m.Value = given[0]
	}
	for _, o := range MarksOf(t, it) {
		o.Chosen = slices.Contains(given, o.Value)
		m.Marks = append(m.Marks, o)
	}
	if it.Declining && it.Kind != instrument.Matrix {
		m.Decline = &view.Mark{Value: instrument.Withheld, Label: t.Say("I prefer not to answer"), Chosen: slices.Contains(given, instrument.Withheld)}
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
func limitsOf(t catalogue.Tongue, it instrument.Item) string {
	if from, to, bounded := it.Ends(); bounded {
		return t.Say("from %s to %s", from.String(), to.String())
	}
	return ""
}

// howMany says how many options can be chosen.
func howMany(t catalogue.Tongue, it instrument.Item) string {
	least, most := it.Least, it.Most
	if !it.Optional {
		least = max(least, 1)
	}
	switch {
	case most == 0 && least < 2:
		return t.Say("Choose all that apply.")
	case most == 0:
		return t.Say("Choose at least %d.", least)
	case most == least:
		return t.Say("Choose %d.", most)
	case least < 2:
		return t.Say("Choose up to %d.", most)
	}
	return t.Say("Choose %d to %d.", least, most)
}
