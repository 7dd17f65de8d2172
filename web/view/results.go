package view

// Results is what one version of a study has found so far; without Hash there is no version.
// Numbers are texts as they are shown, in the units that their headings name.
type Results struct {
	Study              Study
	Version            int
	Hash               string
	Pilots             bool // included
	Sessions, Finished int
	Elsewhere          int      // sessions of other versions, left out
	Trials             int      // that count
	Emulated           int      // of them, that ran on an emulated processor
	Odd                []string // what cannot be counted, a sentence a row
	Measures           []Measure
	Rows               []ResultRow
	Figures            Figures
}

// Measure is a number that follows from the answers to one instrument.
type Measure struct{ Name, Meaning, Unit string }

// Figures are those of a study's results.
type Figures struct {
	Ratings   []Drawing
	Responses Drawing
}

// Drawing is a figure as SVG or, where it cannot be drawn, a sentence that says why: then only it is
// missing, and not the page.
type Drawing struct {
	SVG, Odd string
}

// ResultRow is one condition.
type ResultRow struct {
	Method, Network, Task string
	Trials                int
	Ratings               []Centre // one for each of Results.Measures
	Completed             Share
	Time                  Centre // on task
	People                int    // who got a visible answer to an input
	Inputs                int
	Median, P95, Crisp    string // of response times
	Unanswered            string
}

// Centre is where N values lie.
type Centre struct {
	N                      int
	Median, Mean, Interval string
}

// Share is how many of how many.
type Share struct{ Count, Percent, Interval string }
