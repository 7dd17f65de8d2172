package instrument

import (
	"slices"
	"strings"
)

// A When is a condition for showing an item. All that it names must hold.
type When struct {
	Item    string   // the ID of a question that is asked before, in the same instrument
	Is      []string // it is answered with one of these; of several choices, one of these was chosen
	AtLeast *Decimal // it is answered with this number or a greater one
	AtMost  *Decimal // it is answered with this number or a smaller one

	Groups    []string // the person is in one of these groups
	Methods   []string // the trial had one of these access methods, or one of these levels of it
	Networks  []string // the trial had one of these networks
	Tasks     []string // the trial had one of these tasks
	Completed *bool    // the task of the trial was completed, or was not
}

const maxWhens = 20

// A Situation is what conditions may look at besides answers. The zero value is that of a person in no group, who is
// not asked about a trial.
type Situation struct {
	Group                 string
	Trial                 bool // the questions are about a trial, which had:
	Method, Network, Task string
	Access                string // the level of the access method
	Completed             bool
}

// holds reports whether w holds in a situation, after the given answers to the questions before.
func (w When) holds(s Situation, answers map[string]string) bool {
	about := func(names []string, name string) bool {
		return len(names) == 0 || s.Trial && slices.Contains(names, name)
	}
	return (len(w.Groups) == 0 || slices.Contains(w.Groups, s.Group)) &&
		(about(w.Methods, s.Method) || about(w.Methods, s.Access)) && about(w.Networks, s.Network) && about(w.Tasks, s.Task) &&
		(w.Completed == nil || s.Trial && *w.Completed == s.Completed) &&
		(w.Item == "" || w.answered(answers[w.Item]))
}

// Met reports whether the answers to an instrument are what w asks for. It looks at nothing else.
func (w When) Met(answers map[string]string) bool { return w.Item != "" && w.answered(answers[w.Item]) }

// answered reports whether an answer to Item is one that w asks for.
func (w When) answered(answer string) bool {
	if answer == "" {
		return false
	}
	if len(w.Is) > 0 && !slices.ContainsFunc(strings.Split(answer, ","), func(a string) bool { return slices.Contains(w.Is, a) }) {
		return false
	}
	if w.AtLeast == nil && w.AtMost == nil {
		return true
	}
	v, ok := ParseDecimal(answer)
	return ok && (w.AtLeast == nil || v >= *w.AtLeast) && (w.AtMost == nil || v <= *w.AtMost)
}

// Depends returns the conditions of the item that look at answers. If another one does not hold in the situation, the
// item is not shown whatever is answered, and possible is false.
func (it Item) Depends(s Situation) (on []When, possible bool) {
	for _, w := range it.ShownIf {
		if w.Item != "" {
			on = append(on, w)
		}
		w.Item = ""
		if !w.holds(s, nil) {
			return nil, false
		}
	}
	return on, true
}

// shown reports whether the item is shown.
func (it Item) shown(s Situation, answers map[string]string) bool {
	return !slices.ContainsFunc(it.ShownIf, func(w When) bool { return !w.holds(s, answers) })
}

// shownIf checks the conditions of an item. Earlier are the questions before it; since a condition looks at no other, none can
// depend on itself.
func (c *checker) shownIf(at string, it Item, earlier map[string]Item, shuffled bool) {
	for i, w := range it.ShownIf {
		at := inList(at+".shown_if", i)
		q, known := earlier[w.Item]
		switch {
		case w.Item == "" && (len(w.Is) > 0 || w.AtLeast != nil || w.AtMost != nil):
			c.fault(at+".item", "name the question whose answer is meant")
		case w.Item == "":
			c.named(at, w)
		case !known || q.Kind == Matrix:
			c.fault(at+".item", "no question before this one has the name %q", shortened(w.Item))
		case shuffled:
			c.fault(at+".item", "the items are shuffled, so nobody knows whether %q is asked before", w.Item)
		default:
			c.answer(at, w, q)
		}
		for _, names := range [][]string{w.Is, w.Groups, w.Methods, w.Networks, w.Tasks} {
			if len(names) > MaxOptions || slices.ContainsFunc(names, func(n string) bool { return n == "" || len(n) > MaxWording || !storable(n) }) {
				c.fault(at, "a condition lists at most %d names, and none is empty", MaxOptions)
			}
		}
	}
}

// named checks that a condition that looks at no answer looks at something.
func (c *checker) named(at string, w When) {
	if len(w.Groups)+len(w.Methods)+len(w.Networks)+len(w.Tasks) == 0 && w.Completed == nil {
		c.fault(at, "this says nothing that could hold or not")
	}
}

// Against returns what is wrong with a condition that looks at nothing but the answer to q, as where q cannot be answered so. The paths of
// the faults are the fields of the condition: item, is or is[0].
func (w When) Against(q Item) []Fault {
	c := &checker{}
	c.answer("", w, q)
	for i := range c.faults {
		c.faults[i].At = strings.TrimPrefix(c.faults[i].At, ".")
	}
	return c.faults
}

// answer checks that q can have the answers that w asks for.
func (c *checker) answer(at string, w When, q Item) {
	bounded := w.AtLeast != nil || w.AtMost != nil
	switch {
	case len(w.Is) == 0 && !bounded:
		c.fault(at+".is", "say which answers to %q are meant", w.Item)
	case q.Written():
		c.fault(at+".item", "%q is answered with a text, of which nothing can be foreseen", w.Item)
	case bounded && !q.Numeric():
		c.fault(at+".item", "%q is not answered with a number", w.Item)
	}
	for i, a := range w.Is {
		if i < MaxOptions && !q.mayBe(a) {
			c.fault(inList(at+".is", i), "%q is no answer to %q", shortened(a), w.Item)
		}
	}
}

// mayBe reports whether the item can be answered with this, among others.
func (it Item) mayBe(value string) bool {
	if it.Kind == Choices {
		return it.offers(value) || it.Declining && value == Withheld
	}
	return it.wrong(value).text == ""
}
