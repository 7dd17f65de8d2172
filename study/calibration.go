package study

import (
	"slices"
	"time"
)

// CalibrationID is the identity of a calibration in the database.
type CalibrationID int64

// Calibration is a measurement of a study's networks on the machine that serves it: what a
// reviewer can be shown who asks whether participants had the networks that the study states.
// It is made before they come, and is no part of any session's data.
type Calibration struct {
	ID       CalibrationID
	Study    StudyID
	Of       string              // which design it is of, as in "version 2" or "the draft"
	Networks []CalibratedNetwork // what was to be measured
	By       string              // name of the experimenter
	Way      LinkWay             // in which the server makes links; a Finding has its own
	Program  string              // version of this program
	Machine  Machine

	StartedAt, EndedAt time.Time // EndedAt is zero while it runs
	State              CalibrationState
	Cause              string // why it did not finish, as a sentence
	Findings           []Finding
	Unmeasured         []Unmeasured
}

// CalibratedNetwork is one network of a calibration.
type CalibratedNetwork struct {
	Name string
	Says string // Network.String: two networks that say the same are the same
}

// CalibrationState is how far a calibration has come.
type CalibrationState string

// The states. All but the first are final.
const (
	CalibrationRuns        CalibrationState = "running"
	CalibrationFinished    CalibrationState = "finished"
	CalibrationStopped     CalibrationState = "stopped"     // by an experimenter, or because a participant began
	CalibrationFailed      CalibrationState = "failed"      // something went wrong
	CalibrationInterrupted CalibrationState = "interrupted" // the server stopped meanwhile
)

// Ended reports whether s is final.
func (s CalibrationState) Ended() bool {
	return slices.Contains([]CalibrationState{
		CalibrationFinished, CalibrationStopped, CalibrationFailed, CalibrationInterrupted,
	}, s)
}

// Machine is the computer on which something was measured. What nobody knows is empty.
type Machine struct {
	CPU    string // model
	Cores  int
	Kernel string
	Go     string  // version of its runtime
	Memory int64   // bytes
	Load   float64 // average over the minute before
	Others float64 // cores that other processes used meanwhile, on average
}

// Same reports whether m and n look like the same computer with the same kernel.
func (m Machine) Same(n Machine) bool {
	return m.CPU == n.CPU && m.Cores == n.Cores && m.Kernel == n.Kernel
}

// busyShare is how much of one core others may use before figures are said to be doubtful.
const busyShare = 0.25

// Busy reports whether other programs used so much of m that what was measured may be theirs.
func (m Machine) Busy() bool { return m.Others > busyShare }

// Finding is one quantity of one network, as it was measured.
type Finding struct {
	Network string  // by its name in the design
	During  string  // the phase of its schedule, as in "from 60 s for 10 s: outage"; empty for the network itself
	Way     LinkWay // in which this link was made
	Name    string  // short, as in rtt or goodput_down
	What    string  // in words, as in "goodput down"
	Set     string  // what the study sets, in words

	Unit     string  // of the figures below
	Known    bool    // Expected means something
	Expected float64 // of a network that is as it was set
	How      string  // how Expected was computed, or why it is not known
	Measured float64
	Low      float64 // the least and the most of what Measured stands for; equal to it where it is one figure
	High     float64

	Promised  bool    // Error and Bar count
	Error     float64 // of Measured, with its sign, in ErrorUnit
	Bar       float64 // what the size of Error must not exceed
	ErrorUnit string
	OK        bool // within Bar; true where nothing is promised
}

// Unmeasured is something that a calibration did not measure.
type Unmeasured struct {
	Network string
	During  string // as in Finding
	What    string // as in "loss"
	Why     string // as in "links of this kind carry no packets but TCP's"
}

// Within returns how many of the networks of c have findings which all keep their promises, and
// the names of the others that have any.
func (c Calibration) Within() (within int, beyond []string) {
	ok := map[string]bool{}
	for _, f := range c.Findings {
		before, known := ok[f.Network]
		ok[f.Network] = f.OK && (before || !known)
	}
	for _, n := range c.Networks {
		switch good, known := ok[n.Name]; {
		case good:
			within++
		case known:
			beyond = append(beyond, n.Name)
		}
	}
	return within, beyond
}

// Passed returns the networks of d that something passes, each once: of two that are the same
// under two names, the first.
func (d Design) Passed() []NamedNetwork {
	if !slices.ContainsFunc(d.Methods, AccessMethod.Networked) {
		return nil
	}
	var all []NamedNetwork
	for _, n := range d.Networks {
		if !slices.ContainsFunc(all, func(m NamedNetwork) bool { return m.Network.Equal(n.Network) }) {
			all = append(all, n)
		}
	}
	return all
}

// CalibrationStanding says what is known of the networks of a design.
type CalibrationStanding string

// The standings.
const (
	NotCalibrated     CalibrationStanding = "not calibrated"
	CalibratedWithin  CalibrationStanding = "within"         // every promise was kept
	CalibratedBeyond  CalibrationStanding = "beyond"         // some were not
	CalibratedBefore  CalibrationStanding = "design changed" // there is one, of other networks
	CalibratedOutside CalibrationStanding = "elsewhere"      // of these networks, made another way or on another machine
)

// Calibrated says how d stands by the calibrations of its study, the newest first, on a machine
// that makes links in the given way; and by which of them. Only those that finished count.
func (d Design) Calibrated(all []Calibration, here Machine, way LinkWay) (CalibrationStanding, Calibration) {
	standing, by := NotCalibrated, Calibration{}
	for _, c := range all {
		if c.State != CalibrationFinished {
			continue
		}
		now := c.standing(d, here, way)
		if now == CalibratedWithin || now == CalibratedBeyond {
			return now, c
		}
		if standing == NotCalibrated || standing == CalibratedBefore && now == CalibratedOutside {
			standing, by = now, c
		}
	}
	return standing, by
}

func (c Calibration) standing(d Design, here Machine, way LinkWay) CalibrationStanding {
	for _, n := range d.Passed() {
		if !slices.ContainsFunc(c.Networks, func(m CalibratedNetwork) bool { return m.Says == n.Network.String() }) {
			return CalibratedBefore
		}
	}
	if !c.Machine.Same(here) || c.Way != way {
		return CalibratedOutside
	}
	if within, _ := c.Within(); within < len(c.Networks) {
		return CalibratedBeyond
	}
	return CalibratedWithin
}
