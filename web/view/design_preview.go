package view

import "slices"

// Preview is what a design amounts to: trials, time, conditions and sequences.
type Preview struct {
	Faults     []Fault // what keeps it from being published
	Trials     int
	Pairs      int // at most, where the study searches: then Trials and Minutes are the most, and there are no Sequences
	Practice   bool
	Minutes    int // how long all visits take
	Takes      []VisitTakes
	Balance    string
	Form       bool     // conditions can be left out here, by fields of the form
	LeaveOut   []string // codes of conditions that are left out and are not among Conditions: they have no tick
	First      []string // the same of those that come first
	Conditions []ConditionRow
	Grids      []Grid // the same, by access method and network
	Networks   []NetworkPicture
	Methods    []string         // whose colours the cells have
	Sequences  [][]SequenceCell // the first sequences; in a study with groups, the first of each
	Of         []string         // the groups of these; none in a study without
	Factors    string           // names of the study's own factors; empty for none
	Visits     int              // how many a participant comes for
	More       int              // number of sequences that are not shown
}

// VisitTakes says how many minutes one visit takes, by itself and with the set-up.
type VisitTakes struct{ Minutes, Appointment int }

// Fault is a sentence about a field.
type Fault struct{ Field, Say string }

// ConditionRow is one condition of a design.
type ConditionRow struct {
	Number                         int // 0 if it is left out
	Code                           string
	Method, Network, Setting, Task string
	Levels                         string // of the study's own factors
	LeftOut, First                 bool
	Grid                           string // the Grid.Of it belongs to
}

// Grid has the conditions of one task, with the same levels of the study's own factors.
type Grid struct {
	Of       string // names of the task and of the levels
	Title    string
	Networks []string
	Rows     []GridRow
}

// GridRow has the conditions of an access method, by network. Where there is none, the Code is empty.
type GridRow struct {
	Method string
	Cells  []ConditionRow
}

// Put puts a condition into its cell.
func (g *Grid) Put(c ConditionRow) {
	column := slices.Index(g.Networks, c.Network)
	if column < 0 {
		column, g.Networks = len(g.Networks), append(g.Networks, c.Network)
	}
	i := slices.IndexFunc(g.Rows, func(r GridRow) bool { return r.Method == c.Method })
	if i < 0 {
		i, g.Rows = len(g.Rows), append(g.Rows, GridRow{Method: c.Method})
	}
	for r := range g.Rows {
		for len(g.Rows[r].Cells) < len(g.Networks) {
			g.Rows[r].Cells = append(g.Rows[r].Cells, ConditionRow{})
		}
	}
	g.Rows[i].Cells[column] = c
}

// SequenceCell is a trial in a sequence.
type SequenceCell struct {
	Number  int    // of the condition
	Title   string // the condition's code
	Level   int    // of the access method, below Colours
	Begins  bool   // a block begins here
	Visit   int    // in which it is done, counted from 1
	Returns bool   // the visit begins here, and is not the first
}

// Colours is how many access methods have a colour of their own.
const Colours = 8

// NetworkPicture shows the bandwidth of a network over a trial.
type NetworkPicture struct {
	Name, Setting string
	Down, Up      string   // SVG paths in an area of PictureWidth by PictureHeight
	Outages       [][2]int // from and to, horizontally in that area
	Most, Until   string   // labels of the upper and the right edge
}

// The size of a NetworkPicture.
const (
	PictureWidth  = 300
	PictureHeight = 48
)
