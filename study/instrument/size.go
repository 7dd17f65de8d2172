package instrument

// maxBits is the greatest length of a numerator and a denominator together. Numbers are exact, so each product is as long as both its factors;
// without a bound, fifty measures of which each squares the one before would fill any memory.
const maxBits = 4096

// A size bounds how long a number can be.
type size struct {
	top, bottom int  // bits of numerator and denominator
	decimal     bool // the denominator is a power of 10, so that sums need no longer one
}

func (s size) bits() int { return s.top + s.bottom }

// aDecimal is the size of every Decimal.
var aDecimal = size{top: 50, bottom: 20, decimal: true}

// size returns a bound of the numbers that e can have, given those of the measures it reads.
func (s *scope) size(e *expr, measures []size) size {
	var args []size
	for _, a := range e.args {
		args = append(args, s.size(a, measures))
	}
	switch e.op {
	case "name":
		if i, ok := s.measure(e.name); ok {
			return measures[i]
		}
		if isElsewhere(e.name) {
			return size{top: 64, bottom: 64} // of nearly every float64; the few others do not multiply
		}
		return aDecimal
	case "number", "reversed", "count", "times":
		return aDecimal
	case "negative":
		return args[0]
	case "*":
		return args[0].times(args[1])
	case "/":
		return args[0].over(args[1])
	case "mean":
		return total(args).over(size{top: 8})
	case "weighted_mean":
		var products, weights []size
		for i := 0; i < len(args); i += 2 {
			products, weights = append(products, args[i].times(args[i+1])), append(weights, args[i+1])
		}
		return total(products).over(total(weights))
	}
	return total(args) // min and max are not longer than a sum
}

func (s size) times(t size) size {
	return size{top: s.top + t.top, bottom: s.bottom + t.bottom, decimal: s.decimal && t.decimal}
}

func (s size) over(t size) size { return size{top: s.top + t.bottom, bottom: s.bottom + t.top} }

func (s size) plus(t size) size {
	if s.decimal && t.decimal {
		bottom := max(s.bottom, t.bottom)
		return size{top: max(s.top+bottom-s.bottom, t.top+bottom-t.bottom) + 1, bottom: bottom, decimal: true}
	}
	return size{top: max(s.top+t.bottom, t.top+s.bottom) + 1, bottom: s.bottom + t.bottom}
}

func total(all []size) size {
	sum := all[0]
	for _, s := range all[1:] {
		sum = sum.plus(s)
	}
	return sum
}
