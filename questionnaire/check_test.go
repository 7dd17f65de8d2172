package questionnaire

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

func TestCheckNamesEveryFaultyItem(t *testing.T) {
	tests := map[string]struct {
		instrument string
		given      map[string]string
		say        string
		faults     []string
	}{
		"nothing was answered": {
			instrument: "about",
			say:        "Please answer “Age” and “Experience with remote desktops”.",
			faults:     []string{"age_band", "remote_desktop_use"},
		},
		"one answer is missing and one was never offered": {
			instrument: "about",
			given:      map[string]string{"age_band": "25_43"},
			say:        "Please answer “Experience with remote desktops”. Please correct “Age”.",
			faults:     []string{"age_band", "remote_desktop_use"},
		},
		"a value lies between two ticks": {
			instrument: "tlx",
			given: map[string]string{
				"mental_demand": "42", "physical_demand": "5", "temporal_demand": "0",
				"performance": "100", "effort": "05", "frustration": "105",
			},
			say:    "Please correct “Mental demand”, “Effort” and “Frustration”.",
			faults: []string{"mental_demand", "effort", "frustration"},
		},
		"white space is no answer to a scale": {
			instrument: "satisfaction",
			given:      map[string]string{"satisfaction": " 3"},
			say:        "Please correct “Satisfaction”.",
			faults:     []string{"satisfaction"},
		},
		"a text is too long": {
			instrument: "remarks",
			given:      map[string]string{"remarks": strings.Repeat("é", 2001)},
			say:        "Please correct “Remarks”.",
			faults:     []string{"remarks"},
		},
		"a text cannot be stored": {
			instrument: "remarks",
			given:      map[string]string{"remarks": "a\x00b"},
			say:        "Please correct “Remarks”.",
			faults:     []string{"remarks"},
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			answers, err := mustLookup(t, tc.instrument).Check(tc.given)
			var refusal *study.Refusal
			var faulty *Faulty
			if !errors.As(err, &refusal) || !errors.As(err, &faulty) || !errors.Is(err, study.ErrInvalid) {
				t.Fatalf("answers %v, err %v: want a *Faulty and a *Refusal of kind ErrInvalid", answers, err)
			}
			if refusal.Say != tc.say {
				t.Errorf("says %q, want %q", refusal.Say, tc.say)
			}
			var ids []string
			for _, f := range faulty.Faults {
				ids = append(ids, f.Item)
			}
			if diff := cmp.Diff(tc.faults, ids); diff != "" {
				t.Errorf("faulty items (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckReturnsAnswersInTheOrderOfItems(t *testing.T) {
	given := map[string]string{"remote_desktop_use": "weekly", "age_band": "25_34", "csrf": "x"}
	got, err := mustLookup(t, "about").Check(given)
	want := []study.Answer{{Item: "age_band", Value: "25_34"}, {Item: "remote_desktop_use", Value: "weekly"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("err %v, answers (-want +got):\n%s", err, diff)
	}
}

func TestCheckTidiesTextsAndLetsOptionalOnesBeEmpty(t *testing.T) {
	tests := map[string]struct {
		typed string
		want  []study.Answer
	}{
		"nothing":              {typed: "", want: nil},
		"only white space":     {typed: " \r\n\t", want: nil},
		"two lines":            {typed: " slow\r\nat first ", want: []study.Answer{{Item: "remarks", Value: "slow\nat first"}}},
		"as long as it may be": {typed: strings.Repeat("é", 2000), want: []study.Answer{{Item: "remarks", Value: strings.Repeat("é", 2000)}}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mustLookup(t, "remarks").Check(map[string]string{"remarks": tc.typed})
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("err %v, answers (-want +got):\n%s", err, diff)
			}
		})
	}
}

// completely draws an instrument and, for each of its items, one of the offered answers.
func completely(t *rapid.T) (Instrument, map[string]string) {
	in := rapid.SampledFrom(All()).Draw(t, "instrument")
	given := map[string]string{}
	for _, it := range in.Items {
		given[it.ID] = "fine"
		if it.Kind != Text {
			given[it.ID] = rapid.SampledFrom(it.Options).Draw(t, it.ID).Value
		}
	}
	return in, given
}

func TestWhatIsOfferedIsTaken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, given := completely(t)
		answers, err := in.Check(given)
		if err != nil {
			t.Fatalf("%s refuses %v: %v", in.ID, given, err)
		}
		taken := map[string]string{}
		for _, a := range answers {
			taken[a.Item] = a.Value
		}
		if !maps.Equal(taken, given) {
			t.Fatalf("%s made %v of %v", in.ID, taken, given)
		}
		if _, err := in.Scores(answers); err != nil {
			t.Fatalf("%s does not score what it took: %v", in.ID, err)
		}
	})
}

func TestExactlyTheSpoiltItemsAreFaulty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in, given := completely(t)
		var want []string
		for _, it := range in.Items {
			if !it.Optional && rapid.Bool().Draw(t, "spoil "+it.ID) {
				given[it.ID] = rapid.SampledFrom([]string{"", "-1", "NaN", "4.5", "0x5"}).Draw(t, "with")
				want = append(want, it.ID)
			}
		}
		_, err := in.Check(given)
		var got []string
		if faulty := (*Faulty)(nil); errors.As(err, &faulty) {
			for _, f := range faulty.Faults {
				got = append(got, f.Item)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%s, faulty items of %v (-want +got):\n%s", in.ID, given, diff)
		}
	})
}
