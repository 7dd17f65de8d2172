package document_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vmstudy/document"
	"vmstudy/study/instrument"
)

// every returns an instrument that uses every field.
func every() instrument.Instrument {
	yes, half, nine := true, instrument.One/2, 9*instrument.One
	option := func(value string, label instrument.Wording) instrument.Option {
		return instrument.Option{Value: value, Label: label}
	}
	return instrument.Instrument{
		ID: "every", Version: 3, Title: instrument.Plain("Every kind"), Intro: instrument.Plain("Please answer.\n\nThank you."), Source: "Written for a test.",
		Items: []instrument.Item{
			{ID: "ends", Title: instrument.Plain("Ends"), Text: instrument.Plain("How calm?"), Help: instrument.Plain("Just now."), Kind: instrument.Scale, From: -3 * instrument.One, To: 3 * instrument.One, Low: instrument.Plain("no"), High: instrument.Plain("yes"), Unnumbered: true},
			{ID: "points", Text: instrument.Plain("How good?"), Kind: instrument.Scale, Options: []instrument.Option{option("-1", instrument.Plain("Bad")), option("0.5", instrument.Plain("Good"))}},
			{ID: "line", Text: instrument.Plain("How much?"), Kind: instrument.Ticks, To: 100 * instrument.One, Step: 5 * instrument.One, Low: instrument.Plain("none"), High: instrument.Plain("all")},
			{ID: "anywhere", Text: instrument.Plain("How hard?"), Kind: instrument.Analogue, To: 150 * instrument.One, Options: []instrument.Option{option("112", instrument.Plain("Extreme"))}},
			{ID: "sex", Text: instrument.Plain("You are"), Kind: instrument.Choice, Options: []instrument.Option{option("yes", instrument.Plain("Yes")), option("18_24", instrument.Plain("Both"))}, Shuffled: true, Declining: true},
			{ID: "which", Text: instrument.Plain("Which?"), Kind: instrument.Choices, Least: 1, Most: 2, Options: []instrument.Option{option("a", instrument.Plain("A")), option("b", instrument.Plain("B")), {Value: "none", Label: instrument.Plain("None"), Exclusive: true}}},
			{ID: "years", Text: instrument.Plain("How old?"), Kind: instrument.Number, From: 18 * instrument.One, To: 99 * instrument.One, Step: instrument.One, Unit: instrument.Plain("years"), Optional: true},
			{ID: "why", Text: instrument.Plain("Why?"), Kind: instrument.ShortText, Limit: 80, ShownIf: []instrument.When{
				{Item: "which", Is: []string{"a", "b"}},
				{Item: "line", AtLeast: &half, AtMost: &nine},
				{Groups: []string{"new people"}, Methods: []string{"vnc"}, Networks: []string{"3G"}, Tasks: []string{"type"}, Completed: &yes},
			}},
			{ID: "grid", Text: instrument.Plain("And these?"), Kind: instrument.Matrix, From: instrument.One, To: 5 * instrument.One, Low: instrument.Plain("no"), High: instrument.Plain("yes"), Rows: []instrument.Row{
				{ID: "first", Title: instrument.Plain("First"), Text: instrument.Plain("It is quick.")}, {ID: "second", Low: instrument.Plain("ugly"), High: instrument.Plain("pretty")},
			}},
			{ID: "words", Text: instrument.Plain("Anything?"), Kind: instrument.Text, Limit: 2000, Optional: true},
		},
		Measures: []instrument.Measure{
			{ID: "ends", Meaning: "The mean", Unit: "points", Mean: []string{"ends", "first"}},
			{ID: "sum", Meaning: "The sum", Unit: "points", Formula: "sum(ends, reversed(first)) / 2", Needs: 2},
		},
	}
}

func TestAnInstrumentIsWrittenAsPeopleReadIt(t *testing.T) {
	got := document.WriteInstrument(every())
	const golden = "testdata/instrument.yaml"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the text (-want +got):\n%s", diff)
	}
	again, faults := document.ReadInstrument([]byte(got))
	if diff := cmp.Diff(every(), again); diff != "" || len(faults) > 0 {
		t.Errorf("%v, the instrument that is read (-want +got):\n%s", faults, diff)
	}
}

func TestFaultsOfAnInstrumentHaveTheirLines(t *testing.T) {
	text := `id: mood
version: 1
title: Mood
items:
  - id: calm
    text: How calm?
    kind: scale
    from: 1
    to: 5
    low: Not at all
  - id: why
    text: Why?
    kind: choice
    options:
      - {value: a, label: A}
      - {value: B, label: B}
    shown_if:
      - {item: calm, at_most: 3}
      - {item: cool, is: [1]}
measures:
  - id: mood
    meaning: How it is
    unit: points
    formula: calm + cold
`
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"of its meaning": {text, []string{"5 items[0].high", "16 items[1].options[1].value", "19 items[1].shown_if[1].item", "24 measures[0].formula"}},
		"of its text":    {strings.Replace(text, "from: 1", "from: one\n    colour: red", 1), []string{"8 items[0].from", "9 items[0].colour"}},
	} {
		_, faults := document.ReadInstrument([]byte(test.text))
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprintf("%d %s", f.Line, f.At))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("faults %s (-want +got):\n%s%v", name, diff, faults)
		}
	}
}

func TestWhatIsNoInstrumentIsRefusedQuickly(t *testing.T) {
	items := "id: x\nversion: 1\ntitle: X\nitems: [" + strings.Repeat("{id: a},", 1_000_000) + "]\n"
	small := "id: x\nversion: 1\ntitle: X\nitems: [" + strings.Repeat("{},", 10_000) + "]\n"
	for name, text := range map[string]string{"a million items": items, "ten thousand items": small, "nothing": "", "a list": "- a"} {
		began := time.Now()
		_, faults := document.ReadInstrument([]byte(text))
		if took := time.Since(began); len(faults) == 0 || len(faults) > 100 || took > 5*time.Second {
			t.Errorf("%s: %d faults after %v", name, len(faults), took)
		}
	}
}

func TestAnyInstrumentIsReadAsItWasWritten(t *testing.T) {
	text := rapid.OneOf(rapid.StringMatching(`[ a-z"\\:#\n\t-]{0,40}`), rapid.SampledFrom([]string{"true", "null", "no", "1e3", "0x10", "-3", "18_24", "é\u0301", "\u2028"}))
	rapid.Check(t, func(t *rapid.T) {
		in := every()
		i := rapid.IntRange(0, len(in.Items)-1).Draw(t, "item")
		it := &in.Items[i]
		wording := instrument.Plain("x" + text.Draw(t, "wording"))
		in.Title, in.Source, it.Text, it.Help, it.Low = wording, text.Draw(t, "source"), wording, wording, wording
		for j := range it.Options {
			it.Options[j] = instrument.Option{Value: "x" + text.Draw(t, "value"), Label: wording, Exclusive: true}
		}
		it.From = instrument.Decimal(rapid.Int64().Draw(t, "from"))
		it.Least, it.Limit, it.Shuffled = rapid.Int().Draw(t, "least"), rapid.Int().Draw(t, "limit"), true
		written := document.WriteInstrument(in)
		again, faults := document.ReadDraft([]byte(written))
		if diff := cmp.Diff(in, again, cmpopts.EquateEmpty()); diff != "" || len(faults) > 0 {
			t.Fatalf("%v (-written +read):\n%s\n%s", faults, diff, written)
		}
	})
}

func TestTheSchemaOfAnInstrumentNamesEveryField(t *testing.T) {
	var s map[string]any
	if err := json.Unmarshal(document.InstrumentSchema(), &s); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(document.InstrumentSchema()), `"description"`); n < 50 {
		t.Errorf("%d fields are described, want all", n)
	}
}

func FuzzReadInstrument(f *testing.F) {
	f.Add([]byte(document.WriteInstrument(every())))
	f.Add([]byte("id: a\nversion: 1\ntitle: A\nitems: [{id: b, text: B, kind: text, limit: 1}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		in, faults := document.ReadInstrument(text)
		if len(faults) > 0 {
			return
		}
		written := document.WriteInstrument(in)
		again, faults := document.ReadInstrument([]byte(written))
		if len(faults) > 0 || !bytes.Equal([]byte(document.WriteInstrument(again)), []byte(written)) {
			t.Fatalf("%v in what was written:\n%s", faults, written)
		}
		for _, q := range in.Questions() { // whatever can be read can be asked
			if q.Kind == instrument.Scale && len(q.Points()) < 2 {
				t.Fatalf("%s has no points", q.ID)
			}
		}
		in.Take(nil, instrument.Situation{})
	})
}
