package instrument

import (
	"math/big"
	"slices"
)

// Range returns the least and the greatest value that a measure can have, as far as its formula tells: it may be wider than what
// answers can lead to, and is never narrower. If it is unknown, known is false.
func (in Instrument) Range(measure string) (least, greatest float64, known bool) {
	r := ranger{scope: newScope(in), known: map[int]*span{}}
	i, ok := r.measures[measure]
	if !ok || r.exprs[i] == nil {
		return 0, 0, false
	}
	s := r.ofMeasure(i)
	if s == nil {
		return 0, 0, false
	}
	least, _ = s.low.Float64()
	greatest, _ = s.high.Float64()
	return least, greatest, true
}

// A span is the numbers from low to high. An unknown span is nil.
type span struct{ low, high *big.Rat }

type ranger struct {
	*scope
	partial bool          // some values may be missing
	known   map[int]*span // of measures
}

func (r ranger) ofMeasure(i int) *span {
	s, done := r.known[i]
	if !done {
		r.partial = r.list[i].Needs != 0
		s = r.of(r.exprs[i])
		r.known[i] = s
	}
	return s
}

func (r ranger) of(e *expr) *span {
	switch e.op {
	case "number":
		return &span{e.num.rat(), e.num.rat()}
	case "name":
		return r.named(e.name)
	case "reversed":
		return r.named(e.args[0].name)
	case "count":
		return &span{new(big.Rat), big.NewRat(int64(len(e.args)), 1)}
	case "times":
		return &span{new(big.Rat), big.NewRat(int64(len(e.args)-1), 1)}
	}
	var args []*span
	for _, a := range e.args {
		s := r.of(a)
		if s == nil {
			return nil
		}
		args = append(args, s)
	}
	return r.combined(e.op, args)
}

func (r ranger) named(name string) *span {
	if q, ok := r.questions[name]; ok {
		if from, to, bounded := q.Ends(); bounded {
			return &span{from.rat(), to.rat()}
		}
		return nil
	}
	if i, ok := r.measures[name]; ok {
		return r.ofMeasure(i)
	}
	return nil
}

func (r ranger) combined(op string, args []*span) *span {
	lows, highs := ends(args)
	switch op {
	case "mean":
		if r.partial {
			return hull(args) // any of them alone may be the mean
		}
		return &span{combined(op, lows), combined(op, highs)}
	case "min", "max":
		if r.partial {
			return hull(args)
		}
		return &span{combined(op, lows), combined(op, highs)}
	case "sum", "+":
		return &span{sum(lows), sum(highs)}
	case "negative":
		return &span{combined(op, highs), combined(op, lows)}
	case "weighted_mean":
		return ofWeighted(args)
	case "-":
		return &span{combined("-", []*big.Rat{lows[0], highs[1]}), combined("-", []*big.Rat{highs[0], lows[1]})}
	}
	if op == "/" && lows[1].Sign() <= 0 && highs[1].Sign() >= 0 {
		return nil // it may be divided by nearly nothing
	}
	return corners(op, args[0], args[1])
}

func ends(args []*span) (lows, highs []*big.Rat) {
	for _, s := range args {
		lows, highs = append(lows, s.low), append(highs, s.high)
	}
	return lows, highs
}

// hull returns the span from the least to the greatest number of all.
func hull(args []*span) *span {
	lows, highs := ends(args)
	return &span{slices.MinFunc(lows, (*big.Rat).Cmp), slices.MaxFunc(highs, (*big.Rat).Cmp)}
}

// corners returns the span of a product or a quotient, whose least and greatest values lie at ends of the operands.
func corners(op string, a, b *span) *span {
	var all []*big.Rat
	for _, x := range []*big.Rat{a.low, a.high} {
		for _, y := range []*big.Rat{b.low, b.high} {
			all = append(all, combined(op, []*big.Rat{x, y}))
		}
	}
	return &span{slices.MinFunc(all, (*big.Rat).Cmp), slices.MaxFunc(all, (*big.Rat).Cmp)}
}

// ofWeighted returns the span of a weighted mean. It lies among the values, unless a weight may be negative.
func ofWeighted(args []*span) *span {
	var values []*span
	for i, s := range args {
		if i%2 == 0 {
			values = append(values, s)
		} else if s.low.Sign() < 0 {
			return nil
		}
	}
	return hull(values)
}
