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

// A Calibrator measures the networks of a study by the methods of the bench. For each quantity it tells what the study
// set, what a correct link would show, and what this one shows.
//
// It opens a new link for every measurement. For some it leaves out a part of the network that would hide what is
// measured: loss is measured without the bandwidth, because its queue drops packets, too; and a trace is measured alone,
// with a queue that is never empty.
type Calibrator struct {
	Open   func(n study.Network, seed uint64) (netem.Link, study.LinkWay, error)
	Traces *netem.Traces // nil means those that come with the program
	Seed   func() uint64 // draws the seed of a new link; nil means that it is always the same
}

// Progress says how much of a calibration is done.
type Progress struct {
	Network, Networks int    // the number of the network that is measured, from 1; how many there are
	Name              string // of that network
	What              string // as in "goodput down"
	Share             float64
	Left              time.Duration // about
}

// Found is what a calibration has found so far.
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
	healthy study.Network // the network outside of its phases
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

// Run measures the networks, one after the other, and calls show with its progress. When ctx ends, it returns what it has
// found so far, and the cause as error.
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

// ThisMachine describes this computer, as far as that is known before a calibration.
func ThisMachine() study.Machine { return study.Machine(bench.ThisMachine()) }

// run measures p, but gives up if that takes far too long: over some networks nothing ever finishes. If this way of making
// links does not have what the network needs, or if its trace is missing, the network cannot be measured.
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

// subjects returns what is to be measured of a network: the network itself, and each of its phases that differs from all
// others. left is how many phases are not measured, because there are too many.
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

// unmeasurable returns what a calibration never measures of a network.
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

// Report returns a calibration as the report of a bench. It has a figure for each finding and, if something was promised,
// its error. Skipped has what could not be measured.
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
