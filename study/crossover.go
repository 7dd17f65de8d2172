package study

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/study/adaptive"
)

// Crossover says that a study has no grid: it looks for the round trip at which people find two access methods equally good. The zero Crossover is that of a study
// with a grid.
//
// A participant does pairs of trials: the same task with both methods over one network. Which network comes next follows from how they rated the pairs
// before, see package adaptive. So nobody knows a plan beforehand; the trials of a pair are laid out when the pair before it is over.
type Crossover struct {
	Near        string        // the level of the access method that is expected to do well where the round trip is short
	Far         string        // the level that is expected to do better where it is long
	Networks    []string      // among which it chooses; none: among all of the design. Nobody meets the others
	Rating      string        // the question by which both are compared, as in satisfaction.satisfaction
	LowIsGood   bool          // of that question the low end is the good one, as of annoyance
	Least, Most time.Duration // between which round trips the crossover lies; all between are equally probable beforehand, on a logarithmic scale
	Lapse       float64       // share of pairs whose ratings say nothing; 0 for 4 %
	Width       float64       // a crossover is known well enough when its interval of 95 % is this narrow, in octaves; 0: never
	Pairs       int           // at most so many for each participant
}

// MaxPairs is how many pairs a participant can do.
const MaxPairs = MaxTrials / 2

// Empty reports whether the study has a grid.
func (c Crossover) Empty() bool {
	return c.Near+c.Far+c.Rating == "" && len(c.Networks) == 0 && !c.LowIsGood && c.Least == 0 && c.Most == 0 && c.Lapse == 0 && c.Width == 0 && c.Pairs == 0
}

// Asked returns the instrument and the question by which the methods are compared.
func (c Crossover) Asked() (instrument, question string, is bool) {
	return strings.Cut(c.Rating, ".")
}

// Searches reports whether the study looks for a crossover, so that its plan is not known beforehand.
func (d Design) Searches() bool { return !d.Crossover.Empty() }

// searched returns the networks among which a search chooses; all of the design if it does not search.
func (d Design) searched() []NamedNetwork {
	return chosen(d.Networks, func(n NamedNetwork) string { return n.Name }, d.Crossover.Networks)
}

// SearchPlan is how the search is made of the participant with the given sequence: each has chance of their own.
func (d Design) SearchPlan(sequence int) adaptive.Plan {
	c := d.Crossover
	p := adaptive.Plan{
		Least: c.Least, Most: c.Most, Lapse: c.Lapse, Width: adaptive.Octaves(c.Width), Trials: c.Pairs,
		Seed: rand.New(rand.NewPCG(d.Seed, uint64(sequence))).Uint64(),
	}
	for _, n := range d.searched() {
		p.Networks = append(p.Networks, adaptive.Network{Name: n.Name, Bandwidth: n.Network.bandwidth(), RTT: n.Network.RTT})
	}
	return p.Settled()
}

// bandwidth names the bandwidths of a network. Networks with one name share a crossover.
func (n Network) bandwidth() string {
	in := func(trace string, rate Bitrate) string {
		switch {
		case trace != "":
			return "trace " + trace
		case rate == 0:
			return "unlimited"
		}
		return strconv.FormatFloat(rate.Mbps(), 'g', -1, 64) + " Mbps"
	}
	down, up := in(n.TraceDown, n.Down), in(n.TraceUp, n.Up)
	if down == up {
		return down
	}
	return down + " down, " + up + " up"
}

// Pair is two trials with the same task over one network, one with each method.
type Pair [2]Trial

// pair returns the pair with the given number, counted from 0, that a choice stands for. Tasks come in turn, and so do their forms.
func (d Design) pair(sequence, number int, c adaptive.Choice, told string) (p Pair) {
	methods := [2]string{d.Crossover.Near, d.Crossover.Far}
	if !c.NearFirst {
		methods = [2]string{methods[1], methods[0]}
	}
	task := d.Tasks[(sequence+number)%len(d.Tasks)]
	network := d.searched()[c.Network]
	for i, level := range methods {
		x := Condition{Access: d.Methods[d.methodAt(level)], Network: network, Task: task}
		if n := len(task.Forms); n > 0 {
			x = x.InForm(task.Forms[(sequence+number/len(d.Tasks)*2+i)%n].Name)
		}
		p[i] = Trial{Position: 2*number + i + 1, Condition: x, Why: c.Why, Told: told}
	}
	return p
}

// methodAt returns the place of a level of the access method; -1 if there is none.
func (d Design) methodAt(level string) int {
	return slices.IndexFunc(d.Methods, func(a Access) bool { return a.Level() == level })
}

// Laid returns the trials that a participant with the given sequence has from the beginning: practice and the whole plan or, where the study searches, practice and
// the first pair.
func (d Design) Laid(sequence int) (trials []Trial) {
	if c, ok := d.PracticeCondition(); ok {
		trials = append(trials, Trial{Condition: c})
	}
	if d.Searches() {
		return append(trials, d.firstPair(sequence)...)
	}
	for i, c := range d.Plan(sequence) {
		trials = append(trials, Trial{Position: i + 1, Condition: c})
	}
	return trials
}

// firstPair returns the pair that a search begins with. A draft that cannot be followed yet has none.
func (d Design) firstPair(sequence int) []Trial {
	pair, more := d.next(sequence, nil, nil)
	if !more {
		return nil
	}
	return pair[:]
}

// NextPair returns the trials that are to be laid out now: those of the next pair, if the study searches, the pair before is over and the search is not. It follows
// from the design, the place of the participant and what is on record of their trials, and from nothing else. ratings are those of the session, by trial.
func (s Session) NextPair(ratings map[TrialID][]Rating) []Trial {
	d := s.Design()
	if !d.Searches() || !s.Assignment.Taken() || s.Assignment.Ruling.State == PlaceWithdrawn { // which cannot be taken back; who is dropped or excluded may be let go on
		return nil
	}
	var done []Trial
	for _, t := range s.Trials {
		if t.Practice() {
			continue
		}
		if !d.over(t) {
			return nil
		}
		done = append(done, t)
	}
	pair, more := d.next(s.Assignment.Place.Sequence, done, ratings)
	if !more {
		return nil
	}
	return pair[:]
}

// over reports whether a trial has told what it can: it is rated, or will never be.
func (d Design) over(t Trial) bool {
	id, _, _ := d.Crossover.Asked()
	last := t.Last()
	return last.State == Finished && (last.Outcome == EndedByExperimenter || slices.Contains(t.Rated, id))
}

// next returns the pair after those that are done, if there is one.
func (d Design) next(sequence int, done []Trial, ratings map[TrialID][]Rating) (Pair, bool) {
	number := len(done) / 2
	if number >= d.Crossover.Pairs || len(d.Tasks) == 0 || d.methodAt(d.Crossover.Near) < 0 || d.methodAt(d.Crossover.Far) < 0 {
		return Pair{}, false
	}
	return d.after(sequence, networksOf(done), d.told(done, ratings))
}

// PairAfter returns the pair that a search lays out for the participant with the given sequence, after pairs over the given networks, in their order, that have told
// what [Trial.Told] says; false if there is none. So each choice that is on record can be made again.
func (d Design) PairAfter(sequence int, networks []string, told string) (Pair, bool) {
	return d.after(sequence, networks, strings.Fields(told))
}

func (d Design) after(sequence int, networks, told []string) (Pair, bool) {
	search, err := d.searchAfter(sequence, networks, told)
	if err != nil {
		return Pair{}, false // which the faults of the design say
	}
	c, more := search.Next()
	if !more {
		return Pair{}, false
	}
	return d.pair(sequence, len(told), c, strings.Join(told, " ")), true
}

// Words for what a pair has told: which method was rated higher.
var answerWords = [...]string{adaptive.Near: "near", adaptive.Equal: "equal", adaptive.Far: "far"}

// toldNothing stands for a pair that tells nothing.
const toldNothing = "nothing"

// told says what the pairs that are done tell now, a word each. A pair of which one trial has no answer, or is excluded now, tells nothing.
func (d Design) told(done []Trial, ratings map[TrialID][]Rating) (words []string) {
	for i := 0; i+1 < len(done); i += 2 {
		answer, is := d.answered(done[i:i+2], ratings)
		if !is {
			words = append(words, toldNothing)
			continue
		}
		words = append(words, answerWords[answer])
	}
	return words
}

// networksOf names the network of each pair.
func networksOf(done []Trial) (names []string) {
	for i := 0; i+1 < len(done); i += 2 {
		names = append(names, done[i].Condition.Network.Name)
	}
	return names
}

// Searched returns the search of a participant after the trials that are done, which are pairs in their order, by what they tell now.
func (d Design) Searched(sequence int, done []Trial, ratings map[TrialID][]Rating) (*adaptive.Search, error) {
	return d.searchAfter(sequence, networksOf(done), d.told(done, ratings))
}

// searchAfter returns the search of a participant after pairs over some networks, each of which has told a word.
func (d Design) searchAfter(sequence int, networks, told []string) (*adaptive.Search, error) {
	if len(networks) != len(told) {
		return nil, fmt.Errorf("%d pairs of which %d have told something: %w", len(networks), len(told), ErrInvalid)
	}
	plan := d.SearchPlan(sequence)
	search, err := adaptive.New(plan)
	if err != nil {
		return nil, err
	}
	for i, word := range told {
		answer := slices.Index(answerWords[:], word)
		at := slices.IndexFunc(plan.Networks, func(n adaptive.Network) bool { return n.Name == networks[i] })
		if answer < 0 || at < 0 {
			search.Pass()
			continue
		}
		if err := search.Tell(adaptive.Trial{Network: at, Answer: adaptive.Answer(answer)}); err != nil {
			return nil, fmt.Errorf("pair %d: %w", i+1, err)
		}
	}
	return search, nil
}

// answered returns which method of a pair is rated higher.
func (d Design) answered(pair []Trial, ratings map[TrialID][]Rating) (adaptive.Answer, bool) {
	var near, far float64
	for _, t := range pair {
		x, rated := d.Crossover.rated(ratings[t.ID])
		if !rated || t.Ruling.Excluded || t.Last().Outcome == EndedByExperimenter {
			return 0, false
		}
		switch t.Condition.Access.Level() {
		case d.Crossover.Near:
			near = x
		case d.Crossover.Far:
			far = x
		default:
			return 0, false
		}
	}
	return d.Crossover.Better(near, far), true
}

// Better returns which of two ratings is the better one.
func (c Crossover) Better(near, far float64) adaptive.Answer {
	if c.LowIsGood {
		near, far = far, near
	}
	switch {
	case near > far:
		return adaptive.Near
	case far > near:
		return adaptive.Far
	}
	return adaptive.Equal
}

// rated returns the answer to the question by which methods are compared.
func (c Crossover) rated(ratings []Rating) (x float64, is bool) {
	id, question, _ := c.Asked()
	for _, r := range ratings {
		for _, a := range r.Answers {
			if r.Instrument == id && a.Item == question {
				x, err := strconv.ParseFloat(a.Value, 64)
				return x, err == nil
			}
		}
	}
	return 0, false
}
