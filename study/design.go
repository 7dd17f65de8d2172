package study

import (
	"iter"
	"slices"
	"time"

	"vmstudy/study/instrument"
)

// Design is what an experimenter lays out: the Methods section of the paper to come.
// A published design never changes; see Version.
type Design struct {
	Languages   []Language // in which participants can read the study; the first is the one it is written in; none means English
	Title       Wording
	Consent     Wording  // what a participant agrees to; plain text, paragraphs parted by blank lines
	Thanks      Wording  // shown at the end; may be empty
	Markdown    bool     // the consent and the thanks are Markdown; else plain paragraphs
	Images      []Image  // that its texts show, if they are Markdown
	Appliance   string   // the name of the installed appliance that the desktops are made from
	Methods     []Access // the levels of the factor access method
	Networks    []NamedNetwork
	Factors     []FreeFactor // further factors, crossed with the others
	Groups      []Group      // the levels of the factor between participants; none, or at least two
	Tasks       []Task       // the tasks that count
	Practice    *Task        // done once, first, with the local method; nil for no practice
	Visits      []Visit      // the second visit and those after it; none: everything is done in one
	About       string       // the instrument asked once at the beginning; empty for none
	Instruments []string     // the instruments asked after every trial that counts, in this order
	Closing     []string     // the instruments asked once, when all trials are done, in this order

	// What else is asked when; see Occasion.
	Screening, Opening, AfterPractice, AfterBlock, AfterVisit []string

	TurnAway   []instrument.When // who answers the screening so does not take part: one rule that is met is enough
	TurnedAway Wording           // what these people read

	// Questionnaires are instruments in the words in which the study asks them. One that is asked and not here is the first
	// version of the library's, as in designs from before there were any here.
	Questionnaires []instrument.Instrument

	LeaveOut    []string      // codes of combinations that are no conditions of this study
	First       []string      // codes of the conditions that everybody does first, in this order
	Crossover   Crossover     // a search in place of a grid; the zero Crossover is a grid
	Repetitions int           // how often each of the other conditions is done; 0 means once
	Blocks      Blocks        // whether trials are done in blocks
	Order       Order         // of the conditions, or of those of a block
	InARow      int           // for Random: at most so many trials with one access method in a row, inside a block; 0 for any
	Seed        uint64        // of every random choice in this study
	TrialLimit  time.Duration // how long a participant may work on one trial
	PauseEvery  int           // offer a pause after every PauseEvery trials; 0 for none
	PauseLeast  time.Duration // how long a pause takes at least; 0 for any length
	SetUp       time.Duration // what an appointment needs beside the session itself
	Record      RecordPolicy  // whether the screens of its trials are recorded
	RecordKeys  bool          // a recording says which key was pressed; else it says only that some key was pressed
	Clipboard   bool          // text may pass between the participant's computer and the desktop
	Preflight   Preflight     // what the participant's computer must have

	Preregistration Preregistration // what is said beforehand about the sample and the analysis

	License string // under which the data may be used, as an SPDX identifier; empty: that is not said

	Guests []Guest // what the appliances were when the design was published; none in a draft
}

// TrialsAtMost returns how many trials that count a participant does: one of the group that does most, or, where the study searches, one whose search ends last.
func (d Design) TrialsAtMost() (n int) {
	if d.Searches() {
		return 2 * d.Crossover.Pairs
	}
	for _, g := range d.Groups {
		n = max(n, d.For(g.Name).TrialsAtMost())
	}
	if len(d.Groups) > 0 {
		return n
	}
	if len(d.LeaveOut)+len(d.First) == 0 || !d.Countable() {
		return d.combinations() * d.rounds()
	}
	all := d.Conditions()
	first := 0
	for _, code := range d.First {
		if indexOf(all, code) >= 0 {
			first++
		}
	}
	return first + (len(all)-first)*d.rounds()
}

// Countable reports whether there are so few combinations of levels that they can be made. A study has no more; a draft may.
func (d Design) Countable() bool { return d.combinations() <= maxCombinations }

// combinations counts the conditions, those that are left out too, without making them.
func (d Design) combinations() (n int) {
	for c := range d.uncrossed() {
		if n += d.crossings(c); n > 1<<30 {
			return n // no computer could do them
		}
	}
	return n
}

// Conditions returns the combinations that are not left out, and that some group meets; where the study searches, those in the networks that it chooses among.
func (d Design) Conditions() []Condition {
	return slices.DeleteFunc(d.Combinations(), func(c Condition) bool {
		met := len(d.Groups) == 0 || slices.ContainsFunc(d.Groups, func(g Group) bool { return g.meets(c) })
		chosen := len(d.Crossover.Networks) == 0 || slices.Contains(d.Crossover.Networks, c.Network.Name)
		return !met || !chosen || slices.Contains(d.LeaveOut, c.Code())
	})
}

// Combinations returns every combination of access method, network, task and free levels. The local method uses no network,
// so it occurs once for each task, at NoNetwork.
func (d Design) Combinations() []Condition {
	var all []Condition
	for c := range d.uncrossed() {
		all = append(all, d.crossed(c)...)
	}
	return all
}

// uncrossed yields every combination of access method, network and task.
func (d Design) uncrossed() iter.Seq[Condition] {
	return func(yield func(Condition) bool) {
		for _, a := range d.Methods {
			networks := d.Networks
			if !a.Method.Networked() {
				networks = []NamedNetwork{NoNetwork}
			}
			for _, n := range networks {
				for _, t := range d.Tasks {
					if !yield(Condition{Access: a, Network: n, Task: t}) {
						return
					}
				}
			}
		}
	}
}

// PracticeCondition is the condition of the practice trial: the practice task, locally.
func (d Design) PracticeCondition() (Condition, bool) {
	if d.Practice == nil {
		return Condition{}, false
	}
	return Condition{Access: Access{Method: Local}, Network: NoNetwork, Task: *d.Practice}, true
}

// Questionnaire returns an instrument in the words of this study, if the study has words of its own for it.
func (d Design) Questionnaire(id string) (instrument.Instrument, bool) {
	i := slices.IndexFunc(d.Questionnaires, func(in instrument.Instrument) bool { return in.ID == id })
	if i < 0 {
		return instrument.Instrument{}, false
	}
	return d.Questionnaires[i], true
}

// Edition returns the version of an instrument that the study asks.
func (d Design) Edition(id string) int {
	if in, own := d.Questionnaire(id); own {
		return in.Version
	}
	return 1
}
