package report

import (
	"cmp"
	"slices"
	"strings"

	"vmstudy/study"
)

// A Layout parts conditions into settings by the factor whose levels are compared.
type Layout struct {
	Factor   string // as in "access method"
	Settings []Setting
	First    bool     // levels are compared with the first only, since there are too many of them for all pairs
	Apart    []string // sentences that say which levels are not compared, since only one of them is crossed with a factor
}

// series gives each level that is compared a colour and a shape of its own: that of its access method, so that a method looks alike everywhere, or, where
// two levels have the same one, by the order of the levels.
func (l Layout) series() map[string]int {
	byOrder, byMethod, methods := map[string]int{}, map[string]int{}, map[study.AccessMethod]bool{}
	for _, s := range l.Settings {
		for i, c := range s.Conditions {
			if _, known := byOrder[s.Levels[i]]; !known {
				byOrder[s.Levels[i]], byMethod[s.Levels[i]], methods[c.Method] = len(byOrder), seriesOf(c.Method), true
			}
		}
	}
	if len(methods) < len(byOrder) {
		return byOrder
	}
	return byMethod
}

// A Setting is conditions that are alike in everything but the level that is compared.
type Setting struct {
	Label      string // what is alike in them, as in "3G, type"
	Conditions []study.Condition
	Levels     []string // of each condition: the level that is compared
	Pairs      []Pair
}

// A Pair is two conditions of a setting whose difference is shown: that of A less that of B.
type Pair struct{ A, B int }

// allPairs is up to how many levels each is compared with each.
const allPairs = 3

// The places of a condition's levels in [study.Condition.Names].
const (
	accessAt = iota
	networkAt
	taskAt
	freeAt
)

// Laid finds what a design compares: access methods where it has several, else the first of its own factors that it varies, else networks, else tasks.
func Laid(d study.Design) Layout {
	conditions := d.Conditions()
	factors := []int{accessAt}
	for i := range d.Factors {
		factors = append(factors, freeAt+i)
	}
	factors = append(factors, networkAt, taskAt)
	var says []string
	for _, at := range factors {
		l := laid(d, conditions, at)
		says = append(says, l.Apart...)
		l.Apart = says
		if slices.ContainsFunc(l.Settings, func(c Setting) bool { return len(c.Pairs) > 0 }) {
			return l
		}
	}
	l := laid(d, conditions, accessAt)
	l.Apart = says
	return l
}

func laid(d study.Design, conditions []study.Condition, at int) Layout {
	l := Layout{Factor: factorName(d, at), Apart: apart(d, conditions, at)}
	settings := map[string]int{}
	varies := varying(conditions)
	for _, c := range conditions {
		names := c.Names()
		key := strings.Join(slices.Concat(names[:at], names[at+1:]), "/")
		i, there := settings[key]
		if !there {
			i = len(l.Settings)
			settings[key], l.Settings = i, append(l.Settings, Setting{Label: label(c, at, varies)})
		}
		l.Settings[i].Conditions = append(l.Settings[i].Conditions, c)
		l.Settings[i].Levels = append(l.Settings[i].Levels, levelName(c, at))
	}
	slices.SortStableFunc(l.Settings, func(a, b Setting) int { return cmp.Compare(baseline(a), baseline(b)) })
	for i, c := range l.Settings {
		l.Settings[i].Pairs = pairs(c.Conditions)
		l.First = l.First || len(c.Conditions) > allPairs
	}
	return l
}

// apart says which levels at a place are not compared with each other, or not everywhere, since only one of them is crossed with a free factor: their
// conditions differ in the level of that factor, too.
func apart(d study.Design, conditions []study.Condition, at int) (says []string) {
	if !slices.ContainsFunc(d.Factors, func(x study.FreeFactor) bool { return !x.Only.Empty() }) {
		return nil
	}
	for i, a := range conditions {
		for _, b := range conditions[i+1:] {
			factors, others := nested(d, a, b, at)
			if a.Names()[at] == b.Names()[at] || len(factors) == 0 || others {
				continue
			}
			where := "here"
			if together(conditions, a.Names()[at], b.Names()[at], at) {
				where = "in some conditions"
			}
			say := levelName(a, at) + " and " + levelName(b, at) + " are not compared " + where + ", since only one of them has the factor " + strings.Join(factors, " and ") + "."
			if !slices.Contains(says, say) {
				says = append(says, say)
			}
		}
	}
	return says
}

// nested returns the free factors that one of two conditions is crossed with and the other is not, and whether the two differ in anything else but the
// level at a place.
func nested(d study.Design, a, b study.Condition, at int) (factors []string, others bool) {
	x, y := a.Names(), b.Names()
	for i := range x {
		switch {
		case i == at || x[i] == y[i]:
		case i >= freeAt && (x[i] == study.NoLevel || y[i] == study.NoLevel):
			factors = append(factors, factorName(d, i))
		default:
			others = true
		}
	}
	return factors, others
}

// together reports whether two levels at a place stand in one setting anywhere.
func together(conditions []study.Condition, one, other string, at int) bool {
	settings := map[string][2]bool{}
	for _, c := range conditions {
		names := c.Names()
		key := strings.Join(slices.Concat(names[:at], names[at+1:]), "/")
		has := settings[key]
		has[0], has[1] = has[0] || names[at] == one, has[1] || names[at] == other
		if settings[key] = has; has[0] && has[1] {
			return true
		}
	}
	return false
}

// baseline is 1 for a setting without a network, which stands behind the others.
func baseline(c Setting) int {
	if !slices.ContainsFunc(c.Conditions, func(c study.Condition) bool { return c.Method.Networked() }) {
		return 1
	}
	return 0
}

func factorName(d study.Design, at int) string {
	switch at {
	case accessAt:
		return "access method"
	case networkAt:
		return "network"
	case taskAt:
		return "task"
	}
	return d.Factors[at-freeAt].Name
}

// varying says of each place in the names of conditions whether they differ in it.
func varying(conditions []study.Condition) []bool {
	var varies []bool
	for i, c := range conditions {
		for j, name := range c.Names() {
			if i == 0 {
				varies = append(varies, false)
			} else {
				varies[j] = varies[j] || name != conditions[0].Names()[j]
			}
		}
	}
	return varies
}

// label names the levels of a condition that others do not share, but for the one at a place.
func label(c study.Condition, at int, varies []bool) string {
	var words []string
	for i := range varies {
		if i != at && varies[i] {
			words = append(words, levelName(c, i))
		}
	}
	if len(words) == 0 {
		return "all"
	}
	return strings.Join(words, ", ")
}

// levelName is what people see of the level at a place.
func levelName(c study.Condition, at int) string {
	switch {
	case at == networkAt && !c.Method.Networked():
		return "no network"
	case at >= freeAt:
		return c.Levels[at-freeAt].Titled()
	}
	return c.Names()[at]
}

// pairs are all pairs of up to three conditions; of more, each with the first. Of a stream and a screen that is sent, the stream comes first.
func pairs(conditions []study.Condition) (all []Pair) {
	for a := range conditions {
		for b := a + 1; b < len(conditions); b++ {
			if len(conditions) > allPairs && a > 0 {
				return all
			}
			p := Pair{a, b}
			if conditions[a].Method == study.VNC && conditions[b].Method == study.Stream {
				p = Pair{b, a}
			}
			all = append(all, p)
		}
	}
	return all
}
