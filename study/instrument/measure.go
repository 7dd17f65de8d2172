package instrument

import (
	"slices"
	"strings"
)

// A Measure is a number that follows from the answers. It has either a Formula or a Mean.
//
// A formula has numbers, names of questions and of other measures of the instrument, + - * / and parentheses, and
// these functions:
//
//	mean(a, b, …)              of those that have a value
//	sum(a, b, …)               has a value only if all have
//	min(a, b, …), max(a, b, …) of those that have a value
//	weighted_mean(a, w, b, v)  (w·a + v·b) / (w + v), of the pairs that have a value
//	reversed(q)                the answer to q, counted from the other end of its scale
//	count(q, r, …)             how many of the questions were answered
//	times(yes, q, r, …)        how often the answer to the questions was yes
//
// A question and a measure may have the same name; in a formula it means the question. A measure of another instrument
// that the study asks, too, is named with that instrument before it, as in tlx_pairs.effort.
//
// Who has not answered, was not asked or preferred not to answer gives no value. Whatever reads a missing value has
// none either, except as said above; neither has a division by 0.
type Measure struct {
	ID      string
	Meaning string   // for the codebook, with range and direction
	Unit    string   // for the codebook
	Mean    []string // names of numeric questions: short for a formula mean(…) of them
	Formula string
	Needs   int // how many of the questions and measures that it reads must have a value; 0 is all. What count(…) names does not count
}

// expr returns the formula of the measure.
func (m Measure) expr() (*expr, *flaw) {
	if len(m.Mean) == 0 {
		return parseFormula(m.Formula)
	}
	e := &expr{op: "mean"}
	for _, name := range m.Mean {
		e.args = append(e.args, &expr{op: "name", name: name})
	}
	return e, nil
}

// A scope is what the names in the formulas of an instrument mean.
type scope struct {
	questions map[string]Item
	measures  map[string]int // index in list
	list      []Measure
	exprs     []*expr // of each measure; nil if it has a flaw
	flaws     []*flaw
}

func newScope(in Instrument) *scope {
	s := &scope{questions: map[string]Item{}, measures: map[string]int{}, list: in.Measures}
	for _, q := range in.Questions() {
		s.questions[q.ID] = q
	}
	for i, m := range in.Measures {
		s.measures[m.ID] = i
		e, flaw := m.expr()
		s.exprs, s.flaws = append(s.exprs, e), append(s.flaws, flaw)
	}
	return s
}

// isElsewhere reports whether a name is that of a measure of another instrument.
func isElsewhere(name string) bool {
	in, m, ok := strings.Cut(name, ".")
	return ok && isName(in) && isName(m)
}

// each calls f with every part of e.
func (e *expr) each(f func(*expr)) {
	f(e)
	for _, a := range e.args {
		a.each(f)
	}
}

// reads returns the names that must have a value: all but those that are only counted, each once.
func (e *expr) reads() []string {
	var names []string
	var walk func(e *expr)
	walk = func(e *expr) {
		args := e.args
		switch e.op {
		case "name":
			if !slices.Contains(names, e.name) {
				names = append(names, e.name)
			}
		case "count":
			return
		case "times":
			args = args[1:]
		}
		for _, a := range args {
			walk(a)
		}
	}
	walk(e)
	return names
}

// Elsewhere returns the measures of other instruments that the measures of this one read, such as tlx_pairs.effort.
func (in Instrument) Elsewhere() []string {
	var names []string
	for _, e := range newScope(in).exprs {
		if e == nil {
			continue
		}
		for _, name := range e.reads() {
			if isElsewhere(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}
