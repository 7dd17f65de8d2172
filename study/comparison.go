package study

import (
	"slices"
	"strconv"
	"strings"
)

// Preregistration is what a study says about its sample and its analysis before anybody has taken part. The zero
// Preregistration says nothing.
type Preregistration struct {
	Participants int    // how many are to be analysed; 0 if the study does not say
	Stopping     string // when the study stops to take people, in words
	Exclusions   string // who and what is left out, besides what the program leaves out by itself, in words
	Comparisons  []Comparison
}

// Empty reports whether nothing is said.
func (p Preregistration) Empty() bool {
	return p.Participants == 0 && p.Stopping == "" && p.Exclusions == "" && len(p.Comparisons) == 0
}

// Comparison is a test that was planned before the data were seen. Results call it confirmatory, and nothing else.
//
// It compares two levels of a factor within participants, or two groups of participants. What a participant has for a level is the mean of their
// values in the conditions of that side; see Sides.
type Comparison struct {
	Name       string // in tables, as in H1
	Hypothesis string // what is expected, in words
	Outcome    string // OutcomeCompletion, OutcomeTime, or a question or measure as in satisfaction.satisfaction
	Factor     Factor
	First      string // a level of Factor. A difference is First less Second
	Second     string
	Only       Crossing // the conditions in which they are compared; all if it is empty
	Claim      Claim
	Margin     float64 // in the unit of the outcome; above 0, and 0 for Differs
	Test       PlannedTest
	Family     string // Holm's correction is over the comparisons of one family; those without a name are a family, too
}

// Outcomes that are no answers of participants.
const (
	OutcomeCompletion = "completion"   // whether the task was completed
	OutcomeTime       = "time_on_task" // the natural logarithm of the seconds on task, of tasks that were done
)

// Asked returns the instrument and its question or measure that the outcome is, if it is one.
func (c Comparison) Asked() (instrument, name string, is bool) { return strings.Cut(c.Outcome, ".") }

// Claim is what a comparison is to show.
type Claim string

// The claims. All but Differs need a margin: that two levels are alike can be shown only up to a difference that would
// not matter.
const (
	Differs    Claim = "differs"    // First and Second differ, in either direction
	NotLower   Claim = "not_lower"  // First is not lower than Second by the margin or more
	NotHigher  Claim = "not_higher" // First is not higher than Second by the margin or more
	Equivalent Claim = "equivalent" // they differ by less than the margin, in either direction
)

// Claims lists the claims.
func Claims() []Claim { return []Claim{Differs, NotLower, NotHigher, Equivalent} }

// BetweenGroups reports whether groups of people are compared.
func (c Comparison) BetweenGroups() bool { return c.Factor == GroupFactor }

// PlannedTest is by which test a comparison is decided.
type PlannedTest string

// The tests, of one value of each participant for each level; MannWhitney is of people in two groups, the others are of pairs.
const (
	SignedRank  PlannedTest = "signed_rank" // Wilcoxon's, exact up to 100 people; zeros by Pratt's rule
	PairedT     PlannedTest = "paired_t"
	McNemar     PlannedTest = "mcnemar"      // exact, of completion
	MannWhitney PlannedTest = "mann_whitney" // exact up to 100 people
)

// PlannedTests lists the tests.
func PlannedTests() []PlannedTest { return []PlannedTest{SignedRank, PairedT, McNemar, MannWhitney} }

// Where the names of levels stand in Condition.Names. Free factors follow.
const (
	methodAt = iota
	networkAt
	taskAt
	freeAt
)

// placeOf returns where the level of a factor stands in Condition.Names; -1 if the design has no such factor.
func (d Design) placeOf(f Factor) int { return slices.Index(d.FactorNames(), f) }

// Sides returns the conditions that a comparison is about: those with its first level, and those with its second. A
// condition takes part if the other side has one that differs from it in nothing but the factor. The local method has no
// network, so it is compared with the others in all of theirs. Groups are compared over the conditions that both of them meet.
func (d Design) Sides(c Comparison) (first, second []Condition) {
	if c.BetweenGroups() {
		return d.metByBoth(c), d.metByBoth(c)
	}
	at := d.placeOf(c.Factor)
	if at < 0 || c.First == c.Second {
		return nil, nil
	}
	unlinked := false
	for _, x := range d.Conditions() {
		if !c.Only.meets(x) {
			continue
		}
		switch x.Names()[at] {
		case c.First:
			first = append(first, x)
		case c.Second:
			second = append(second, x)
		default:
			continue
		}
		unlinked = unlinked || !x.Method.Networked()
	}
	rest := func(x Condition) string {
		names := x.Names()
		names[at] = ""
		if at == methodAt && unlinked {
			names[networkAt] = ""
		}
		return strings.Join(names, "\x00")
	}
	return having(first, second, rest), having(second, first, rest)
}

// metByBoth returns the conditions of a comparison that people of its first group meet as well as those of its second.
func (d Design) metByBoth(c Comparison) (both []Condition) {
	a, b := d.group(c.First), d.group(c.Second)
	if a == nil || b == nil || c.First == c.Second {
		return nil
	}
	for _, x := range d.Conditions() {
		if c.Only.meets(x) && a.meets(x) && b.meets(x) {
			both = append(both, x)
		}
	}
	return both
}

// group returns the group with a name; nil if there is none.
func (d Design) group(name string) *Group {
	i := slices.IndexFunc(d.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return nil
	}
	return &d.Groups[i]
}

// having returns those conditions that have one among the others with the same key.
func having(all, others []Condition, key func(Condition) string) (kept []Condition) {
	known := map[string]bool{}
	for _, x := range others {
		known[key(x)] = true
	}
	for _, x := range all {
		if known[key(x)] {
			kept = append(kept, x)
		}
	}
	return kept
}

// metTogether reports whether some participants meet all of the conditions.
func (d Design) metTogether(all []Condition) bool {
	return len(d.Groups) == 0 || slices.ContainsFunc(d.Groups, func(g Group) bool {
		return !slices.ContainsFunc(all, func(c Condition) bool { return !g.meets(c) })
	})
}

// Shows says in words what a comparison is to show.
func (c Comparison) Shows() string {
	margin := strconv.FormatFloat(c.Margin, 'g', -1, 64)
	switch c.Claim {
	case NotLower:
		return "not lower by " + margin + " or more"
	case NotHigher:
		return "not higher by " + margin + " or more"
	case Equivalent:
		return "differs by less than " + margin
	}
	return "differs"
}
