package lab

import (
	"net/url"
	"slices"

	"vmstudy/study"
	"vmstudy/web/view"
)

// The form has a tick for each access method, for a level without options, and a row for each other level. Levels that
// ticks do not give in their order all have rows.

// writeLevels writes the levels of the factor access method into the fields of a form, which has them as a study file does.
func writeLevels(in url.Values, levels []study.Access) {
	if givenByTicks(levels) {
		return
	}
	in.Del("methods[]")
	for i, a := range levels {
		if a.IsUsual() {
			in.Del(row("methods", i))
			in.Set(row("methods", i)+".kind", string(a.Method))
		}
	}
}

// givenByTicks reports whether ticks alone give the levels, in this order.
func givenByTicks(levels []study.Access) bool {
	place := -1
	for _, a := range levels {
		next := slices.Index(study.AccessMethods(), a.Method)
		if !a.IsUsual() || next <= place {
			return false
		}
		place = next
	}
	return true
}

// levelRows returns the rows of the levels as they were typed; none if all are ticks.
func levelRows(in url.Values) (all []view.LevelRow) {
	for i := range rows(in, "methods") {
		at := row("methods", i)
		all = append(all, view.LevelRow{Number: i + 1, At: at, Drop: dropRow + at})
	}
	return all
}
