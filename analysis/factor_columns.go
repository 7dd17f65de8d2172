package analysis

import (
	"fmt"
	"strings"

	"vmstudy/study"
)

// factorColumns are the columns of trials.csv for the factors that a study has of its own.
func factorColumns(factors []study.FreeFactor) (all []Column[attemptRow]) {
	for _, x := range factors {
		all = append(all, Column[attemptRow]{"factor_" + x.Name, "", factorMeaning(x), func(r attemptRow) Value {
			return Text(r.trial.Condition.FreeLevel(x.Name))
		}})
	}
	return all
}

// separator parts the names of levels in the code of a condition.
const separator = "/"

var escaped = strings.NewReplacer("%", "%25", separator, "%2F")

// conditionCode names a condition in files, as in vnc/3G/type. A separator within the name of a level is written as in an address, so that
// the levels can be told from the code.
func conditionCode(c study.Condition) string {
	names := c.Names()
	for i := range names {
		names[i] = escaped.Replace(names[i])
	}
	return strings.Join(names, separator)
}

// levelColumns stand beside the code of a condition in files that have a row for many trials. of returns no condition for a row that is about none.
func levelColumns[Row any](of func(Row) study.Condition) []Column[Row] {
	some := func(r Row, name func(study.Condition) string) Value {
		if c := of(r); c.Task.ID != "" {
			return Text(name(c))
		}
		return Value{}
	}
	return []Column[Row]{
		{"condition", "", "The condition, as in trials.csv; empty for what is about none.", func(r Row) Value { return some(r, conditionCode) }},
		{"access_method", "", "As in trials.csv.", func(r Row) Value {
			return some(r, func(c study.Condition) string { return string(c.Method) })
		}},
		{"access_level", "", "As in trials.csv.", func(r Row) Value {
			return some(r, func(c study.Condition) string { return c.Access.Level() })
		}},
		{"network", "", "As in trials.csv.", func(r Row) Value {
			return some(r, func(c study.Condition) string { return c.Network.Name })
		}},
		{"task", "", "As in trials.csv.", func(r Row) Value {
			return some(r, func(c study.Condition) string { return c.Task.Level() })
		}},
	}
}

// factorMeaning explains the column of a factor.
func factorMeaning(x study.FreeFactor) string {
	var s strings.Builder
	fmt.Fprintf(&s, "Level of the study's factor %s; empty for practice.", x.Name)
	for _, l := range x.Levels {
		fmt.Fprintf(&s, " [%s: %s]", l.Name, l.Titled())
	}
	if !x.Only.Empty() {
		fmt.Fprintf(&s, " [%s: a condition that the factor is not crossed with]", study.NoLevel)
	}
	return s.String()
}
