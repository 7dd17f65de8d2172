package instrument

import (
	"fmt"
	"slices"
	"strconv"

	"pgregory.net/rapid"
)

// draw returns an instrument that Check finds no fault with, with items of any kind and conditions on the items before.
func draw(t *rapid.T) Instrument {
	in := Instrument{ID: "drawn", Version: rapid.IntRange(1, 9).Draw(t, "version"), Title: Plain("Drawn"), Shuffled: rapid.Bool().Draw(t, "shuffled")}
	for i := range rapid.IntRange(1, 6).Draw(t, "items") {
		it := drawItem(t, fmt.Sprintf("i%d", i))
		if earlier := in.Questions(); len(earlier) > 0 && rapid.Bool().Draw(t, "conditional") {
			if w, ok := drawWhen(t, rapid.SampledFrom(earlier).Draw(t, "on")); ok && (w.Item == "" || !in.Shuffled) {
				it.ShownIf = []When{w}
			}
		}
		in.Items = append(in.Items, it)
	}
	return in
}

func drawItem(t *rapid.T, id string) Item {
	it := Item{
		ID: id, Text: Plain("How?"), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"),
		Optional: rapid.Bool().Draw(t, "optional"), Declining: rapid.Bool().Draw(t, "declining"),
	}
	switch it.Kind {
	case Choice, Choices:
		drawOptions(t, &it)
	case ShortText, Text:
		it.Limit = rapid.IntRange(1, 20).Draw(t, "limit")
	case Number:
		if rapid.Bool().Draw(t, "bounded") {
			drawLine(t, &it, 50)
		}
	case Analogue:
		drawLine(t, &it, 200)
		it.Low, it.High = Plain("least"), Plain("most")
		it.Options = []Option{{Value: it.From.String(), Label: Plain("here it begins")}, {Value: it.To.String(), Label: Plain("here it ends")}}
	case Ticks:
		drawLine(t, &it, 100)
		it.Low, it.High = Plain("least"), Plain("most")
	case Scale, Matrix:
		drawScale(t, &it)
	}
	for j := range rapid.IntRange(1, 4).Draw(t, "rows") {
		if it.Kind == Matrix {
			it.Rows = append(it.Rows, Row{ID: fmt.Sprintf("%s_r%d", id, j), Text: Plain("And this?")})
		}
	}
	return it
}

func drawOptions(t *rapid.T, it *Item) {
	for j := range rapid.IntRange(2, 6).Draw(t, "options") {
		it.Options = append(it.Options, Option{Value: fmt.Sprintf("o%d", j), Label: Plain("This")})
	}
	it.Shuffled = rapid.Bool().Draw(t, "shuffled")
	if it.Kind == Choices {
		it.Options[0].Exclusive = rapid.Bool().Draw(t, "exclusive")
		it.Least = rapid.IntRange(0, len(it.Options)-1).Draw(t, "least")
		it.Most = rapid.SampledFrom([]int{0, max(it.Least, 1)}).Draw(t, "most")
	}
}

func drawLine(t *rapid.T, it *Item, steps int) {
	it.Step = Decimal(rapid.Int64Range(1, int64(3*One)).Draw(t, "step"))
	it.From = Decimal(rapid.Int64Range(-int64(100*One), int64(100*One)).Draw(t, "from"))
	it.To = it.From + it.Step*Decimal(rapid.IntRange(1, steps).Draw(t, "steps"))
}

func drawScale(t *rapid.T, it *Item) {
	if rapid.Bool().Draw(t, "labelled ends") {
		drawLine(t, it, 10)
		it.Low, it.High = Plain("least"), Plain("most")
		return
	}
	for j := range rapid.IntRange(2, 11).Draw(t, "points") {
		it.Options = append(it.Options, Option{Value: strconv.Itoa(j - 3), Label: Plain("So much")})
	}
}

// drawWhen draws a condition on a question.
func drawWhen(t *rapid.T, q Item) (When, bool) {
	yes := rapid.Bool().Draw(t, "completed")
	if rapid.Bool().Draw(t, "about the trial") {
		return When{Completed: &yes, Methods: []string{"vnc", "local"}}, true
	}
	if q.Written() {
		return When{}, false
	}
	answer, _ := drawAnswer(t, q)
	if at, ok := q.number(answer[0]); ok && rapid.Bool().Draw(t, "bounds") {
		return When{Item: q.ID, AtLeast: &at}, true
	}
	return When{Item: q.ID, Is: answer[:1]}, true
}

// drawAnswer draws what a person may give as the answer to a question, and how it is stored.
func drawAnswer(t *rapid.T, q Item) (given []string, stored string) {
	if q.Declining && rapid.IntRange(0, 3).Draw(t, "decline") == 0 {
		return []string{Withheld}, Withheld
	}
	one := func(s string) ([]string, string) { return []string{s}, s }
	switch q.Kind {
	case Scale, Ticks:
		return one(rapid.SampledFrom(q.Points()).Draw(t, q.ID).Value)
	case Choice:
		return one(rapid.SampledFrom(q.Options).Draw(t, q.ID).Value)
	case Choices:
		return drawChosen(t, q)
	case Analogue:
		return one((q.From + q.Step*Decimal(rapid.Int64Range(0, q.steps()).Draw(t, q.ID))).String())
	case Number:
		if q.Step == 0 {
			return one(Decimal(rapid.Int64Range(-int64(MaxDecimal), int64(MaxDecimal)).Draw(t, q.ID)).String())
		}
		return one((q.From + q.Step*Decimal(rapid.Int64Range(0, q.steps()).Draw(t, q.ID))).String())
	}
	return one(rapid.StringMatching(`[a-zé]{1,1}`).Draw(t, q.ID))
}

// drawChosen draws several choices, and gives them in any order.
func drawChosen(t *rapid.T, q Item) (given []string, stored string) {
	var values []string
	for _, o := range q.Options {
		if !o.Exclusive {
			values = append(values, o.Value)
		}
	}
	most := q.Most
	if most == 0 {
		most = len(values)
	}
	n := rapid.IntRange(max(q.Least, 1), max(most, 1)).Draw(t, "chosen")
	given = slices.Clone(rapid.Permutation(values).Draw(t, q.ID)[:n])
	return given, q.Clean(given)
}
