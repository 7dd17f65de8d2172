package instrument

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestADrawnInstrumentHasNoFault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		if in := draw(t); len(in.Check()) > 0 {
			t.Fatalf("%v in %+v", in.Check(), in)
		}
	})
}

// spoilers make an item faulty, and say where.
var spoilers = map[string]func(it *Item) (at string){
	"a name with a capital":      func(it *Item) string { it.ID = "Mood"; return "id" },
	"a name with a digit first":  func(it *Item) string { it.ID = "1a"; return "id" },
	"no text":                    func(it *Item) string { it.Text = Plain(" "); return "text" },
	"an endless text":            func(it *Item) string { it.Help = Plain(strings.Repeat("x", MaxWording+1)); return "help" },
	"a text that cannot be kept": func(it *Item) string { it.Title = Plain("a\x00"); return "title" },
	"no kind":                    func(it *Item) string { it.Kind = "slider"; return "kind" },
	"a condition on nothing":     func(it *Item) string { it.ShownIf = []When{{}}; return "shown_if[0]" },
	"a condition on itself": func(it *Item) string {
		it.ShownIf = []When{{Item: it.ID, Is: []string{"x"}}}
		return "shown_if[0].item"
	},
	"a condition on a later item": func(it *Item) string {
		it.ShownIf = []When{{Item: "later", Is: []string{"x"}}}
		return "shown_if[0].item"
	},
	"a field of another kind": func(it *Item) string {
		if it.Kind == Number {
			it.Limit = 1
			return "limit"
		}
		it.Unit = Plain("years")
		return "unit"
	},
}

func TestExactlyWhatIsSpoiltIsFaulty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := draw(t)
		last := len(in.Items) - 1 // nothing else depends on it
		name := rapid.SampledFrom(sorted(spoilers)).Draw(t, "spoiler")
		at := spoilers[name](&in.Items[last])
		var got []string
		for _, f := range in.Check() {
			got = append(got, f.At)
			if f.Say == "" {
				t.Fatalf("nothing is said of %s", f.At)
			}
		}
		if diff := cmp.Diff([]string{fmt.Sprintf("items[%d].%s", last, at)}, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s%v", name, diff, in.Check())
		}
	})
}

func TestEveryFaultHasItsPlace(t *testing.T) {
	scale := Item{ID: "a", Text: Plain("A"), Kind: Scale, From: One, To: 5 * One, Low: Plain("no"), High: Plain("yes")}
	with := func(change func(*Item)) Item {
		it := scale
		it.Options = nil
		change(&it)
		return it
	}
	option := func(value string) Option { return Option{Value: value, Label: Plain("L")} }
	tests := map[string]struct {
		item Item
		want string
	}{
		"a scale that runs down":    {with(func(it *Item) { it.To = -it.To }), "to"},
		"a step that overshoots":    {with(func(it *Item) { it.Step = 3 * One }), "step"},
		"a step backwards":          {with(func(it *Item) { it.Step = -One }), "step"},
		"twelve points":             {with(func(it *Item) { it.To = 12 * One }), "to"},
		"a point without its label": {with(func(it *Item) { it.Low = Plain("") }), "low"},
		"labels and ends": {with(func(it *Item) {
			it.Options = []Option{option("1"), option("2")}
			it.From, it.To = 0, 0
			it.Low = Plain("")
		}), "high"},
		"points that fall":               {Item{Kind: Scale, Options: []Option{option("2"), option("1")}}, "options[1].value"},
		"a point that is no number":      {Item{Kind: Scale, Options: []Option{option("1"), option("two")}}, "options[1].value"},
		"a point with a zero before it":  {Item{Kind: Scale, Options: []Option{option("1"), option("02")}}, "options[1].value"},
		"one point":                      {Item{Kind: Scale, Options: []Option{option("1")}}, "options"},
		"102 ticks":                      {Item{Kind: Ticks, To: 101 * One, Low: Plain("no"), High: Plain("yes")}, "to"},
		"a mark beside the line":         {Item{Kind: Analogue, To: 100 * One, Options: []Option{option("101")}}, "options[0].value"},
		"a line of a million steps":      {Item{Kind: Analogue, To: One, Step: 1, Low: Plain("no"), High: Plain("yes")}, "step"},
		"a line without labels":          {Item{Kind: Analogue, To: One, High: Plain("yes")}, "low"},
		"a number beyond all numbers":    {Item{Kind: Number, To: 1 << 62}, "to"},
		"a choice of one":                {Item{Kind: Choice, Options: []Option{option("x")}}, "options"},
		"an option twice":                {Item{Kind: Choice, Options: []Option{option("x"), option("x")}}, "options[1].value"},
		"an option without a label":      {Item{Kind: Choice, Options: []Option{option("x"), {Value: "y"}}}, "options[1].label"},
		"a value with a comma":           {Item{Kind: Choices, Options: []Option{option("x"), option("y,z")}}, "options[1].value"},
		"preferring not to answer twice": {Item{Kind: Choice, Declining: true, Options: []Option{option("x"), option(Withheld)}}, "options[1].value"},
		"more choices than there are":    {Item{Kind: Choices, Least: 3, Options: []Option{option("x"), option("y")}}, "least"},
		"at most fewer than at least":    {Item{Kind: Choices, Least: 2, Most: 1, Options: []Option{option("x"), option("y")}}, "most"},
		"a text without a limit":         {Item{Kind: Text}, "limit"},
		"a matrix without rows":          {Item{Kind: Matrix, To: One, Low: Plain("no"), High: Plain("yes")}, "rows"},
		"a row without a text":           {Item{Kind: Matrix, To: One, Low: Plain("no"), High: Plain("yes"), Rows: []Row{{ID: "r"}}}, "rows[0].text"},
		"a row with one end":             {Item{Kind: Matrix, To: One, Low: Plain("no"), High: Plain("yes"), Rows: []Row{{ID: "r", Low: Plain("x")}}}, "rows[0].high"},
		"a row with the item's name":     {Item{Kind: Matrix, To: One, Low: Plain("no"), High: Plain("yes"), Rows: []Row{{ID: "a", Text: Plain("R")}}}, "rows[0].id"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			tc.item.ID, tc.item.Text = "a", Plain("A")
			faults := Instrument{ID: "x", Version: 1, Title: Plain("X"), Items: []Item{tc.item}}.Check()
			if len(faults) != 1 || faults[0].At != "items[0]."+tc.want {
				t.Errorf("faults %v, want one at items[0].%s", faults, tc.want)
			}
		})
	}
}

func TestConditionsLookBackOnly(t *testing.T) {
	yes, three := true, 3*One
	items := func(w When) []Item {
		return []Item{
			{ID: "text", Text: Plain("T"), Kind: Text, Limit: 9},
			{ID: "sight", Text: Plain("S"), Kind: Choice, Options: []Option{{Value: "good", Label: Plain("G")}, {Value: "bad", Label: Plain("B")}}},
			{ID: "next", Text: Plain("N"), Kind: Text, Limit: 9, ShownIf: []When{{Completed: &yes}, w}},
			{ID: "last", Text: Plain("L"), Kind: Text, Limit: 9},
		}
	}
	tests := map[string]struct {
		w    When
		want string // the place of the fault, below the condition
	}{
		"an earlier choice":          {When{Item: "sight", Is: []string{"bad"}}, ""},
		"a group and a network":      {When{Groups: []string{"new"}, Networks: []string{"3G", "a train"}}, ""},
		"a later item":               {When{Item: "last", Is: []string{"x"}}, ".item"},
		"itself":                     {When{Item: "next", Is: []string{"x"}}, ".item"},
		"no item":                    {When{Is: []string{"x"}}, ".item"},
		"a text":                     {When{Item: "text", Is: []string{"x"}}, ".item"},
		"an answer that none gives":  {When{Item: "sight", Is: []string{"good", "blind"}}, ".is[1]"},
		"no answer":                  {When{Item: "sight"}, ".is"},
		"a bound of what is no size": {When{Item: "sight", AtLeast: &three}, ".item"},
		"an empty name":              {When{Groups: []string{""}}, ""},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			faults := Instrument{ID: "x", Version: 1, Title: Plain("X"), Items: items(tc.w)}.Check()
			sound := name == "an earlier choice" || name == "a group and a network"
			if sound != (len(faults) == 0) || !sound && (len(faults) != 1 || faults[0].At != "items[2].shown_if[1]"+tc.want) {
				t.Errorf("faults %v, want one at %q", faults, tc.want)
			}
		})
	}
}

func TestNoConditionLooksAtAnItemThatIsShuffled(t *testing.T) {
	in := mood()
	in.Shuffled = true
	var got []string
	for _, f := range in.Check() {
		got = append(got, f.At)
	}
	if diff := cmp.Diff([]string{"items[1].shown_if[0].item", "items[2].shown_if[0].item"}, got); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
}

func TestWhatIsTooLargeIsRefusedQuickly(t *testing.T) {
	million := Instrument{ID: "x", Version: 1, Title: Plain("X"), Items: make([]Item, 1_000_000)}
	rows := Instrument{ID: "x", Version: 1, Title: Plain("X"), Items: []Item{{Rows: make([]Row, 1_000_000)}}}
	bad := Instrument{Items: make([]Item, MaxQuestions)}
	most := Instrument{ID: "x", Version: 1, Title: Plain("X")} // few items, and too many questions
	for i := range 3 {
		it := Item{ID: fmt.Sprintf("i%d", i), Text: Plain("T"), Kind: Matrix, To: One, Low: Plain("no"), High: Plain("yes")}
		for j := range 100 {
			it.Rows = append(it.Rows, Row{ID: fmt.Sprintf("i%d_%d", i, j), Text: Plain("R")})
		}
		most.Items = append(most.Items, it)
	}
	for name, in := range map[string]Instrument{"three hundred questions": most, "a million items": million, "a million rows": rows, "nothing right": bad} {
		began := time.Now()
		faults := in.Check()
		if took := time.Since(began); len(faults) == 0 || len(faults) > mostFaults || took > time.Second {
			t.Errorf("%s: %d faults after %v", name, len(faults), took)
		}
	}
}
