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
