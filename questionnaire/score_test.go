package questionnaire

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// tlxAnswers returns answers to the six items of NASA-TLX, with the ratings in the order of the items.
func tlxAnswers(ratings ...string) []study.Answer {
	ids := []string{"mental_demand", "physical_demand", "temporal_demand", "performance", "effort", "frustration"}
	var answers []study.Answer
	for i, r := range ratings {
		answers = append(answers, study.Answer{Item: ids[i], Value: r})
	}
	return answers
}

func TestScores(t *testing.T) {
	tests := map[string]struct {
		instrument string
		answers    []study.Answer
		want       []Score
	}{
		"satisfaction is the point chosen": {"satisfaction", []study.Answer{{Item: "satisfaction", Value: "6"}}, []Score{{"satisfaction", 6}}},
		"annoyance is the point chosen":    {"annoyance", []study.Answer{{Item: "annoyance", Value: "1"}}, []Score{{"annoyance", 1}}},
		// R: mean(c(30, 15, 60, 40, 40, 30)) is 35.83333
		"raw workload is the mean of six":     {"tlx", tlxAnswers("30", "15", "60", "40", "40", "30"), []Score{{"tlx_raw", 215.0 / 6}}},
		"no workload at all":                  {"tlx", tlxAnswers("0", "0", "0", "0", "0", "0"), []Score{{"tlx_raw", 0}}},
		"failure counts as workload":          {"tlx", tlxAnswers("0", "0", "0", "100", "0", "0"), []Score{{"tlx_raw", 100.0 / 6}}},
		"as much workload as there can be":    {"tlx", tlxAnswers("100", "100", "100", "100", "100", "100"), []Score{{"tlx_raw", 100}}},
		"no score where a subscale is absent": {"tlx", tlxAnswers("30", "15", "60", "40", "40"), nil},
		"no score where all is absent":        {"tlx", nil, nil},
		"facts about a person have no score":  {"about", []study.Answer{{Item: "age_band", Value: "18_24"}}, nil},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := mustLookup(t, tc.instrument).Scores(tc.answers)
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("err %v, scores (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestScoresRefusesWhatCannotHaveBeenAnswered(t *testing.T) {
	tests := map[string][]study.Answer{
		"a value between ticks":        tlxAnswers("31"),
		"a value beyond the line":      tlxAnswers("105"),
		"an item of another":           {{Item: "satisfaction", Value: "3"}},
		"the same item answered twice": {{Item: "effort", Value: "5"}, {Item: "effort", Value: "5"}},
		"no value":                     {{Item: "effort", Value: ""}},
	}
	for name, answers := range tests {
		t.Run(name, func(t *testing.T) {
			tlx := mustLookup(t, "tlx")
			if got, err := tlx.Scores(answers); !errors.Is(err, study.ErrInvalid) {
				t.Errorf("scores %v, err %v: want ErrInvalid", got, err)
			}
			whole := tlxAnswers("30", "15", "60", "40")
			sound, odd := tlx.Part(append(whole, answers...))
			if _, err := tlx.Scores(sound); err != nil || len(odd) < len(answers) || len(sound)+len(odd) != len(whole)+len(answers) {
				t.Errorf("%d sound, %v odd, err %v: want the odd ones apart and the rest fit to be scored", len(sound), odd, err)
			}
		})
	}
}

func TestWorkloadFollowsItsRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tlx, err := Lookup("tlx")
		if err != nil {
			t.Fatal(err)
		}
		var answers []study.Answer
		lowest, highest := 100.0, 0.0
		for _, it := range tlx.Items {
			i := rapid.IntRange(0, 20).Draw(t, it.ID)
			answers = append(answers, study.Answer{Item: it.ID, Value: it.Options[i].Value})
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

func workload(t *rapid.T, tlx Instrument, answers []study.Answer) float64 {
	scores, err := tlx.Scores(answers)
	if err != nil || len(scores) != 1 {
		t.Fatalf("scores %v, err %v", scores, err)
	}
	return scores[0].Value
}
