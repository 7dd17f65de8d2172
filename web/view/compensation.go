package view

import (
	"slices"
	"strconv"
)

// Compensation is what the people of a study got for taking part.
type Compensation struct {
	Study   Study
	Rows    []CompensationRow
	Printed string // when a sheet was made

	Amount string   // as typed
	Limit  int      // of the amount, in characters
	Who    []string // as ticked
	Say    string   // what was wrong with the form
}

// CompensationRow is one person.
type CompensationRow struct {
	ID               int64
	Code, State      string
	Pilot            bool
	Erased           bool   // nothing new may be stored about them
	Amount, When, By string // empty if they got nothing
}

func (v Compensation) ticked(row CompensationRow) bool {
	return slices.Contains(v.Who, strconv.FormatInt(row.ID, 10))
}
