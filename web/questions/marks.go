package questions

import (
	"cmp"
	"slices"
	"strings"

	"vmstudy/study/instrument"
	"vmstudy/web/catalogue"
	"vmstudy/web/view"
)

// MarksOf returns the answers that an item offers, with what a screen reader says at each.
func MarksOf(t catalogue.Tongue, it instrument.Item) (marks []view.Mark) {
	switch it.Kind {
	case instrument.Scale, instrument.Ticks:
		points := it.Points()
		for i, o := range points {
			marks = append(marks, view.Mark{Value: o.Value, Label: o.Label.String(), Spoken: spokenPoint(t, it, i, len(points))})
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
func spokenPoint(t catalogue.Tongue, it instrument.Item, i, n int) string {
	o := it.Points()[i]
	if len(it.Options) > 0 {
		return o.Label.String()
	}
	s := o.Value
	if it.Kind == instrument.Ticks || it.Unnumbered {
		s = t.Say("mark %d of %d", i+1, n)
	}
	switch i {
	case 0:
		s += ", " + it.Low.String()
	case n - 1:
		s += ", " + it.High.String()
	}
	return s
}

// Spoken returns an answer in the words of its page.
func Spoken(t catalogue.Tongue, it instrument.Item, value string) string {
	if value == instrument.Withheld && it.Declining {
		return t.Say("I prefer not to answer")
	}
	var words []string
	for i, o := range MarksOf(t, it) {
		if o.Value == value {
			return cmp.Or(o.Label, o.Spoken)
		}
		if it.Kind == instrument.Choices && slices.Contains(strings.Split(value, ","), o.Value) {
			words = append(words, MarksOf(t, it)[i].Label)
		}
	}
	if len(words) > 0 {
		return strings.Join(words, ", ")
	}
	return value
}
