package study

import (
	"regexp"
	"slices"
)

// FreeFactor is a factor that the platform knows nothing of, such as the light in the room. It is crossed with the
// access methods, the networks and the tasks.
type FreeFactor struct {
	Name   string // in the data, and in columns' names
	Levels []FreeLevel
	Only   Crossing // the conditions that it is crossed with; the others stand once, at NoLevel
}

// FreeLevel is one level of a free factor.
type FreeLevel struct {
	Name  string  // in the data
	Label string  // for experimenters; empty: the name
	Shown Wording // what the participant reads before a trial with this level; may be empty
	Told  string  // what the experimenter reads while they look after such a trial; may be empty
}

// NoLevel is the level of a condition with which a factor is not crossed.
const NoLevel = "none"

// Titled returns what people see of the level.
func (l FreeLevel) Titled() string {
	if l.Label == "" {
		return l.Name
	}
	return l.Label
}

// Crossing chooses conditions by names of their levels. An empty list chooses all.
type Crossing struct {
	Methods, Networks, Tasks []string
}

// Empty reports whether all conditions are chosen.
func (x Crossing) Empty() bool { return len(x.Methods)+len(x.Networks)+len(x.Tasks) == 0 }

func (x Crossing) has(c Condition) bool {
	among := func(names []string, name string) bool { return len(names) == 0 || slices.Contains(names, name) }
	return among(x.Methods, c.Access.Level()) && among(x.Networks, c.Network.Name) && among(x.Tasks, c.Task.Level())
}

// meets reports whether a condition is among the levels. The local method, which passes no network, is met whatever networks are named.
func (x Crossing) meets(c Condition) bool {
	if !c.Method.Networked() {
		x.Networks = nil
	}
	return x.has(c)
}

// LevelOf is the level that a condition has of a free factor.
type LevelOf struct {
	Factor string
	FreeLevel
}

// levels returns the levels of the factor that a condition is crossed with.
func (x FreeFactor) levels(c Condition) []FreeLevel {
	if !x.Only.has(c) {
		return []FreeLevel{{Name: NoLevel}}
	}
	return x.Levels
}

// crossed returns the condition with every combination of the free factors' levels.
func (d Design) crossed(c Condition) []Condition {
	all := []Condition{c}
	for _, x := range d.Factors {
		var next []Condition
		for _, one := range all {
			for _, l := range x.levels(c) {
				with := one
				with.Levels = append(slices.Clip(one.Levels), LevelOf{x.Name, l})
				next = append(next, with)
			}
		}
		all = next
	}
	return all
}

// crossings counts what crossed returns, without making it.
func (d Design) crossings(c Condition) int {
	n := 1
	for _, x := range d.Factors {
		n = min(n*len(x.levels(c)), 1<<30)
	}
	return n
}

// Factors lists the factors by which the plan of d can be cut into blocks.
func (d Design) FactorNames() []Factor {
	all := Factors()
	for _, x := range d.Factors {
		all = append(all, Factor(x.Name))
	}
	return all
}

// maxFactors is how many free factors a study may have.
const maxFactors = 8

// A free factor's name is part of the names of columns.
var factorName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)

// taken are the names of other columns and factors.
var taken = []string{"method", "network", "task", "group", "form", "condition"}

func (d Design) checkFactors(f faults) {
	f.unless(len(d.Factors) <= maxFactors, "factors", "%d factors are more than %d", len(d.Factors), maxFactors)
	for i, x := range d.Factors {
		f := f.within(item("factors", i))
		f.unless(factorName.MatchString(x.Name), "name", "a factor is called by 1 to 30 lower-case letters, digits and underscores: its name is that of a column")
		f.unless(!slices.Contains(taken, x.Name), "name", "there is a factor %q already", x.Name)
		f.unless(!slices.ContainsFunc(d.Factors[:i], func(o FreeFactor) bool { return o.Name == x.Name }), "name", "factor %q is there twice", x.Name)
		f.unless(len(x.Levels) > 0, "levels", "add the levels of factor %q", x.Name)
		f.unless(len(x.Levels) <= MaxLevels, "levels", "a factor has more than %d levels", MaxLevels)
		for j, l := range x.Levels {
			at := item("levels", j)
			checkName(f.within(at), "name", l.Name)
			f.unless(!slices.ContainsFunc(x.Levels[:j], func(o FreeLevel) bool { return o.Name == l.Name }), at+".name", "level %q is there twice", l.Name)
			f.unless(x.Only.Empty() || l.Name != NoLevel, at+".name", "%q is the level of the conditions that the factor is not crossed with", NoLevel)
		}
		d.checkNames(f, "only", x.Only)
	}
}

// checkNames checks that what a crossing names is in the design.
func (d Design) checkNames(f faults, at string, x Crossing) {
	f = f.within(at)
	for _, list := range []struct {
		at    string
		names []string
		known []string
	}{
		{"methods", x.Methods, namesOf(d.Methods, Access.Level)},
		{"networks", x.Networks, namesOf(d.Networks, func(n NamedNetwork) string { return n.Name })},
		{"tasks", x.Tasks, namesOf(d.Tasks, Task.Level)},
	} {
		for i, name := range list.names {
			f.unless(slices.Contains(list.known, name), item(list.at, i), "the study has none that is called %q", name)
		}
	}
}

// namesOf returns the names of levels.
func namesOf[L any](levels []L, name func(L) string) (all []string) {
	for _, l := range levels {
		all = append(all, name(l))
	}
	return all
}
