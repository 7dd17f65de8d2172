package report

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Data is what sections are made of: a version of a study, and the trials that count.
type Data struct {
	Design      study.Design            // as those meet it whose data these are
	Instruments []instrument.Instrument // asked after every trial, in this order
	Trials      []*Trial                // by participant and position
	Invited     int                     // people with a personal link; 0 where only those of one group are described
	Visits      []Visit                 // all of them, whether they count or not
	About       instrument.Instrument   // the questions about the person; the zero Instrument if there are none
	// Calibrations of the study, the oldest first; none for a reader who is blind.
	Calibrations []study.Calibration
	Notes        []Note // on trials that count, by participant and moment
	Blind        bool   // conditions are codes, the design names no planned comparison, and nobody knows who got which sequence: see study.Blinding
	Unplanned    string // why these are not the data that the design plans to analyse, as in "pilots are among them"; empty if they are
}

// A Trial is a trial that counts.
type Trial struct {
	Participant string // code
	Group       string // of the participant; empty in a study without groups
	Position    int    // in the session, from 1
	Condition   study.Condition
	Attempt     study.Attempt     // the one that counts
	Values      map[Asked]float64 // of measures
	Answers     map[Asked]float64 // to numeric questions
	Inputs      map[study.InputKind]Inputs
	Rated       time.Time     // when the last of the questions about it were answered; zero if not all are
	Goodput     study.Bitrate // payload towards the participant in the busiest second; 0 if it is not known
	Crisp       time.Time     // when the first crisp input was answered; zero if none was
}

// Asked names a measure or a numeric question of an instrument. Both may have the same name.
type Asked struct{ Instrument, ID string }

// Inputs are the timed inputs of one kind in one trial, without those of which nobody knows whether they were answered.
type Inputs struct {
	Answered []int32 // response times in microseconds, ascending
	Silent   int     // not answered within 10 s
}

// A value is a number of a trial, if it has it.
type value func(*Trial) (x float64, has bool)

// of returns the value of a measure.
func (a Asked) of(t *Trial) (float64, bool) {
	x, has := t.Values[a]
	return x, has
}

// answer returns the answer to a question.
func (a Asked) answer(t *Trial) (float64, bool) {
	x, has := t.Answers[a]
	return x, has
}

// byCondition returns the trials of each condition, by its code.
func (d Data) byCondition() map[string][]*Trial {
	all := map[string][]*Trial{}
	for _, t := range d.Trials {
		code := t.Condition.Code()
		all[code] = append(all[code], t)
	}
	return all
}

// observed returns what people have in a condition: the mean of each over their trials, which are not independent of each other.
func observed(trials []*Trial, of value, condition string) []stat.Observation {
	var all []stat.Observation
	for _, t := range trials {
		if x, has := of(t); has {
			all = append(all, stat.Observation{Participant: t.Participant, Condition: condition, Value: x})
		}
	}
	return stat.Reduced(all, stat.Mean)
}

func valuesOf(all []stat.Observation) []float64 {
	xs := make([]float64, len(all))
	for i, o := range all {
		xs[i] = o.Value
	}
	return xs
}

// Sum identifies the data: two with equal sums have the same trials, answers and outcomes. The design is not in it.
func (d Data) Sum() [sha256.Size]byte {
	h := sha256.New()
	for _, in := range d.Instruments {
		fmt.Fprintf(h, "%s %d\n", in.ID, in.Version)
	}
	for _, t := range d.Trials {
		fmt.Fprintf(h, "%q %q %d %q %q %d", t.Participant, t.Group, t.Position, t.Condition.Code(), t.Attempt.Outcome, t.Attempt.TimeOnTask())
		for _, of := range []map[Asked]float64{t.Values, t.Answers} {
			for _, a := range slices.SortedFunc(maps.Keys(of), func(a, b Asked) int {
				return cmp.Or(cmp.Compare(a.Instrument, b.Instrument), cmp.Compare(a.ID, b.ID))
			}) {
				fmt.Fprintf(h, " %s.%s=%g", a.Instrument, a.ID, of[a])
			}
			fmt.Fprint(h, ";")
		}
		fmt.Fprintln(h)
	}
	return [sha256.Size]byte(h.Sum(nil))
}
