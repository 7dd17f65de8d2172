package questionnaire

import (
	"strings"
	"testing"
)

// sound is a small valid instrument. The tests below change or remove parts of it.
const sound = `id: mood
version: 1
title: Mood
source: Written for this test.
items:
  - {id: calm, title: Calm, text: Say how calm you are, kind: scale, from: 1, to: 5, low: Not at all, high: Very}
measures:
  - {id: calm, meaning: Calm, unit: points, mean: [calm]}
`

func TestParseTakesASoundInstrument(t *testing.T) {
	in, err := Parse([]byte(sound))
	if err != nil || len(in.Items) != 1 || len(in.Items[0].Options) != 5 || len(in.Measures) != 1 {
		t.Errorf("Parse = %+v, %v", in, err)
	}
}

func TestParseRefusesWhatWouldMisleadLater(t *testing.T) {
	tests := map[string]struct{ old, new, want string }{
		"unknown field":               {"title: Mood", "titel: Mood", "titel not found"},
		"second document":             {"measures:", "---\nmeasures:", "more than one document"},
		"a list where text is due":    {"title: Mood", "title: [1]", "cannot unmarshal"},
		"no version":                  {"version: 1\n", "", "count from 1"},
		"id unfit for a column":       {"id: mood", "id: My mood", "lower case letters"},
		"no source":                   {"source: Written for this test.", "", "source and items are needed"},
		"item without text":           {"text: Say how calm you are, ", "", "title and text are needed"},
		"unknown kind":                {"kind: scale", "kind: slider", `kind "slider"`},
		"scale that runs down":        {"to: 5", "to: -5", "is not a scale"},
		"scale whose step overshoots": {"to: 5", "to: 5, step: 3", "is not a scale"},
		"scale too long to show":      {"to: 5", "to: 1000", "is not a scale"},
		"negative step":               {"to: 5", "to: 5, step: -1", "is not a scale"},
		"scale with one label":        {"low: Not at all, ", "", "labels at both ends"},
		"choice with points":          {"kind: scale", "kind: choice", "a choice has"},
		"choice with one option":      {"items:", "items:\n  - " + choice("x"), "a choice has"},
		"option twice":                {"items:", "items:\n  - " + choice("x", "x"), "a value of its own"},
		"text with points":            {"kind: scale", "kind: text", "a text has"},
		"item twice":                  {"items:", "items:\n  - {id: calm, title: C, text: C, kind: text, limit: 9}", "appears twice"},
		"measure of unknown item":     {"mean: [calm]", "mean: [clam]", `item "clam"`},
		"measure counting twice":      {"mean: [calm]", "mean: [calm, calm]", "at most once"},
		"measure of nothing":          {"mean: [calm]", "mean: []", "items are needed"},
		"measure without meaning":     {"meaning: Calm, ", "", "meaning, unit and items"},
		"measure twice":               {"measures:", "measures:\n  - {id: calm, meaning: C, unit: points, mean: [calm]}", "appears twice"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(sound, tc.old, tc.new, 1)
			if text == sound {
				t.Fatalf("%q is not in the sound instrument", tc.old)
			}
			if in, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Parse = %+v, %v; want an error about %q", in, err, tc.want)
			}
		})
	}
}

// choice returns the YAML of a choice item with the given option values.
func choice(values ...string) string {
	var options []string
	for _, v := range values {
		options = append(options, "{value: "+v+", label: L}")
	}
	return "{id: a, title: A, text: A, kind: choice, options: [" + strings.Join(options, ", ") + "]}"
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sound))
	for _, in := range All() {
		data, err := files.ReadFile("instruments/" + in.ID + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := Parse(data)
		if err != nil {
			return
		}
		// Every instrument that Parse accepts can be answered with its first options and scored.
		given := map[string]string{}
		for _, it := range in.Items {
			given[it.ID] = "x"
			if it.Kind != Text {
				given[it.ID] = it.Options[0].Value
			}
		}
		answers, err := in.Check(given)
		if err != nil {
			t.Fatalf("its own first options are refused: %v", err)
		}
		if scores, err := in.Scores(answers); err != nil || len(scores) != len(in.Measures) {
			t.Fatalf("scores %v, err %v; want %d", scores, err, len(in.Measures))
		}
	})
}
