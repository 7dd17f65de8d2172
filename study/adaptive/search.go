package adaptive

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A Search follows a plan for one person. It has no other state than the answers so far: Search.Tell and Search.Pass change it, and a search that is told
// the same again is in the same state.
type Search struct {
	grid   *grid
	states map[string]state // by bandwidth
	trials []Trial
	silent int // trials that told nothing
}

// A Choice is the network that comes next, and why.
type Choice struct {
	Network   int     // its place in Plan.Networks
	NearFirst bool    // which method comes first
	Tells     float64 // by how much its answer is expected to lessen the uncertainty about the crossover, in bits
	Why       string  // a sentence, for the data
}

// New begins a search. Errors are those of Plan.Check.
func New(p Plan) (*Search, error) {
	p = p.Settled()
	if err := p.Check(); err != nil {
		return nil, err
	}
	s := &Search{grid: newGrid(p), states: map[string]state{}}
	for _, b := range p.bandwidths() {
		s.states[b] = s.grid.prior()
	}
	return s, nil
}

// Tell takes in an answer. An error says that there is no such network or answer.
func (s *Search) Tell(t Trial) error {
	if t.Network < 0 || t.Network >= len(s.grid.plan.Networks) || t.Answer < 0 || t.Answer >= answers {
		return fmt.Errorf("there is no answer %d over network %d", t.Answer, t.Network)
	}
	b := s.grid.plan.Networks[t.Network].Bandwidth
	s.states[b] = s.states[b].told(t.Network, t.Answer)
	s.trials = append(s.trials, t)
	return nil
}

// Pass takes in a trial that told nothing. It counts as one, so the next has chance of its own, and what is believed stays.
func (s *Search) Pass() { s.silent++ }

// done is how many trials there were.
func (s *Search) done() int { return len(s.trials) + s.silent }

// Beliefs are what is known, by bandwidth, in the order of the networks.
func (s *Search) Beliefs() (all []Belief) {
	for _, b := range s.grid.plan.bandwidths() {
		n := 0
		for _, t := range s.trials {
			if s.grid.plan.Networks[t.Network].Bandwidth == b {
				n++
			}
		}
		all = append(all, s.states[b].belief(b, n))
	}
	return all
}

// alike is up to which difference two networks tell equally much, in bits: less than rounding makes, so that chance decides and not the last digit.
const alike = 1e-9

// Next chooses. It returns false when the search is over. Bandwidths whose crossover is known well enough are left in peace.
func (s *Search) Next() (Choice, bool) {
	p := s.grid.plan
	if s.done() >= p.Trials {
		return Choice{}, false
	}
	beliefs := map[string]Belief{}
	for _, b := range s.Beliefs() {
		beliefs[b.Bandwidth] = b
	}
	best, most := []int(nil), 0.0
	for i, n := range p.Networks {
		if beliefs[n.Bandwidth].Width <= p.Width {
			continue
		}
		tells := s.tells(i)
		switch {
		case best == nil || tells > most+alike:
			best, most = []int{i}, tells
		case tells > most-alike:
			best = append(best, i)
		}
	}
	if best == nil {
		return Choice{}, false
	}
	rng := rand.New(rand.NewPCG(p.Seed, uint64(s.done())))
	c := Choice{Network: best[rng.IntN(len(best))], NearFirst: rng.IntN(2) == 0, Tells: most}
	n := p.Networks[c.Network]
	b := beliefs[n.Bandwidth]
	c.Why = fmt.Sprintf("Trial %d of at most %d: the crossover at %s is believed to lie in %v to %v, and %s is expected to tell %.3f bits about it, the most of the networks.", s.done()+1, p.Trials, n.Bandwidth, b.Low, b.High, n.Name, most)
	return c, true
}

// tells is by how much an answer over a network is expected to lessen the entropy of the crossover.
func (s *Search) tells(network int) float64 {
	now := s.states[s.grid.plan.Networks[network].Bandwidth]
	var after [answers][]float64 // how probable each crossover is together with the answer
	for a := range after {
		after[a] = make([]float64, len(s.grid.crossovers))
	}
	for i, l := range s.grid.chances[network] {
		c, w := i/s.grid.others, now.weights[i]
		for a := range after {
			after[a][c] += w * l[a]
		}
	}
	left := 0.0
	for _, joint := range after {
		chance := 0.0
		for _, w := range joint {
			chance += w
		}
		left += entropy(joint) + chance*math.Log2(chance) // chance times the entropy of joint/chance
	}
	return entropy(now.marginal()) - left
}
