package instrument

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// measures checks the measures of an instrument whose items have been checked.
func (c *checker) measures(in Instrument) {
	s := newScope(in)
	seen := map[string]bool{}
	for i, m := range in.Measures {
		at := inList("measures", i)
		switch {
		case !isName(m.ID):
			c.fault(at+".id", "%q is no name: write lower-case letters, digits and underscores, with a letter first, at most 40", shortened(m.ID))
		case seen[m.ID]:
			c.fault(at+".id", "another measure has the name %q already", m.ID)
		}
		seen[m.ID] = true
		c.wording(at+".meaning", Plain(m.Meaning), true)
		c.wording(at+".unit", Plain(m.Unit), true)
		switch {
		case len(m.Mean) > 0 && m.Formula != "":
			c.fault(at+".formula", "a measure has either a mean or a formula")
		case len(m.Mean) > MaxQuestions:
			c.fault(at+".mean", "%d are too many: at most %d are possible", len(m.Mean), MaxQuestions)
		case len(m.Mean) > 0:
			c.mean(at+".mean", m.Mean, s)
		case strings.TrimSpace(m.Formula) == "":
			c.fault(at+".formula", "a formula is needed here, or a mean")
		default:
			c.formula(at+".formula", m.Formula, i, s)
		}
		if e := s.exprs[i]; e != nil && (m.Needs < 0 || m.Needs > len(e.reads())) {
			c.fault(at+".needs", "this reads %d values, so it may need 0 (all) to %d", len(e.reads()), len(e.reads()))
		}
	}
	c.circles(in, s)
}

func (c *checker) mean(at string, names []string, s *scope) {
	for i, name := range names {
		switch q, known := s.questions[name]; {
		case !known:
			c.fault(inList(at, i), "there is no question %q", shortened(name))
		case !q.Numeric():
			c.fault(inList(at, i), "%q is not answered with a number", name)
		case slices.Contains(names[:i], name):
			c.fault(inList(at, i), "%q counts twice", name)
		}
	}
}

// formula checks what a formula says, apart from measures that read each other in a circle.
func (c *checker) formula(at, text string, measure int, s *scope) {
	f, e := s.flaws[measure], s.exprs[measure]
	if f == nil {
		f = s.number(e)
	}
	names := 0
	if e != nil {
		e.each(func(e *expr) {
			if e.op == "name" {
				names++
			}
		})
	}
	switch {
	case f != nil:
		c.fault(at, "character %d: %s", utf8.RuneCountInString(text[:f.at])+1, f.say)
	case names == 0:
		c.fault(at, "this reads no answer")
	}
}

// number returns the first thing that keeps e from being a number.
func (s *scope) number(e *expr) *flaw {
	if e.op == "name" {
		return s.named(e)
	}
	f, call := functions[e.op]
	for i, a := range e.args {
		var flaw *flaw
		switch {
		case call && f.questions >= 0 && i >= f.questions:
			flaw = s.question(e, a)
		case call && f.questions > i && a.name == "":
			flaw = flawAt(a.at, "%s takes %s", e.op, f.takes)
		case call && f.questions > i: // the answer of times
		default:
			flaw = s.number(a)
		}
		if flaw != nil {
			return flaw
		}
	}
	return nil
}

// named returns what keeps a name from standing for a number.
func (s *scope) named(e *expr) *flaw {
	q, known := s.questions[e.name]
	_, measure := s.measures[e.name]
	switch {
	case known && q.Numeric(), !known && measure, isElsewhere(e.name):
		return nil
	case known:
		return flawAt(e.at, "%q is not answered with a number", e.name)
	}
	return flawAt(e.at, "there is no question and no measure %q", shortened(e.name))
}

// question returns what keeps a from being a question that the function of e can take.
func (s *scope) question(e, a *expr) *flaw {
	q, known := s.questions[a.name]
	switch {
	case a.op != "name":
		return flawAt(a.at, "%s takes %s", e.op, functions[e.op].takes)
	case !known:
		return flawAt(a.at, "there is no question %q", shortened(a.name))
	case e.op == "times" && (q.Written() || e.args[0].name == Withheld || !q.mayBe(e.args[0].name)):
		return flawAt(a.at, "%q cannot be answered with %q", a.name, shortened(e.args[0].name))
	case e.op == "reversed" && !q.Numeric():
		return flawAt(a.at, "%q is not answered with a number", a.name)
	}
	if _, _, bounded := q.Ends(); e.op == "reversed" && !bounded {
		return flawAt(a.at, "%q has no ends, so nothing is its other end", a.name)
	}
	return nil
}

// circles refuses measures that read each other in a circle, and those whose numbers could become very long.
func (c *checker) circles(in Instrument, s *scope) {
	sizes := make([]size, len(s.list))
	var on []int // the measures on the way
	done := make([]bool, len(s.list))
	var visit func(i int)
	visit = func(i int) {
		if done[i] || s.exprs[i] == nil {
			return
		}
		if k := slices.Index(on, i); k >= 0 {
			c.fault(inList("measures", on[k])+".formula", "%s", circle(in, on[k:]))
			return
		}
		on = append(on, i)
		for _, name := range s.exprs[i].reads() {
			if j, ok := s.measure(name); ok {
				visit(j)
			}
		}
		on = on[:len(on)-1]
		done[i] = true
		sizes[i] = s.size(s.exprs[i], sizes)
		if sizes[i].bits() > maxBits {
			c.fault(inList("measures", i)+".formula", "too many products stand within each other: the number could have more than %d binary digits", maxBits)
			sizes[i] = size{} // one fault is enough
		}
	}
	for i := range s.list {
		visit(i)
	}
}

// measure returns the measure that a name in a formula means.
func (s *scope) measure(name string) (int, bool) {
	if _, question := s.questions[name]; question {
		return 0, false
	}
	i, ok := s.measures[name]
	return i, ok
}

func circle(in Instrument, measures []int) string {
	first := in.Measures[measures[0]].ID
	if len(measures) == 1 {
		return fmt.Sprintf("%q reads itself", first)
	}
	var through []string
	for _, i := range measures[1:] {
		through = append(through, in.Measures[i].ID)
	}
	return fmt.Sprintf("%q reads itself, by way of %s", first, strings.Join(through, ", "))
}

// CheckTogether checks what the measures of instruments that one study asks read of each other. Each instrument has been checked
// by itself. The places of faults begin with the index of an instrument, as in [2].measures[0].formula.
func CheckTogether(all []Instrument) []Fault {
	c := &checker{}
	known := map[string]bool{} // measures of all instruments
	apart := map[string]bool{} // those that read nothing of other instruments
	for i, in := range all {
		if slices.ContainsFunc(all[:i], func(o Instrument) bool { return o.ID == in.ID }) {
			c.fault(inList("", i)+".id", "another instrument has the name %q already", in.ID)
		}
		s := newScope(in)
		for j, m := range in.Measures {
			known[in.ID+"."+m.ID] = true
			apart[in.ID+"."+m.ID] = s.exprs[j] != nil && !slices.ContainsFunc(s.exprs[j].reads(), isElsewhere)
		}
	}
	for i, in := range all {
		for j, e := range newScope(in).exprs {
			at := inList(inList("", i)+".measures", j) + ".formula"
			if e == nil {
				continue
			}
			for _, name := range e.reads() {
				other, measure, _ := strings.Cut(name, ".")
				switch {
				case !isElsewhere(name) || apart[name]:
				case known[name]:
					c.fault(at, "%s reads other instruments itself, so it cannot be read here", name)
				default:
					c.fault(at, "%s is read here, so the study must ask the instrument %s with its measure %s as well", name, other, measure)
				}
			}
		}
	}
	return c.faults
}
