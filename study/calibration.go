package study

import (
	"slices"
	"time"
)

// CalibrationID is the identity of a calibration in the database.
type CalibrationID int64

// Calibration is a measurement of a study's networks on the machine that serves the study. It shows,
// for example to a reviewer, whether participants had the networks that the study states.
// It is made before participants come and belongs to no session.
type Calibration struct {
	ID       CalibrationID
	Study    StudyID
	Of       string              // the measured design, as in "version 2" or "the draft"
	Networks []CalibratedNetwork // the networks to measure
	By       string              // name of the experimenter
	Way      LinkWay             // how the server makes links; a Finding has a Way of its own
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
	Says string // Network.String; equal strings mean equal networks
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

// Machine is the computer on which something was measured. Unknown fields are empty.
type Machine struct {
	CPU    string // model
	Cores  int
	Kernel string
	Go     string  // version of its runtime
	Memory int64   // bytes
	Load   float64 // average over the minute before
	Others float64 // cores that other processes used during the measurement, on average
}

// Same reports whether m and n look like the same computer with the same kernel.
func (m Machine) Same(n Machine) bool {
	return m.CPU == n.CPU && m.Cores == n.Cores && m.Kernel == n.Kernel
}

// busyShare is the share of one core that other processes may use before a report calls its figures doubtful.
const busyShare = 0.25

// Busy reports whether other programs used so much of m that they may have changed the figures.
func (m Machine) Busy() bool { return m.Others > busyShare }

// Finding is one measured quantity of one network.
type Finding struct {
	Network string  // by its name in the design
	During  string  // the phase of its schedule, as in "from 60 s for 10 s: outage"; empty outside of phases
	Way     LinkWay // how the measured link was made
	Name    string  // short, as in rtt or goodput_down
	What    string  // in words, as in "goodput down"
	Set     string  // what the study sets, in words

	Unit     string  // of the figures below
	Known    bool    // Expected means something
	Expected float64 // the value that a network which does exactly what was set would have
	How      string  // how Expected was computed, or why it is not known
	Measured float64
	Low      float64 // the smallest of the values that Measured summarises; equal to Measured if there is only one
	High     float64 // the largest of these values

	Promised  bool    // the quantity has a bar: Error, Bar and ErrorUnit are set
	Error     float64 // how far Measured is off, with its sign, in ErrorUnit
	Bar       float64 // the largest absolute value that Error may have
	ErrorUnit string
	OK        bool // Error is within Bar; true if the quantity has no bar
}

// Unmeasured is something that a calibration did not measure.
type Unmeasured struct {
	Network string
	During  string // as in Finding
	What    string // as in "loss"
	Why     string // as in "links of this kind carry no packets but TCP's"
}

// Within returns how many networks of c have all their findings within their bars, and the names of
// the networks with a finding beyond its bar. A network without findings is in neither.
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

// Passed returns the networks that carry traffic in d. Equal networks under two names are
// returned once, under the first name.
func (d Design) Passed() []NamedNetwork {
	if !slices.ContainsFunc(d.Methods, func(a Access) bool { return a.Method.Networked() }) {
		return nil
	}
	var all []NamedNetwork
	for _, n := range d.searched() {
		if !slices.ContainsFunc(all, func(m NamedNetwork) bool { return m.Network.Equal(n.Network) }) {
			all = append(all, n)
		}
	}
	return all
}

// CalibrationStanding says what calibrations tell about the networks of a design.
type CalibrationStanding string

// The standings.
const (
	NotCalibrated     CalibrationStanding = "not calibrated"
	CalibratedWithin  CalibrationStanding = "within"         // every finding is within its bar
	CalibratedBeyond  CalibrationStanding = "beyond"         // a finding is beyond its bar, or a network has none
	CalibratedBefore  CalibrationStanding = "design changed" // the calibration lacks a network of the design
	CalibratedOutside CalibrationStanding = "elsewhere"      // these networks were measured, but on links of another way or on another machine
)

// Calibrated returns the standing of d on the machine here, which makes links in the given way, and
// the calibration that decided it. all are the calibrations of the study, newest first; only
// finished ones count.
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
