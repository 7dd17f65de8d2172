package view

// Results is what one version of a study has found so far. Without a version, Hash is empty.
// Numbers are texts, in the units that their headings name.
type Results struct {
	Study              Study
	Version            int
	Hash               string
	Versions           []VersionOf // all of them, the newest first
	Alike              []int       // versions that differ from this one in wording only
	Pooled             bool        // whether the data of these are included
	Pilots             bool        // whether pilots are included
	Simulated          bool        // whether simulated participants are described, in place of people
	MadeUp             int         // visits of simulated participants in this version, which are left out if people are described
	Groups             []string    // between the participants; none in a study without
	Group              string      // whose data these are; empty: of all
	Factors            string      // names of the study's own factors; empty for none
	Sessions, Finished int
	Elsewhere          int      // sessions of other versions, which are left out
	Gone               int      // sessions of people who are excluded or have withdrawn, which are left out
	Trials             int      // number of trials that count
	Emulated           int      // number of these trials that ran on an emulated processor
	Odd                []string // sentences about rows that cannot be counted
	Measures           []Measure
	Rows               []ResultRow
	Repeated           bool               // whether somebody has done several trials in one condition
	Fitted             []Fitted           // the curves, and then the tests of each outcome
	Sections           map[string]Section // by their IDs; what has nothing to show is not there
}

// Searches reports whether the study searches for the crossover. Then nothing is described by condition: who met one follows from what they had answered.
func (v Results) Searches() bool {
	_, is := v.Sections["search"]
	return is
}

// ofPeople returns v for the address of what people gave.
func (v Results) ofPeople() Results {
	v.Simulated = false
	return v
}

// ofSimulated returns v for the address of what was made up.
func (v Results) ofSimulated() Results {
	v.Simulated = true
	return v
}

// VersionOf is a version of a study, with how many people have taken part in it.
type VersionOf struct{ Number, Visits int }

// Measure is a number that is computed from the answers to one instrument.
type Measure struct{ Name, Meaning, Unit string }

// Drawing is a figure as SVG or, if it cannot be drawn, a sentence that says why. So only the
// figure is missing, and not the whole page.
type Drawing struct {
	Name     string // tells it from the other figures of its page
	SVG, Odd string
}

// ResultRow is the results of one condition.
type ResultRow struct {
	Method, Network, Task string
	Levels                string   // of the study's own factors
	Trials, Doers         int      // trials that count, and who did them
	Ratings               []Centre // one for each element of Results.Measures
	Completed             Share
	Time                  Centre // time on task
	People                int    // number of people who got a visible answer to an input
	Inputs                int
	Median, P95, Crisp    string // of response times
	Unanswered            string
}

// Centre is the middle of a sample of N values.
type Centre struct {
	N                      int
	Median, Mean, Interval string
}

// Share is a share: as a count such as 3/4, in percent, and as a confidence interval.
type Share struct{ Count, Percent, Interval string }

// Fitted is what is computed when somebody asks for it: the address of its page, and that of what a page takes in.
type Fitted struct{ Title, Address, Part string }
