package instrument

import (
	"math/big"
	"slices"
	"strings"
)

// A Score is the value of a Measure.
type Score struct {
	ID    string // of the Measure
	Value float64
}

// Scores computes the measures from answers that Part has found sound, in the order of Measures. Elsewhere are measures of other
// instruments, such as tlx_pairs.effort. A measure without a value has no score. Every number is exact until the end, so a score
// is the float64 that is nearest to the true value.
func (in Instrument) Scores(answers []Answer, elsewhere map[string]float64) []Score {
	v := valuer{scope: newScope(in), answers: map[string]string{}, elsewhere: elsewhere, known: map[int]*big.Rat{}}
	for _, a := range answers {
		v.answers[a.Item] = a.Value
	}
	var scores []Score
	for i, m := range in.Measures {
		if value := v.measure(i); value != nil {
			f, _ := value.Float64()
			scores = append(scores, Score{ID: m.ID, Value: f})
		}
	}
	return scores
}

// A valuer computes formulas for one person's answers. A missing value is nil.
type valuer struct {
	*scope
	answers   map[string]string
	elsewhere map[string]float64
	known     map[int]*big.Rat // values of measures
}

func (v valuer) measure(i int) *big.Rat {
	if value, done := v.known[i]; done {
		return value
	}
	e, m := v.exprs[i], v.list[i]
	names, there := e.reads(), 0
	for _, name := range names {
		if v.named(name) != nil {
			there++
		}
	}
	needs := m.Needs
	if needs == 0 {
		needs = len(names)
	}
	v.known[i] = nil
	if there >= needs {
		v.known[i] = v.value(e)
	}
	return v.known[i]
}

func (v valuer) named(name string) *big.Rat {
	if q, ok := v.questions[name]; ok {
		return v.answer(q)
	}
	if i, ok := v.measures[name]; ok {
		return v.measure(i)
	}
	if f, ok := v.elsewhere[name]; ok {
		return new(big.Rat).SetFloat64(f) // nil if f is not finite
	}
	return nil
}

// answer returns the answer to a question as a number. An answer that is none only counts as being there.
func (v valuer) answer(q Item) *big.Rat {
	answer := v.answers[q.ID]
	if answer == "" || answer == Withheld {
		return nil
	}
	if d, ok := q.number(answer); ok {
		return d.rat()
	}
	return new(big.Rat)
}

func (d Decimal) rat() *big.Rat { return big.NewRat(int64(d), int64(One)) }

func (v valuer) value(e *expr) *big.Rat {
	switch e.op {
	case "number":
		return e.num.rat()
	case "name":
		return v.named(e.name)
	case "reversed":
		x, q := v.named(e.args[0].name), v.questions[e.args[0].name]
		if x == nil {
			return nil
		}
		from, to, _ := q.Ends()
		return x.Sub((from + to).rat(), x)
	case "count", "times":
		return v.counted(e)
	}
	var args []*big.Rat
	for _, a := range e.args {
		args = append(args, v.value(a))
	}
	return combined(e.op, args)
}

// counted returns how many questions were answered, or were answered in a certain way.
func (v valuer) counted(e *expr) *big.Rat {
	questions, n := e.args, int64(0)
	if e.op == "times" {
		questions = e.args[1:]
	}
	for _, q := range questions {
		answer := v.answers[q.name]
		there := answer != "" && answer != Withheld
		switch {
		case e.op == "count" && there:
			n++
		case e.op == "count":
		case !there:
			return nil
		case slices.Contains(strings.Split(answer, ","), e.args[0].name):
			n++
		}
	}
	return big.NewRat(n, 1)
}

// combined computes an operator or a function of numbers, of which some may be missing.
func combined(op string, args []*big.Rat) *big.Rat {
	if op == "weighted_mean" {
		return weightedMean(args)
	}
	there := slices.DeleteFunc(slices.Clone(args), func(r *big.Rat) bool { return r == nil })
	if len(there) == 0 {
		return nil
	}
	switch op {
	case "mean":
		return new(big.Rat).Quo(sum(there), big.NewRat(int64(len(there)), 1))
	case "min":
		return slices.MinFunc(there, (*big.Rat).Cmp)
	case "max":
		return slices.MaxFunc(there, (*big.Rat).Cmp)
	}
	if len(there) < len(args) {
		return nil
	}
	switch op {
	case "sum":
		return sum(args)
	case "negative":
		return new(big.Rat).Neg(args[0])
	case "+":
		return new(big.Rat).Add(args[0], args[1])
	case "-":
		return new(big.Rat).Sub(args[0], args[1])
	case "*":
		return new(big.Rat).Mul(args[0], args[1])
	}
	if args[1].Sign() == 0 {
		return nil
	}
	return new(big.Rat).Quo(args[0], args[1])
}

func sum(all []*big.Rat) *big.Rat {
	total := new(big.Rat)
	for _, r := range all {
		total.Add(total, r)
	}
	return total
}

// weightedMean returns the mean of the values at even places by the weights behind them.
func weightedMean(args []*big.Rat) *big.Rat {
	total, weights := new(big.Rat), new(big.Rat)
	for i := 0; i < len(args); i += 2 {
		if value, weight := args[i], args[i+1]; value != nil && weight != nil {
			total.Add(total, new(big.Rat).Mul(value, weight))
			weights.Add(weights, weight)
		}
	}
	if weights.Sign() == 0 {
		return nil
	}
	return total.Quo(total, weights)
}
