package netembench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// A Calibrator measures the networks of a study with the means of the bench: for each quantity
// what the study set, what a link that is true to it shows, and what this one shows.
//
// It opens a link of its own for every measurement. Some are of the network without a part of
// it, since that would hide what is measured: loss without the bandwidth, whose queue drops
// packets too; a trace by itself, with a queue that never runs empty.
type Calibrator struct {
	Open   func(n study.Network, seed uint64) (netem.Link, study.LinkWay, error)
	Traces *netem.Traces // nil: those that come with the program
	Seed   func() uint64 // draws the seed of a new link's chance; nil: always the same
}

// Progress is how far a calibration is.
type Progress struct {
	Network, Networks int    // which is measured, from 1, and of how many
	Name              string // of that network
	What              string // as in "goodput down"
	Share             float64
	Left              time.Duration // about
}

// Found is what a calibration found, as far as it came.
type Found struct {
	Machine    study.Machine
	Findings   []study.Finding
	Unmeasured []study.Unmeasured
}

// subject is a network, or a phase of one, that is measured.
type subject struct {
	number  int // of the network, from 1
	name    string
	during  string        // the phase, in words; empty for the network itself
	n       study.Network // without a schedule
	healthy study.Network // n as it is outside of its phases
}

// piece is one measurement.
type piece struct {
	subject
	what    string
	takes   time.Duration // about
	measure func(context.Context, subject) ([]study.Finding, error)
}

// Takes returns about how long it takes to calibrate the networks.
func (c Calibrator) Takes(networks []study.NamedNetwork) (total time.Duration) {
	for _, p := range c.pieces(networks) {
		total += p.takes
	}
	return total
}

// Run measures the networks, one after the other, and tells show how far it is. When ctx ends it
// returns what it has found so far, with the cause.
func (c Calibrator) Run(ctx context.Context, networks []study.NamedNetwork, show func(Progress)) (Found, error) {
	var found Found
	for i, n := range networks {
		found.Unmeasured = append(found.Unmeasured, unmeasurable(i, n)...)
	}
	pieces, total, done := c.pieces(networks), c.Takes(networks), time.Duration(0)
	sections := make([]bench.Section, 0, len(pieces))
	for _, p := range pieces {
		sections = append(sections, bench.Section{Name: p.what, Measure: func(ctx context.Context, _ bench.Setting) ([]bench.Row, error) {
			show(Progress{
				Network: p.number, Networks: len(networks), Name: p.name, What: p.what,
				Share: float64(done) / float64(total), Left: total - done,
			})
			done += p.takes
			got, err := p.run(ctx)
			found.Findings = append(found.Findings, got...)
			if unable := (bench.Unable{}); errors.As(err, &unable) {
				found.Unmeasured = append(found.Unmeasured, study.Unmeasured{Network: p.name, During: p.during, What: p.what, Why: unable.Why})
				return nil, nil
			}
			return nil, err
		}})
	}
	report, err := bench.Bench{Name: "calibrate", Sections: sections}.Run(ctx, bench.Options{})
	found.Machine = study.Machine(report.Machine)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return found, err
}

// ThisMachine is the machine on which this runs, so far as a calibration can know it before.
func ThisMachine() study.Machine { return study.Machine(bench.ThisMachine()) }

// run measures p, unless that takes far too long: over some networks nothing comes to an end. A
// network that this way of making links cannot do, or whose trace is gone, cannot be measured.
func (p piece) run(ctx context.Context) ([]study.Finding, error) {
	limit := 3*p.takes + 15*time.Second
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	got, err := p.measure(timed, p.subject)
	switch {
	case err == nil || ctx.Err() != nil:
		return got, err
	case timed.Err() != nil:
		return got, bench.Unable{Why: fmt.Sprintf("it had no end after %v", limit.Round(time.Second))}
	case study.Sentence(err) != "":
		return got, bench.Unable{Why: study.Sentence(err)}
	}
	return got, err
}

// phasesMost is how many phases of one schedule are measured.
const phasesMost = 6

// subjects returns what there is to measure of a network: itself, and each of its phases that
// is unlike the others.
func subjects(i int, named study.NamedNetwork) (all []subject, left int) {
	base := named.Network
	base.Schedule = study.Schedule{}
	all = []subject{{number: i + 1, name: named.Name, n: base, healthy: base}}
	seen := map[string]bool{base.String(): true}
	for _, p := range named.Network.Schedule.Phases {
		now, _ := named.Network.At(p.From)
		switch {
		case seen[now.String()]:
		case len(all) > phasesMost:
			left++
		default:
			seen[now.String()] = true
			all = append(all, subject{number: i + 1, name: named.Name, during: p.Within(named.Network), n: now, healthy: base})
		}
	}
	return all, left
}

// pieces lists everything that is measured, in order.
func (c Calibrator) pieces(networks []study.NamedNetwork) (all []piece) {
	for i, n := range networks {
		measured, _ := subjects(i, n)
		for _, s := range measured {
			all = append(all, c.piecesOf(s)...)
		}
	}
	return all
}

func (c Calibrator) piecesOf(s subject) []piece {
	if s.n.Outage {
		return []piece{{s, "outage", time.Second, c.outage}}
	}
	all := []piece{{s, "round trips", time.Duration(tripsOf(s.n)) * (s.n.RTT + 5*time.Millisecond), c.trips}}
	for _, d := range []study.Direction{study.Downward, study.Upward} {
		warm, span := transferTimes(s.n, d)
		all = append(all, piece{s, "goodput " + d.String(), warm + span, c.goodput(d)})
	}
	if s.n.Down > 0 && s.n.Up > 0 {
		warm, span := transferTimes(s.n, study.Downward)
		if s.during == "" {
			all = append(all, piece{s, "goodput both ways", warm + span, c.bothWays})
		}
		all = append(all, piece{s, "packets both ways", floodSpan(s.n), c.packets})
	}
	if s.n.Loss > 0 {
		all = append(all, piece{s, "loss", time.Second, c.loss})
	}
	for _, d := range []study.Direction{study.Downward, study.Upward} {
		if s.n.Trace(d) != "" && s.during == "" {
			all = append(all, piece{s, "trace " + d.String(), traceSpan, c.trace(d)})
		}
	}
	return all
}

// unmeasurable returns what of a network is never measured here.
func unmeasurable(i int, named study.NamedNetwork) (all []study.Unmeasured) {
	add := func(is bool, what, why string, args ...any) {
		if is {
			all = append(all, study.Unmeasured{Network: named.Name, What: what, Why: fmt.Sprintf(why, args...)})
		}
	}
	_, left := subjects(i, named)
	add(left > 0, "phases of the schedule", "%d more would take too long", left)
	add(len(named.Network.Schedule.Phases) > 0, "when its phases begin", "it would take as long as the schedule; the events of every trial say it")
	add(named.Network.Duplicate > 0, "duplicates", "there is no measure of them here")
	add(named.Network.Reorder > 0, "reordered packets", "there is no measure of them here")
	return all
}

// Report returns a calibration in the form of a bench: for each finding the figure, and, where
// something was promised, its error. What is missing stands in Skipped.
func Report(c study.Calibration) bench.Report {
	r := bench.Report{
		Bench: "calibrate", Version: c.Program, Machine: bench.Machine(c.Machine), Rows: []bench.Row{},
		Seconds: c.EndedAt.Sub(c.StartedAt).Seconds(),
	}
	under := func(network, during string) string {
		if during == "" {
			return network
		}
		return network + ", " + during
	}
	for _, f := range c.Findings {
		condition := under(f.Network, f.During)
		row := bench.Told(f.Measured).As(f.Name, condition, f.Unit)
		if f.Known {
			row = row.Against(f.Expected)
		}
		r.Rows = append(r.Rows, row)
		if f.Promised {
			r.Rows = append(r.Rows, bench.AtMost(f.Bar, math.Abs(f.Error)).As(f.Name+"_error", condition, f.ErrorUnit))
		}
	}
	for _, u := range c.Unmeasured {
		r.Skipped = append(r.Skipped, bench.Skipped{Section: under(u.Network, u.During) + ": " + u.What, Why: u.Why})
	}
	return r
}
