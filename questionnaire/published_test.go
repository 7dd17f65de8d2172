package questionnaire

import (
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study/instrument"
)

func TestScoresAreThoseOfTheSources(t *testing.T) {
	tests := map[string]struct {
		instrument string
		answers    []string
		want       []float64 // of all measures
	}{
		// Tullis and Albert, Measuring the User Experience, 2013, figure 6.8, after Brooke: contributions 4 1 1 4 1 2 1 1 4 3 are 22, and 22 * 2.5 is 55.
		"the example of SUS":               {"sus", []string{"5", "4", "2", "1", "2", "3", "2", "4", "5", "2"}, []float64{55}},
		"the best of SUS":                  {"sus", []string{"5", "1", "5", "1", "5", "1", "5", "1", "5", "1"}, []float64{100}},
		"the worst of SUS":                 {"sus", []string{"1", "5", "1", "5", "1", "5", "1", "5", "1", "5"}, []float64{0}},
		"agreeing with all of SUS":         {"sus", []string{"5", "5", "5", "5", "5", "5", "5", "5", "5", "5"}, []float64{50}},
		"SUS without one item is no score": {"sus", []string{"5", "4", "2", "1", "2", "3", "2", "4", "5"}, nil},
		// UEQ-S data analysis tool: mean(c(3, 2, 2, 1)) is 2, mean(c(-1, 0, 1, -2)) is -0.5, and the mean of all is 0.75.
		"UEQ-S": {"ueq_s", []string{"3", "2", "2", "1", "-1", "0", "1", "-2"}, []float64{2, -0.5, 0.75}},
		// Lewis, Utesch and Maher, 2013: 0.65 * ((Item1 + Item2 - 2) * (100 / 12)) + 22.9, so from 22.9 to 87.9.
		"the best of UMUX-LITE":    {"umux_lite", []string{"7", "7"}, []float64{100, 87.9}},
		"the worst of UMUX-LITE":   {"umux_lite", []string{"1", "1"}, []float64{0, 22.9}},
		"the middle of UMUX-LITE":  {"umux_lite", []string{"3", "5"}, []float64{50, 55.4}},
		"UMUX-LITE between points": {"umux_lite", []string{"6", "5"}, []float64{75, 71.65}},
		"SEQ":                      {"seq", []string{"6"}, []float64{6}},
		"SMEQ is the place":        {"smeq", []string{"63"}, []float64{63}},
		"excellent":                {"acr", []string{"5"}, []float64{5}},
		"imperceptible":            {"dcr", []string{"5"}, []float64{5}},
		"accomplishment":           {"accomplishment", []string{"7"}, []float64{7}},
		"mental demand":            {"mental_demand", []string{"45"}, []float64{45}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			in := find(t, tc.instrument, 1)
			sound, odd := in.Part(answered(in, tc.answers...))
			var got []float64
			for _, s := range in.Scores(sound, nil) {
				got = append(got, s.Value)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || len(odd) > 0 {
				t.Errorf("odd %v, scores (-want +got):\n%s", odd, diff)
			}
		})
	}
}

// weigh answers the pairs and returns the weights, as tlx_weighted reads them.
func weigh(pairs instrument.Instrument, chosen func(options []instrument.Option) string) map[string]float64 {
	var answers []instrument.Answer
	for _, q := range pairs.Questions() {
		answers = append(answers, instrument.Answer{Item: q.ID, Value: chosen(q.Options)})
	}
	weights := map[string]float64{}
	for _, s := range pairs.Scores(answers, nil) {
		weights["tlx_pairs."+s.ID] = s.Value
	}
	return weights
}

// Hart and Staveland, 1988: the weight of a subscale is how often it was chosen in 15 pairs, and workload is the sum of ratings times
// weights, divided by 15. Who prefers mental demand to all others, then temporal demand, effort, performance, frustration and physical
// demand gives the weights 5, 4, 3, 2, 1, 0. R: sum(c(30, 15, 60, 40, 40, 30) * c(5, 0, 4, 2, 3, 1)) / 15 is 620 / 15.
func TestWeightedWorkload(t *testing.T) {
	order := []string{"mental_demand", "temporal_demand", "effort", "performance", "frustration", "physical_demand"}
	weights := weigh(find(t, "tlx_pairs", 1), func(options []instrument.Option) string {
		return slices.MinFunc(options, func(a, b instrument.Option) int { return slices.Index(order, a.Value) - slices.Index(order, b.Value) }).Value
	})
	want := map[string]float64{}
	for i, name := range order {
		want["tlx_pairs."+name] = float64(5 - i)
	}
	if !maps.Equal(want, weights) {
		t.Fatalf("weights %v, want %v", weights, want)
	}
	tlx := find(t, "tlx_weighted", 1)
	answers := answered(tlx, "30", "15", "60", "40", "40", "30")
	if diff := cmp.Diff([]instrument.Score{{ID: "tlx_raw", Value: 215.0 / 6}, {ID: "tlx_weighted", Value: 620.0 / 15}}, tlx.Scores(answers, weights)); diff != "" {
		t.Errorf("scores (-want +got):\n%s", diff)
	}
	if got := tlx.Scores(answers, nil); len(got) != 1 {
		t.Errorf("without weights there are %v", got)
	}
}

func TestWeightsAlwaysAddUpToFifteen(t *testing.T) {
	pairs, tlx := find(t, "tlx_pairs", 1), find(t, "tlx_weighted", 1)
	if n := len(pairs.Questions()); n != 15 {
		t.Fatalf("%d pairs", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		weights := weigh(pairs, func(options []instrument.Option) string { return rapid.SampledFrom(options).Draw(t, "chosen").Value })
		sum := 0.0
		for name, w := range weights {
			if w < 0 || w > 5 {
				t.Fatalf("%s weighs %v", name, w)
			}
			sum += w
		}
		if sum != 15 || len(weights) != 6 {
			t.Fatalf("weights %v add up to %v", weights, sum)
		}
		var answers []instrument.Answer
		lowest, highest := 100.0, 0.0
		for _, q := range tlx.Questions() {
			i := rapid.IntRange(0, 20).Draw(t, q.ID)
			answers = append(answers, instrument.Answer{Item: q.ID, Value: q.Points()[i].Value})
			lowest, highest = min(lowest, float64(5*i)), max(highest, float64(5*i))
		}
		score := tlx.Scores(answers, weights)[1].Value
		if score < lowest || score > highest {
			t.Fatalf("workload %v lies outside of its ratings %v to %v", score, lowest, highest)
		}
	})
}

func TestEachPersonMeetsPairsAndSidesInAnOrderOfTheirOwn(t *testing.T) {
	pairs := find(t, "tlx_pairs", 1)
	first := map[string]int{}
	for person := range uint64(200) {
		o := pairs.Shuffle(rand.New(rand.NewPCG(1, person)))
		first[o.Items[0]]++
		if len(o.Items) != 15 || len(o.Options) != 15 {
			t.Fatalf("an order of %d pairs and %d sides", len(o.Items), len(o.Options))
		}
		first[o.Options["mental_or_effort"][0]]++
	}
	if len(first) != 17 || first["mental_demand"] < 60 || first["effort"] < 60 {
		t.Errorf("what came first how often: %v", first)
	}
}

// A codebook says what a measure can be; the range that follows from the formula says the same.
func TestRangesAreThoseOfTheMeanings(t *testing.T) {
	want := map[string][2]float64{
		"sus.sus": {0, 100}, "ueq_s.overall": {-3, 3}, "umux_lite.raw": {0, 100}, "umux_lite.adjusted": {22.9, 87.9},
		"tlx.tlx_raw": {0, 100}, "tlx_pairs.effort": {0, 5}, "smeq.smeq": {0, 150}, "seq.seq": {1, 7}, "acr.acr": {1, 5},
	}
	for _, in := range All() {
		for _, m := range in.Measures {
			low, high, known := in.Range(m.ID)
			w, asked := want[in.ID+"."+m.ID]
			if !known && m.ID != "tlx_weighted" {
				t.Errorf("%s.%s has no range", in.ID, m.ID)
			}
			if asked && (math.Abs(low-w[0]) > 1e-9 || math.Abs(high-w[1]) > 1e-9) {
				t.Errorf("%s.%s is from %v to %v, want %v", in.ID, m.ID, low, high, w)
			}
		}
	}
}

func TestTheNewQuestionsAboutAPersonCanAllBeWithheld(t *testing.T) {
	about := find(t, "about", 2)
	given := map[string][]string{}
	for _, q := range about.Questions() {
		given[q.ID] = []string{instrument.Withheld}
	}
	answers, faults := about.Take(given, instrument.Situation{})
	if len(faults) > 0 || len(answers) != len(about.Items)-1 { // one question is shown to those who ask for it only
		t.Errorf("answers %v, faults %v", answers, faults)
	}
	old, _ := find(t, "about", 1).Question("remote_desktop_use")
	now, _ := about.Question("remote_desktop_use")
	for _, o := range now.Options {
		if !slices.ContainsFunc(old.Options, func(was instrument.Option) bool { return reflect.DeepEqual(was, o) }) {
			t.Errorf("%v is new: the answers of both versions cannot be compared", o)
		}
	}
}
