package webtest

import (
	"vmstudy/study/instrument"
)

// EveryKind has an item of each kind.
func EveryKind() instrument.Instrument {
	option := func(value string, label instrument.Wording) instrument.Option {
		return instrument.Option{Value: value, Label: label}
	}
	three := 3 * instrument.One
	return instrument.Instrument{ID: "every", Version: 1, Title: instrument.Plain("Every kind of question"), Intro: instrument.Plain("Please answer as you like."), Items: []instrument.Item{
		{ID: "calm", Text: instrument.Plain("How calm are you?"), Kind: instrument.Scale, To: 10 * instrument.One, Low: instrument.Plain("Not at all"), High: instrument.Plain("Very"), Declining: true},
		{ID: "quality", Text: instrument.Plain("How good is it?"), Kind: instrument.Scale, Options: []instrument.Option{option("1", instrument.Plain("Bad")), option("2", instrument.Plain("Fair")), option("3", instrument.Plain("Good"))}},
		{ID: "haste", Text: instrument.Plain("How hurried were you?"), Kind: instrument.Ticks, To: 100 * instrument.One, Step: 5 * instrument.One, Low: instrument.Plain("Very little"), High: instrument.Plain("Very much"), Optional: true},
		{ID: "pain", Text: instrument.Plain("How unpleasant was it?"), Kind: instrument.Analogue, To: 100 * instrument.One, Low: instrument.Plain("Not at all"), High: instrument.Plain("As much as can be"), Unnumbered: true, Declining: true},
		{ID: "effort", Text: instrument.Plain("How much effort was it?"), Kind: instrument.Analogue, To: 150 * instrument.One, Options: []instrument.Option{option("2", instrument.Plain("None")), option("57", instrument.Plain("Rather much")), option("112", instrument.Plain("Extreme"))}},
		{ID: "hand", Text: instrument.Plain("Which hand do you write with?"), Kind: instrument.Choice, Options: []instrument.Option{option("left", instrument.Plain("Left")), option("right", instrument.Plain("Right")), option("both", instrument.Plain("Both"))}, Declining: true},
		{ID: "why", Text: instrument.Plain("What disturbed you?"), Kind: instrument.Choices, Most: 2, Options: []instrument.Option{option("slow", instrument.Plain("It was slow")), option("ugly", instrument.Plain("It was ugly")), option("loud", instrument.Plain("It was loud")), {Value: "none", Label: instrument.Plain("Nothing"), Exclusive: true}}},
		{ID: "noise", Text: instrument.Plain("What noise was it?"), Kind: instrument.ShortText, Limit: 40, ShownIf: []instrument.When{{Item: "why", Is: []string{"loud"}}, {Item: "calm", AtMost: &three}}},
		{ID: "years", Text: instrument.Plain("How old are you?"), Kind: instrument.Number, From: 18 * instrument.One, To: 99 * instrument.One, Step: instrument.One, Unit: instrument.Plain("years"), Declining: true},
		{ID: "agree", Text: instrument.Plain("How far do you agree?"), Kind: instrument.Matrix, From: instrument.One, To: 5 * instrument.One, Low: instrument.Plain("Strongly disagree"), High: instrument.Plain("Strongly agree"), Rows: []instrument.Row{
			{ID: "quick", Text: instrument.Plain("I could work quickly with it.")}, {ID: "again", Text: instrument.Plain("I would use it again, if I were asked to do the same task with it once more.")},
		}},
		{ID: "words", Text: instrument.Plain("The system was …"), Kind: instrument.Matrix, From: -3 * instrument.One, To: 3 * instrument.One, Unnumbered: true, Rows: []instrument.Row{
			{ID: "clear", Low: instrument.Plain("confusing"), High: instrument.Plain("clear")}, {ID: "leading", Low: instrument.Plain("conventional"), High: instrument.Plain("leading edge")},
		}},
		{ID: "often", Text: instrument.Plain("How often?"), Kind: instrument.Matrix, Options: []instrument.Option{option("0", instrument.Plain("Never")), option("1", instrument.Plain("Sometimes")), option("2", instrument.Plain("Always"))}, Rows: []instrument.Row{{ID: "late", Text: instrument.Plain("It was late.")}}},
		{ID: "more", Text: instrument.Plain("Anything else?"), Kind: instrument.Text, Limit: 500, Optional: true},
	}}
}
