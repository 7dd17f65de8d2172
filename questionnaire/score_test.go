package questionnaire

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study/instrument"
)

// answered returns answers to the first questions of an instrument, in their order.
func answered(in instrument.Instrument, values ...string) []instrument.Answer {
	var answers []instrument.Answer
	for i, value := range values {
		answers = append(answers, instrument.Answer{Item: in.Questions()[i].ID, Value: value})
	}
	return answers
}

func TestScoresOfTheFirstVersions(t *testing.T) {
	tests := map[string]struct {
		instrument string
		answers    []string
		want       []instrument.Score
	}{
		"satisfaction is the point chosen": {"satisfaction", []string{"6"}, []instrument.Score{{ID: "satisfaction", Value: 6}}},
		"annoyance is the point chosen":    {"annoyance", []string{"1"}, []instrument.Score{{ID: "annoyance", Value: 1}}},
		// R: mean(c(30, 15, 60, 40, 40, 30)) is 35.83333
		"raw workload is the mean of six":     {"tlx", []string{"30", "15", "60", "40", "40", "30"}, []instrument.Score{{ID: "tlx_raw", Value: 215.0 / 6}}},
		"no workload at all":                  {"tlx", []string{"0", "0", "0", "0", "0", "0"}, []instrument.Score{{ID: "tlx_raw", Value: 0}}},
		"failure counts as workload":          {"tlx", []string{"0", "0", "0", "100", "0", "0"}, []instrument.Score{{ID: "tlx_raw", Value: 100.0 / 6}}},
		"as much workload as there can be":    {"tlx", []string{"100", "100", "100", "100", "100", "100"}, []instrument.Score{{ID: "tlx_raw", Value: 100}}},
		"no score where a subscale is absent": {"tlx", []string{"30", "15", "60", "40", "40"}, nil},
		"no score where all is absent":        {"tlx", nil, nil},
		"facts about a person have no score":  {"about", []string{"18_24", "never"}, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			in := find(t, tc.instrument, 1)
			sound, odd := in.Part(answered(in, tc.answers...))
			if diff := cmp.Diff(tc.want, in.Scores(sound, nil)); diff != "" || len(odd) > 0 {
				t.Errorf("odd %v, scores (-want +got):\n%s", odd, diff)
			}
		})
	}
}

func TestWhatCannotHaveBeenAnsweredIsSetApart(t *testing.T) {
	tlx := find(t, "tlx", 1)
	tests := map[string][]instrument.Answer{
		"a value between ticks":        answered(tlx, "31"),
		"a value beyond the line":      answered(tlx, "105"),
		"an item of another":           {{Item: "satisfaction", Value: "3"}},
		"the same item answered twice": {{Item: "effort", Value: "5"}, {Item: "effort", Value: "5"}},
		"no value":                     {{Item: "effort", Value: ""}},
	}
	for name, answers := range tests {
		t.Run(name, func(t *testing.T) {
			whole := answered(tlx, "30", "15", "60", "40")
			sound, odd := tlx.Part(append(whole, answers...))
			if len(odd) < len(answers) || len(sound)+len(odd) != len(whole)+len(answers) {
				t.Errorf("%d sound, %v odd: want the odd ones apart", len(sound), odd)
			}
		})
	}
}

func TestWorkloadFollowsItsRules(t *testing.T) {
	tlx, err := Find("tlx", 1)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var answers []instrument.Answer
		lowest, highest := 100.0, 0.0
		for _, it := range tlx.Items {
			i := rapid.IntRange(0, 20).Draw(t, it.ID)
			answers = append(answers, instrument.Answer{Item: it.ID, Value: it.Points()[i].Value})
			lowest, highest = min(lowest, float64(5*i)), max(highest, float64(5*i))
		}
		before := workload(t, tlx, answers)
		if before < lowest || before > highest {
			t.Fatalf("workload %v lies outside of its ratings %v to %v", before, lowest, highest)
		}
		if shuffled := workload(t, tlx, rapid.Permutation(answers).Draw(t, "order")); shuffled != before {
			t.Fatalf("workload is %v or %v by the order of answers", before, shuffled)
		}
		// A higher rating means more workload on every subscale, performance included.
		i := rapid.IntRange(0, 5).Draw(t, "raised")
		answers[i].Value = "100"
		if after := workload(t, tlx, answers); after < before {
			t.Fatalf("raising %s to 100 lowered workload from %v to %v", answers[i].Item, before, after)
		}
	})
}

func workload(t *rapid.T, tlx instrument.Instrument, answers []instrument.Answer) float64 {
	scores := tlx.Scores(answers, nil)
	if len(scores) != 1 {
		t.Fatalf("scores %v", scores)
	}
	return scores[0].Value
}
