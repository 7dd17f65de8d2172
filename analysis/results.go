package analysis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"vmstudy/analysis/report"
	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Results describes what one version of a study has found so far, by condition. It tests no
// hypothesis.
type Results struct {
	Version    study.Version
	Group      string // whose data these are; empty: of all
	Sessions   int    // sessions of this version that count
	Finished   int    // of Sessions: how many came to their end
	Elsewhere  int    // sessions of other versions, which are left out
	Gone       int    // sessions of people who are excluded or have withdrawn, which are left out
	Emulated   int    // trials that count but ran on an emulated processor: their times are longer than in real use
	Conditions []Result
	Odd        []Oddity    // in the order in which they were found
	Data       report.Data // the trials that count, of which the sections of a report are made
	asked      instruments
}

// An Oddity is a recorded row that makes no sense. Results list it and leave it out of every figure;
// other rows are not affected. The export has the row as it is.
type Oddity struct {
	Participant string // code
	Position    int    // of the trial
	What        string // as in "tlx: effort is “7.5”, and that is not one of its answers"
}

// Result describes one condition. study.AnalysisSet says which trials count, and which attempt at each. Statistics need values that are independent
// of each other, and two trials of one person are not: where a design repeats conditions, a person's mean over their trials is one value.
type Result struct {
	Condition  study.Condition
	Trials     int // trials that count
	People     int // who did these trials
	Ratings    []Rating
	Completed  stat.Proportion    // trials whose task the machine saw completed; if Repeated, its interval would be too narrow
	TimeOnTask Spread             // of each person's mean in seconds, whatever the outcome
	Responses  stat.ResponseTimes // of all interactions together
	Medians    []time.Duration    // the median response time of each participant
	Crisp      stat.Proportion    // answered in under 150 ms, of all inputs: what was never answered counts as slow
	Unanswered int                // inputs that no visible update answered, see study.Interaction.Silent
}

// Repeated reports whether somebody has done several trials in this condition.
func (r Result) Repeated() bool { return r.Trials > r.People }

// Rating is a measure of one instrument over the trials of a condition.
type Rating struct {
	Instrument string
	Measure    instrument.Measure
	Title      string    // of the instrument
	Values     []float64 // of each trial that has one
	Spread     Spread    // of each person's mean
}

// Spread is a summary and the 95 % interval of the mean.
type Spread struct {
	stat.Summary
	Interval *stat.Interval // nil for fewer than two values, and if all are equal: they say nothing of how others would spread
}

// spread describes the mean of each participant over their trials in one condition.
func spread(trials []stat.Observation) (Spread, error) {
	summary, err := stat.Summarize(numbersOf(stat.Reduced(trials, stat.Mean)))
	if errors.Is(err, stat.ErrTooFew) {
		return Spread{}, nil // N is 0
	}
	if err != nil {
		return Spread{}, err
	}
	s := Spread{Summary: summary}
	if in, err := summary.MeanInterval(); err == nil && summary.SD > 0 {
		s.Interval = &in
	}
	return s, nil
}

func numbersOf(all []stat.Observation) (xs []float64) {
	for _, o := range all {
		xs = append(xs, o.Value)
	}
	return xs
}

// Find reads one snapshot of what f chooses and describes it by the conditions of v, which asks some of the given instruments.
func Find(ctx context.Context, src Source, f Filter, v study.Version, asked []instrument.Instrument) (r Results, err error) {
	if src, err = Seen(ctx, src, f); err != nil {
		return r, err
	}
	err = src.Snapshot(ctx, func(src Source) error {
		r, err = find(ctx, src, f, v, asked)
		return err
	})
	return r, err
}

func find(ctx context.Context, src Source, f Filter, v study.Version, asked []instrument.Instrument) (Results, error) {
	g := newGathering(v, asked)
	g.out.Group, g.blind = f.Group, f.Blind
	g.set = study.AnalysisSet{Versions: f.Versions, Pilots: f.Pilots, At: f.At, Simulated: f.Simulated}
	if len(f.Versions) == 0 {
		g.set.Versions = []string{v.Hash}
	}
	for _, read := range []func(context.Context, Source, Filter) error{g.participants, g.sessions, g.responses, g.inputs, g.goodputs, g.calibrations, g.noted} {
		if err := read(ctx, src, f); err != nil {
			return Results{}, fmt.Errorf("results of version %d: %w", v.Number, err)
		}
	}
	return g.results()
}

// gathering collects raw values by condition while it reads the data once.
type gathering struct {
	version   study.Version
	set       study.AnalysisSet
	blind     bool // conditions are codes
	out       Results
	byCode    map[string]*gathered
	counted   map[study.TrialID]int // number of the attempt that counts
	counting  map[study.SessionID]bool
	ofTrial   map[study.TrialID]*gathered
	positions map[study.TrialID]int
	trials    map[study.TrialID]*report.Trial // that count
	inOrder   []*report.Trial
	notes     []report.Note       // on trials that count
	found     []study.Calibration // of the study
	invited   int                 // people with a personal link; 0 if only those of a group are asked for
	visits    []*report.Visit     // whether they count or not
	visitOf   map[string]*report.Visit
	answers   map[answered][]study.Answer
	order     []answered // the keys of answers in the order of reading, so that results are reproducible
}

// gathered are the raw values of one condition.
type gathered struct {
	condition study.Condition
	completed stat.Proportion
	people    map[string]bool             // by participant
	seconds   []stat.Observation          // of each trial
	responses map[string]stat.SortedTimes // by participant
	silent    int
	ratings   map[string][]stat.Observation // of each trial, by instrument and measure
}

// answered is one instrument filled in once.
type answered struct {
	participant string
	trial       study.TrialID // 0 if it is not about a trial
	position    int
	task        string // its name in the data
	code        string
	instrument  string
	apart       bool // it is about a trial and asked another time than after each, so that it is no rating of the trial's condition
	left        bool // it is about a trial that does not count: it has no score, and those of others may read it, as in the files of an export
}

func newGathering(v study.Version, asked []instrument.Instrument) *gathering {
	g := &gathering{
		version: v, out: Results{Version: v, asked: slices.Concat(asWritten(v.Design), asked)}, // the study's own are found first
		byCode: map[string]*gathered{}, counted: map[study.TrialID]int{}, counting: map[study.SessionID]bool{},
		ofTrial: map[study.TrialID]*gathered{}, positions: map[study.TrialID]int{}, trials: map[study.TrialID]*report.Trial{}, visitOf: map[string]*report.Visit{}, answers: map[answered][]study.Answer{},
	}
	for _, c := range v.Design.Conditions() {
		g.byCode[c.Code()] = &gathered{
			condition: c, people: map[string]bool{}, responses: map[string]stat.SortedTimes{}, ratings: map[string][]stat.Observation{},
		}
	}
	return g
}

func (g *gathering) session(f Filter, s study.Session) {
	why := g.set.Session(s)
	if f.Group != "" && s.Assignment.Place.Group != f.Group {
		return // another page describes them
	}
	g.visited(s, why)
	switch why {
	case study.OtherVersion:
		g.out.Elsewhere++
	case study.WasExcluded, study.HasWithdrawn:
		g.out.Gone++
	case study.Counts:
		g.counting[s.ID] = true
		g.out.Sessions++
		if !s.EndedAt.IsZero() {
			g.out.Finished++
		}
		for _, t := range s.Trials {
			g.trial(s, t)
		}
	}
}

// visited keeps who came, whether it counts or not.
func (g *gathering) visited(s study.Session, why study.WhyNot) {
	ruling := s.Assignment.Ruling
	v := &report.Visit{
		Participant: s.Participant.Code, Place: s.Assignment.Place, Placed: s.Assignment.Taken(), Why: why, Finished: !s.EndedAt.IsZero(), About: map[string]string{},
	}
	if why == study.WasExcluded {
		v.Ground, v.Reason, v.At = ruling.Ground, ruling.Why, ruling.At
	}
	for _, t := range s.Trials {
		if !t.Practice() {
			v.Trials = append(v.Trials, report.VisitTrial{Position: t.Position, Why: g.set.Trial(s, t), Ground: t.Ruling.Ground, Reason: t.Ruling.Why, At: t.Ruling.At})
		}
	}
	g.visits, g.visitOf[v.Participant] = append(g.visits, v), v
}

func (g *gathering) odd(participant string, position int, what string, args ...any) {
	g.out.Odd = append(g.out.Odd, Oddity{participant, position, fmt.Sprintf(what, args...)})
}

func (g *gathering) trial(s study.Session, t study.Trial) {
	c, last := g.byCode[t.Condition.Code()], t.Last()
	if c == nil || g.set.Trial(s, t) != study.Counts {
		return
	}
	who := s.Participant.Code
	c.people[who] = true
	c.completed.N++
	if last.Outcome == study.Completed {
		c.completed.Hits++
	}
	if took := last.TimeOnTask(); took > 0 {
		c.seconds = append(c.seconds, stat.Observation{Participant: who, Value: took.Seconds()})
	} else {
		g.odd(who, t.Position, "the time on task is %v: the server’s clock was set back meanwhile", took)
	}
	g.counted[t.ID], g.ofTrial[t.ID], g.positions[t.ID] = last.Number, c, t.Position
	kept := &report.Trial{
		Participant: who, Group: s.Assignment.Place.Group, Position: t.Position, Condition: t.Condition, Attempt: last, Rated: t.RatedAt, Values: map[report.Asked]float64{}, Answers: map[report.Asked]float64{},
	}
	g.trials[t.ID], g.inOrder = kept, append(g.inOrder, kept)
	if last.Desktop.Accelerator == "tcg" {
		g.out.Emulated++
	}
}

func (g *gathering) results() (Results, error) {
	g.score()
	g.out.Data = report.Data{Calibrations: g.found, Design: g.version.Design.For(g.out.Group), Instruments: g.out.asked.of(g.version.Design), Blind: g.blind, Notes: g.notes}
	g.out.Data.Invited, g.out.Data.Unplanned = g.invited, g.unplanned()
	g.out.Data.About, _ = g.out.asked.find(g.version.Design.About)
	for _, v := range g.visits {
		g.out.Data.Visits = append(g.out.Data.Visits, *v)
	}
	g.out.Data.Trials = g.inOrder
	for _, c := range g.version.Design.For(g.out.Group).Conditions() {
		r, err := g.byCode[c.Code()].result(g.out.asked.of(g.version.Design))
		if err != nil {
			return Results{}, fmt.Errorf("condition %s: %w", c.Code(), err)
		}
		g.out.Conditions = append(g.out.Conditions, r)
	}
	return g.out, nil
}

// unplanned says why the data are not all of those, and only those, that the design plans to analyse; nothing if they are.
func (g *gathering) unplanned() string {
	switch {
	case g.set.Simulated:
		return "simulated participants are no people"
	case g.set.Pilots:
		return "pilots are among these data"
	case g.out.Group != "":
		return "these are the data of one group only"
	case len(g.set.Versions) > 1:
		return "the data of other versions are among these"
	}
	return ""
}

func (c *gathered) result(asked []instrument.Instrument) (Result, error) {
	r := Result{
		Condition: c.condition, Trials: c.completed.N, People: len(c.people), Completed: c.completed, Unanswered: c.silent,
	}
	var err error
	if r.TimeOnTask, err = spread(c.seconds); err != nil {
		return Result{}, err
	}
	if r.Responses, r.Medians, err = c.times(); err != nil {
		return Result{}, err
	}
	if r.Responses.N > 0 {
		r.Crisp = r.Responses.Crisp()
	}
	r.Crisp.N += r.Unanswered
	for _, in := range asked {
		for _, m := range in.Measures {
			values := c.ratings[in.ID+"."+m.ID]
			s, err := spread(values)
			if err != nil {
				return Result{}, err
			}
			r.Ratings = append(r.Ratings, Rating{Instrument: in.ID, Measure: m, Title: in.Title.String(), Values: numbersOf(values), Spread: s})
		}
	}
	return r, nil
}
