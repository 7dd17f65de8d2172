package study

import (
	"time"
)

// Design is what an experimenter lays out: the Methods section of the paper to come.
// A published design never changes; see Version.
type Design struct {
	Title       string
	Consent     string // what a participant agrees to; plain text, paragraphs parted by blank lines
	Thanks      string // shown at the end; may be empty
	Appliance   string // the name of the installed appliance that the desktops are made from
	Methods     []AccessMethod
	Strategies  []Strategy // levels of the Stream method; none means BestStrategy, and codes of conditions do not name it
	Networks    []NamedNetwork
	Tasks       []Task   // the tasks that count
	Practice    *Task    // done once, first, with the local method; nil for no practice
	About       string   // the instrument asked once at the beginning; empty for none
	Instruments []string // the instruments asked after every trial that counts, in this order
	Order       Order
	Seed        uint64        // of every random choice in this study
	TrialLimit  time.Duration // how long a participant may work on one trial
	PauseEvery  int           // offer a pause after every PauseEvery trials; 0 for none
	SetUp       time.Duration // what an appointment needs beside the session itself
	Record      RecordPolicy  // whether the screens of its trials are recorded
	RecordKeys  bool          // a recording says which key was pressed; else it says only that some key was pressed
	Warm        bool          // streams begin with what the near cache has; else each begins with nothing
	Clipboard   bool          // text may pass between the participant's computer and the desktop
}

// Limits of a design. They keep a study within what one person can do in a day.
const (
	MaxTrials     = 200
	MaxLevels     = 24
	MinTrialLimit = 10 * time.Second
	MaxTrialLimit = 2 * time.Hour
	maxTitle      = 200
	maxText       = 20_000
)

// Validate reports the first reason why d cannot be published.
func (d Design) Validate() error {
	for _, check := range []func() error{d.checkTexts, d.checkLevels, d.checkNetworks, d.checkConduct} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (d Design) checkTexts() error {
	switch {
	case d.Title == "" || len(d.Title) > maxTitle:
		return invalid("a title of 1 to %d characters is needed", maxTitle)
	case d.Consent == "":
		return invalid("a consent text is needed: a participant must know what they agree to")
	case len(d.Consent) > maxText || len(d.Thanks) > maxText:
		return invalid("a text is longer than %d characters", maxText)
	case d.Appliance == "":
		return invalid("choose the appliance that the desktops are made from")
	}
	return nil
}

func (d Design) checkLevels() error {
	switch {
	case len(d.Methods) == 0:
		return invalid("choose at least one access method")
	case len(d.Tasks) == 0:
		return invalid("choose at least one task")
	case len(d.Methods) > MaxLevels || len(d.Networks) > MaxLevels || len(d.Tasks) > MaxLevels:
		return invalid("a factor has more than %d levels", MaxLevels)
	}
	seen := map[string]bool{}
	for _, m := range d.Methods {
		if !m.Valid() || seen[string(m)] {
			return invalid("access method %q is unknown or there twice", m)
		}
		seen[string(m)] = true
	}
	clear(seen)
	for _, s := range d.Strategies {
		if !s.Valid() || seen[string(s)] {
			return invalid("streaming strategy %q is unknown or there twice", s)
		}
		seen[string(s)] = true
	}
	clear(seen)
	for _, t := range d.Tasks {
		if t.ID == "" || seen[string(t.ID)] {
			return invalid("task %q has no name or is there twice", t.ID)
		}
		seen[string(t.ID)] = true
	}
	return nil
}

func (d Design) checkNetworks() error {
	seen := map[string]bool{}
	for _, n := range d.Networks {
		if n.Name == "" || len(n.Name) > 40 || seen[n.Name] {
			return invalid("network %q needs a name of 1 to 40 characters that no other has", n.Name)
		}
		seen[n.Name] = true
		if err := n.Network.Validate(); err != nil {
			return Refuse(ErrInvalid, "network %s: %s", n.Name, Sentence(err))
		}
		if n.Network.Outage {
			return invalid("network %s: nothing passes it: let an outage be a phase", n.Name)
		}
	}
	for _, m := range d.Methods {
		if m.Networked() && len(d.Networks) == 0 {
			return invalid("access method %s passes a network: add at least one", m)
		}
	}
	return nil
}

func (d Design) checkConduct() error {
	switch {
	case !d.Order.Valid():
		return invalid("order %q is unknown", d.Order)
	case d.TrialLimit < MinTrialLimit || d.TrialLimit > MaxTrialLimit:
		return invalid("the time limit of a trial must be from %g to %g s", MinTrialLimit.Seconds(), MaxTrialLimit.Seconds())
	case d.PauseEvery < 0 || d.PauseEvery > MaxTrials:
		return invalid("pauses come after 1 to %d trials, or 0 for none", MaxTrials)
	case d.SetUp < 0 || d.SetUp > 4*time.Hour:
		return invalid("set-up time must be from 0 to 240 minutes")
	case !d.Record.Valid():
		return invalid("whether to record must be one of never, ask, always")
	case d.trials() > MaxTrials:
		return invalid("%d trials are more than %d: leave out some levels", d.trials(), MaxTrials)
	}
	return nil
}

// trials counts Conditions without making them.
func (d Design) trials() int {
	n := 0
	for _, m := range d.Methods {
		if m.Networked() {
			n += len(d.Networks) * len(d.strategies(m))
		} else {
			n++
		}
	}
	return n * len(d.Tasks)
}

// strategies returns the strategies of method m: the chosen ones for Stream, else one empty Strategy.
func (d Design) strategies(m AccessMethod) []Strategy {
	if m != Stream || len(d.Strategies) == 0 {
		return []Strategy{""}
	}
	return d.Strategies
}

// Conditions returns every combination of method, network and task; Stream has one combination for
// each strategy. The local method uses no network, so it occurs once for each task, at NoNetwork.
func (d Design) Conditions() []Condition {
	all := make([]Condition, 0, d.trials())
	for _, m := range d.Methods {
		networks := d.Networks
		if !m.Networked() {
			networks = []NamedNetwork{NoNetwork}
		}
		for _, s := range d.strategies(m) {
			for _, n := range networks {
				for _, t := range d.Tasks {
					all = append(all, Condition{Method: m, Strategy: s, Network: n, Task: t})
				}
			}
		}
	}
	return all
}

// PracticeCondition is the condition of the practice trial: the practice task, locally.
func (d Design) PracticeCondition() (Condition, bool) {
	if d.Practice == nil {
		return Condition{}, false
	}
	return Condition{Method: Local, Network: NoNetwork, Task: *d.Practice}, true
}

// How long the parts of a session take, for Estimate. The figures are rough on purpose.
const (
	timeToConsent = 4 * time.Minute // consent, about you, debrief
	timeToLoad    = 20 * time.Second
	timeToRate    = 20 * time.Second // one instrument
	timeToRest    = time.Minute
	shareOfLimit  = 0.6 // an average trial takes this share of its time limit
)

// Estimate returns about how long one participant will take, without the set-up.
func (d Design) Estimate() time.Duration {
	n := d.trials()
	work := time.Duration(shareOfLimit * float64(d.TrialLimit))
	total := timeToConsent + time.Duration(n)*(timeToLoad+work+time.Duration(len(d.Instruments))*timeToRate)
	if d.Practice != nil {
		total += timeToLoad + work
	}
	if d.PauseEvery > 0 && n > 0 {
		total += time.Duration((n-1)/d.PauseEvery) * timeToRest
	}
	return total.Round(time.Minute)
}

// Plan returns the conditions of one participant in the order of the given sequence.
// sequence counts from 0; numbers from Sequences on begin again at 0.
func (d Design) Plan(sequence int) []Condition {
	all := d.Conditions()
	plan := make([]Condition, len(all))
	for i, c := range d.Order.Row(len(all), sequence, d.Seed) {
		plan[i] = all[c]
	}
	return plan
}

// Sequences returns how many different orders balance this design; see Order.
func (d Design) Sequences() int { return d.Order.Rows(d.trials()) }
