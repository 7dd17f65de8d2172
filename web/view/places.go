package view

// Places says who has which place of a study's plan.
type Places struct {
	Action    string // the address that closes and opens places
	Version   int    // the version whose plan this is; the form sends it back
	Grouped   bool   // whether the plan has groups
	Rows      []PlaceRow
	Groups    []PlaceRow // the groups as a whole, with no counts
	Untouched int        // places that are not among Rows, since nobody has them and nobody has closed them
	Filled    int        // people who fill a place
	Say       string     // why a place could not be closed or opened
}

// PlaceRow is one place, or a group.
type PlaceRow struct {
	Group                       string
	Sequence                    string // its number; empty for a group
	Order                       string // the conditions by number, in the order of the sequence; empty if there are many
	Finished, Active, GivenBack int
	Closed                      bool
	WithGroup                   bool // it is closed because its group is
}
