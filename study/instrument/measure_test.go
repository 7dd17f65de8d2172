package instrument

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// scored has questions a, b and c from 1 to 5, age, which is any number, sight, which is good or bad, and words.
func scored(measures ...Measure) Instrument {
	in := Instrument{ID: "scored", Version: 1, Title: Plain("Scored"), Measures: measures}
	for _, id := range []string{"a", "b", "c"} {
		in.Items = append(in.Items, Item{ID: id, Text: Plain("T"), Kind: Scale, From: One, To: 5 * One, Low: Plain("no"), High: Plain("yes"), Declining: true})
	}
	in.Items = append(in.Items,
		Item{ID: "age", Text: Plain("T"), Kind: Number},
		Item{ID: "sight", Text: Plain("T"), Kind: Choice, Options: []Option{{Value: "good", Label: Plain("G")}, {Value: "18_24", Label: Plain("B")}}},
		Item{ID: "words", Text: Plain("T"), Kind: Text, Limit: 9},
	)
	return in
}

// formula returns a measure called total.
func formula(text string) Measure {
	return Measure{ID: "total", Meaning: "M", Unit: "points", Formula: text}
}

func TestFormulas(t *testing.T) {
	answers := []Answer{{"a", "5"}, {"b", "2"}, {"c", Withheld}, {"age", "-0.3"}, {"sight", "18_24"}, {"words", "hello"}}
	missing := math.NaN()
	tests := map[string]struct {
		measure Measure
		want    float64
	}{
		"a question":                      {formula("a"), 5},
		"products bind tighter":           {formula("a + 2*b"), 9},
		"signs bind to the left":          {formula("a - b - 1"), 2},
		"division binds to the left":      {formula("a / b / 2"), 1.25},
		"parentheses":                     {formula("-(a - b) * (1.5 + -0.5)"), -3},
		"tenths are exact":                {formula("age + 0.1 + 0.1 + 0.1"), 0},
		"thirds are exact":                {formula("a / 3 * 3"), 5},
		"a mean":                          {formula("mean(a, b, a + b)"), 14.0 / 3},
		"a sum":                           {formula("sum(a, b, 1)"), 8},
		"the least and the greatest":      {formula("10 * min(a, b) + max(a, b)"), 25},
		"a weighted mean":                 {formula("weighted_mean(a, 1, b, 2)"), 3},
		"a reversed question":             {formula("reversed(a) * 10 + reversed(b)"), 14},
		"how many were answered":          {formula("count(a, b, c, words)"), 3},
		"how often it was said":           {formula("times(18_24, sight) + times(good, sight) + times(5, a, b)"), 2},
		"a missing value":                 {formula("a + c"), missing},
		"a missing value in a mean":       {formula("mean(a, c)"), missing},
		"a missing value is not needed":   {Measure{ID: "total", Formula: "mean(a, b, c)", Needs: 2}, 3.5},
		"too few are there":               {Measure{ID: "total", Formula: "mean(a, c)", Needs: 2}, missing},
		"a sum with less is none":         {Measure{ID: "total", Formula: "sum(a, c)", Needs: 1}, missing},
		"weights of what is there":        {Measure{ID: "total", Formula: "weighted_mean(a, 3, c, 9)", Needs: 1}, 5},
		"nothing is divided by 0":         {formula("a / (b - 2)"), missing},
		"no weight at all":                {formula("weighted_mean(a, 0, b, 0)"), missing},
		"the old way to write a mean":     {Measure{ID: "total", Mean: []string{"a", "b"}}, 3.5},
		"a number is on the same footing": {formula("mean(age, a)"), 2.35},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			m := tc.measure
			m.Meaning, m.Unit = "M", "points"
			in := scored(m)
			if faults := in.Check(); len(faults) > 0 {
				t.Fatal(faults)
			}
			var want []Score
			if !math.IsNaN(tc.want) {
				want = []Score{{"total", tc.want}}
			}
			if diff := cmp.Diff(want, in.Scores(answers, nil)); diff != "" {
				t.Errorf("scores (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMeasuresReadEachOtherInAnyOrder(t *testing.T) {
	in := scored(
		Measure{ID: "all", Meaning: "M", Unit: "points", Formula: "half + b"},
		Measure{ID: "half", Meaning: "M", Unit: "points", Formula: "a / 2"},
		Measure{ID: "a", Meaning: "the question of this name", Unit: "points", Formula: "a"},
	)
	got := in.Scores([]Answer{{"a", "5"}, {"b", "1"}}, nil)
	if diff := cmp.Diff([]Score{{"all", 3.5}, {"half", 2.5}, {"a", 5}}, got); diff != "" || len(in.Check()) > 0 {
		t.Errorf("faults %v, scores (-want +got):\n%s", in.Check(), diff)
	}
}

func TestAFaultyFormulaIsToldWithItsPlace(t *testing.T) {
	tests := map[string]struct{ formula, say string }{
		"nothing":                   {" ", "a formula is needed"},
		"an unknown question":       {"a + d", `character 5: there is no question and no measure "d"`},
		"after a letter of two":     {"a + 1 é", `character 7: "é" is not expected`},
		"a question without number": {"mean(a, sight)", `character 9: "sight" is not answered with a number`},
		"words":                     {"words * 2", "character 1"},
		"no operand":                {"a +", "character 4: a number, a name"},
		"no operator":               {"a b", `character 3: "b" is not expected`},
		"a parenthesis too few":     {"(a", "a closing parenthesis is missing"},
		"a parenthesis too many":    {"a)", `character 2: ")"`},
		"a function that is not":    {"1 + median(a)", `character 5: "median" is no function; there are count,`},
		"a function not closed":     {"mean(a", "not closed"},
		"a function of nothing":     {"mean()", "a number, a name or a parenthesis"},
		"a weight is missing":       {"weighted_mean(a, 1, b)", "a value and its weight"},
		"two are not reversed":      {"reversed(a, b)", "the name of one question"},
		"a sum is not reversed":     {"reversed(a + b)", "character 12: reversed takes the name"},
		"what has no ends":          {"reversed(age)", "has no ends"},
		"a sum is not counted":      {"count(1)", "character 7: count takes names"},
		"what is never said":        {"times(blind, sight)", `"sight" cannot be answered with "blind"`},
		"times of nothing":          {"times(good)", "an answer, and"},
		"itself":                    {"1 + total", `"total" reads itself`},
		"a number too fine":         {"a * 0.0000001", "character 5"},
		"only numbers":              {"1 + 1", "reads no answer"},
		"another instrument oddly":  {"Tlx.effort", "character 1"},
		"very long":                 {strings.Repeat("a+", 3000) + "a", "too long"},
		"very deep":                 {strings.Repeat("(", 1500) + "a" + strings.Repeat(")", 1500), "character 51: more than 50 parentheses"},
		"very negative":             {strings.Repeat("-", 1500) + "a", "more than 50"},
		"a very long number":        {strings.Repeat("a*", 1000) + "a", "too many products"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			faults := scored(formula(tc.formula)).Check()
			if len(faults) != 1 || faults[0].At != "measures[0].formula" || !strings.Contains(faults[0].Say, tc.say) {
				t.Errorf("faults %v, want one of the formula that says %q", faults, tc.say)
			}
		})
	}
}

func TestFaultsOfMeasures(t *testing.T) {
	m := func(id, text string) Measure { return Measure{ID: id, Meaning: "M", Unit: "points", Formula: text} }
	tests := map[string]struct {
		measures []Measure
		want     []string
	}{
		"a circle of three":        {[]Measure{m("x", "1 + y"), m("y", "z"), m("z", "x * a"), m("w", "x")}, []string{`measures[0].formula: "x" reads itself, by way of y, z`}},
		"two circles":              {[]Measure{m("x", "x"), m("y", "y")}, []string{"measures[0].formula", "measures[1].formula"}},
		"the same name twice":      {[]Measure{m("x", "a"), m("x", "b")}, []string{"measures[1].id"}},
		"no meaning and no unit":   {[]Measure{{ID: "x", Formula: "a"}}, []string{"measures[0].meaning", "measures[0].unit"}},
		"needs more than it reads": {[]Measure{{ID: "x", Meaning: "M", Unit: "U", Formula: "mean(a, a, b)", Needs: 3}}, []string{"measures[0].needs"}},
		"a mean and a formula":     {[]Measure{{ID: "x", Meaning: "M", Unit: "U", Formula: "a", Mean: []string{"a"}}}, []string{"measures[0].formula"}},
		"faults in a mean":         {[]Measure{{ID: "x", Meaning: "M", Unit: "U", Mean: []string{"a", "d", "sight", "a"}}}, []string{"measures[0].mean[1]", "measures[0].mean[2]", "measures[0].mean[3]"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			faults := scored(tc.measures...).Check()
			for i, want := range tc.want {
				if i >= len(faults) || !strings.HasPrefix(faults[i].String(), want) {
					t.Fatalf("faults %v, want %v", faults, tc.want)
				}
			}
			if len(faults) != len(tc.want) {
				t.Errorf("faults %v, want %v", faults, tc.want)
			}
		})
	}
}

func TestHostileMeasuresAreRefusedQuickly(t *testing.T) {
	square := []Measure{{ID: "m0", Meaning: "M", Unit: "U", Formula: "a * 1.1"}}
	double := []Measure{{ID: "m0", Meaning: "M", Unit: "U", Formula: "a"}}
	for i := 1; i < MaxMeasures; i++ {
		square = append(square, Measure{ID: fmt.Sprintf("m%d", i), Meaning: "M", Unit: "U", Formula: fmt.Sprintf("m%d * m%d", i-1, i-1)})
		double = append(double, Measure{ID: fmt.Sprintf("m%d", i), Meaning: "M", Unit: "U", Formula: fmt.Sprintf("m%d + m%d", i-1, i-1)})
	}
	began := time.Now()
	if faults := scored(square...).Check(); len(faults) == 0 || !strings.Contains(faults[0].Say, "too many products") {
		t.Errorf("numbers of 2^100 digits: %v", faults)
	}
	if faults := scored(make([]Measure, 1_000_000)...).Check(); len(faults) != 1 {
		t.Errorf("a million measures: %d faults", len(faults))
	}
	deep := scored(formula(strings.Repeat("(", 100_000) + "a"))
	if faults := deep.Check(); len(faults) != 1 {
		t.Errorf("100,000 parentheses: %v", faults)
	}
	in := scored(double...) // 2^99 sums, if each measure were computed wherever it is read
	if faults := in.Check(); len(faults) > 0 {
		t.Error(faults)
	}
	if scores := in.Scores([]Answer{{"a", "1"}}, nil); scores[99].Value != math.Pow(2, 99) {
		t.Errorf("2^99 is %v", scores[99])
	}
	if _, greatest, _ := in.Range("m99"); greatest != 5*math.Pow(2, 99) {
		t.Errorf("5·2^99 is %v", greatest)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestRanges(t *testing.T) {
	tests := map[string]struct {
		formula    string
		low, high  float64
		isNotKnown bool
	}{
		"a question":          {formula: "a", low: 1, high: 5},
		"of any number":       {formula: "age + a", isNotKnown: true},
		"a mean":              {formula: "mean(a, 0)", low: 0.5, high: 2.5},
		"a difference":        {formula: "a - reversed(b)", low: -4, high: 4},
		"a product":           {formula: "(a - 3) * 2.5", low: -5, high: 5},
		"a negative product":  {formula: "a * -2", low: -10, high: -2},
		"a quotient":          {formula: "10 / a", low: 2, high: 10},
		"perhaps by 0":        {formula: "1 / (a - 3)", isNotKnown: true},
		"how many":            {formula: "count(a, b, words)", low: 0, high: 3},
		"a weighted mean":     {formula: "weighted_mean(a, times(good, sight), b * 10, 2)", low: 1, high: 50},
		"of negative weights": {formula: "weighted_mean(a, a - 2, b, 9)", isNotKnown: true},
		"the greatest":        {formula: "max(a, 4)", low: 4, high: 5},
		"another instrument":  {formula: "tlx.effort", isNotKnown: true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			low, high, known := scored(formula(tc.formula)).Range("total")
			if low != tc.low || high != tc.high || known == tc.isNotKnown {
				t.Errorf("from %v to %v, known %v; want %v to %v", low, high, known, tc.low, tc.high)
			}
		})
	}
}

func TestARangeKnowsThatValuesMayBeMissing(t *testing.T) {
	for needs, want := range map[int][2]float64{0: {3.5, 7.5}, 1: {1, 10}} {
		m := formula("mean(a, b + 5)")
		m.Needs = needs
		if low, high, _ := scored(m).Range("total"); low != want[0] || high != want[1] {
			t.Errorf("needs %d: from %v to %v, want %v", needs, low, high, want)
		}
	}
}

// drawFormula draws a formula over the questions of scored, and the function that computes it in floating point.
func drawFormula(t *rapid.T, depth int) (string, func(map[string]float64) float64) {
	kind := rapid.IntRange(0, 8).Draw(t, "part")
	if depth == 0 {
		kind %= 3
	}
	two := func() (x, y string, f, g func(map[string]float64) float64) {
		x, f = drawFormula(t, depth-1)
		y, g = drawFormula(t, depth-1)
		return
	}
	question := func() string { return rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "question") }
	switch kind {
	case 0:
		d := Decimal(rapid.Int64Range(0, int64(10*One)).Draw(t, "number"))
		return d.String(), func(map[string]float64) float64 { return float64(d) / float64(One) }
	case 1:
		q := question()
		return "reversed(" + q + ")", func(v map[string]float64) float64 { return 6 - v[q] }
	case 2:
		q := question()
		return q, func(v map[string]float64) float64 { return v[q] }
	case 3:
		x, y, f, g := two()
		return "(" + x + ") - (" + y + ")", func(v map[string]float64) float64 { return f(v) - g(v) }
	case 4:
		x, y, f, g := two()
		return "(" + x + ") * (" + y + ")", func(v map[string]float64) float64 { return f(v) * g(v) }
	case 5:
		x, y, f, g := two()
		return "mean(" + x + "," + y + ")", func(v map[string]float64) float64 { return (f(v) + g(v)) / 2 }
	case 6:
		x, y, f, g := two()
		return "max(" + x + "," + y + ")", func(v map[string]float64) float64 { return max(f(v), g(v)) }
	case 7:
		x, f := drawFormula(t, depth-1)
		q := question()
		return "(" + x + ") / " + q, func(v map[string]float64) float64 { return f(v) / v[q] }
	}
	x, y, f, g := two()
	return "weighted_mean(" + x + ", 1.5, " + y + ", a)", func(v map[string]float64) float64 { return (1.5*f(v) + v["a"]*g(v)) / (1.5 + v["a"]) }
}

func TestAFormulaHasItsValueAndStaysInItsRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, compute := drawFormula(t, 4)
		in := scored(formula("a - a + b - b + c - c + (" + text + ")"))
		if faults := in.Check(); len(faults) > 0 {
			if strings.Contains(faults[0].Say, "too") { // long
				return
			}
			t.Fatalf("%v in %s", faults, text)
		}
		var answers []Answer
		values := map[string]float64{}
		for _, q := range []string{"a", "b", "c"} {
			n := rapid.IntRange(1, 5).Draw(t, q)
			values[q] = float64(n)
			answers = append(answers, Answer{q, fmt.Sprint(n)})
		}
		scores := in.Scores(answers, nil)
		want := compute(values)
		if len(scores) != 1 || math.Abs(scores[0].Value-want) > 1e-9*max(1, math.Abs(want)) {
			t.Fatalf("%s is %v, want %v", text, scores, want)
		}
		s := newScope(in)
		v := valuer{scope: s, answers: map[string]string{}, known: map[int]*big.Rat{}}
		for _, a := range answers {
			v.answers[a.Item] = a.Value
		}
		if x := v.value(s.exprs[0]); x.Num().BitLen()+x.Denom().BitLen() > s.size(s.exprs[0], nil).bits() {
			t.Fatalf("%s is longer than expected: %v", text, x)
		}
		if low, high, known := in.Range("total"); known && (scores[0].Value < low || scores[0].Value > high) {
			t.Fatalf("%s is %v, and its range from %v to %v", text, scores, low, high)
		}
		if len(in.Scores(answers[1:], nil)) > 0 {
			t.Fatal("a score without an answer that it needs")
		}
	})
}

func TestInstrumentsReadMeasuresOfEachOther(t *testing.T) {
	ratings := scored(Measure{ID: "weighted", Meaning: "M", Unit: "U", Formula: "weighted_mean(a, pairs.a, b, pairs.b)"})
	pairs := scored(Measure{ID: "a", Meaning: "M", Unit: "U", Formula: "times(good, sight)"}, Measure{ID: "b", Meaning: "M", Unit: "U", Formula: "age"})
	pairs.ID = "pairs"
	circular := scored(Measure{ID: "a", Meaning: "M", Unit: "U", Formula: "scored.weighted"})
	circular.ID = "pairs"
	for name, tc := range map[string]struct {
		all  []Instrument
		want []string
	}{
		"both are asked":       {[]Instrument{pairs, ratings}, nil},
		"one is missing":       {[]Instrument{ratings}, []string{"[0].measures[0].formula: pairs.a is read here, so the study must ask the instrument pairs with its measure a as well"}},
		"each reads the other": {[]Instrument{ratings, circular}, []string{"[0].measures[0].formula: pairs.a reads", "[1].measures[0].formula: scored.weighted reads"}},
		"one is there twice":   {[]Instrument{pairs, pairs}, []string{"[1].id"}},
	} {
		faults := CheckTogether(tc.all)
		if len(faults) != len(tc.want) {
			t.Errorf("%s: %v", name, faults)
			continue
		}
		for i, want := range tc.want {
			if !strings.HasPrefix(faults[i].String(), want) {
				t.Errorf("%s: %v, want %s", name, faults[i], want)
			}
		}
	}
	if got := ratings.Elsewhere(); !cmp.Equal(got, []string{"pairs.a", "pairs.b"}) {
		t.Errorf("it reads %v elsewhere", got)
	}
	answers := []Answer{{"a", "5"}, {"b", "2"}}
	if got := ratings.Scores(answers, map[string]float64{"pairs.a": 1, "pairs.b": 2}); len(got) != 1 || got[0].Value != 3 {
		t.Errorf("scores %v", got)
	}
	if got := ratings.Scores(answers, map[string]float64{"pairs.a": 1}); len(got) > 0 {
		t.Errorf("a score without its weights: %v", got)
	}
}

func FuzzFormula(f *testing.F) {
	for _, text := range []string{"a + 2*b", "mean(a, b)", "weighted_mean(a, 1, b, 2)", "times(18_24, sight)", "((a", "-", "reversed(a) / (b - 2)", "pairs.x * 1.5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		in := scored(formula(text))
		if len(in.Check()) > 0 {
			return
		}
		all := []Answer{{"a", "5"}, {"b", "2"}, {"c", "1"}, {"age", "1.5"}, {"sight", "good"}, {"words", "x"}}
		for _, s := range in.Scores(all, map[string]float64{"pairs.x": 2}) {
			if low, high, known := in.Range("total"); known && (s.Value < low || s.Value > high) {
				t.Fatalf("%q is %v, and its range from %v to %v", text, s.Value, low, high)
			}
		}
	})
}
