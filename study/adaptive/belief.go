package adaptive

import (
	"math"
	"time"
)

// An Answer is which method somebody rated higher.
type Answer int

// The answers.
const (
	Near  Answer = iota // the one that does well where the round trip is short
	Equal               // both alike
	Far                 // the other one
	answers
)

// A Trial is an answer that was given over a network: its place in Plan.Networks.
type Trial struct {
	Network int
	Answer  Answer
}

// A Belief is what is known of the crossover at one bandwidth.
type Belief struct {
	Bandwidth string
	Trials    int
	Crossover time.Duration // the median
	Low, High time.Duration // an interval that has it with a probability of 95 %
	Width     Octaves       // from Low to High
	AtEnd     bool          // the interval reaches an end of what the plan takes for possible: the crossover may lie beyond it
}

// inside is how probable the interval of a belief is.
const inside = 0.95

// state is how probable each crossover is with each spread and tie: weights, of which the sum is 1.
type state struct {
	grid    *grid
	weights []float64 // crossover by crossover, each with all spreads, each with all ties
}

// grid has what does not change while a plan is followed.
type grid struct {
	plan       Plan
	crossovers []Octaves
	others     int                   // combinations of spread and tie
	chances    map[int][]likelihoods // by network: of each place of the weights
}

// likelihoods are how probable each answer is.
type likelihoods [answers]float64

func newGrid(p Plan) *grid {
	g := &grid{plan: p, others: len(p.Spreads) * len(p.Ties), chances: map[int][]likelihoods{}}
	for x := at(p.Least); x <= at(p.Most)+grain/2; x += grain {
		g.crossovers = append(g.crossovers, x)
	}
	for i, n := range p.Networks {
		for _, c := range g.crossovers {
			for _, s := range p.Spreads {
				for _, t := range p.Ties {
					g.chances[i] = append(g.chances[i], p.chances(float64((at(n.RTT)-c)/s), t))
				}
			}
		}
	}
	return g
}

// chances are those of the answers at a distance beyond the crossover, in spreads. Thurstone's model with ties and lapses: what is felt is the distance and
// normal noise, and what lies within the tie is called equal.
func (p Plan) chances(distance, tie float64) likelihoods {
	far, near := phi(distance-tie), phi(-distance-tie)
	l := likelihoods{Near: near, Equal: 1 - far - near, Far: far}
	for i := range l {
		l[i] = p.Lapse/float64(answers) + (1-p.Lapse)*max(0, l[i])
	}
	return l
}

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

// prior is what is believed before the first answer.
func (g *grid) prior() state {
	s := state{g, make([]float64, len(g.crossovers)*g.others)}
	for i := range s.weights {
		s.weights[i] = 1 / float64(len(s.weights))
	}
	return s
}

// told returns the state after an answer.
func (s state) told(network int, a Answer) state {
	next := state{s.grid, make([]float64, len(s.weights))}
	sum := 0.0
	for i, l := range s.grid.chances[network] {
		next.weights[i] = s.weights[i] * l[a]
		sum += next.weights[i]
	}
	for i := range next.weights {
		next.weights[i] /= sum // above 0, since lapses make every answer possible
	}
	return next
}

// marginal is how probable each crossover is.
func (s state) marginal() []float64 {
	all := make([]float64, len(s.grid.crossovers))
	for i, w := range s.weights {
		all[i/s.grid.others] += w
	}
	return all
}

// belief sums the state up. The interval leaves the same probability out on either side.
func (s state) belief(bandwidth string, trials int) Belief {
	m, b := s.marginal(), Belief{Bandwidth: bandwidth, Trials: trials}
	low, middle, high := s.quantile(m, (1-inside)/2), s.quantile(m, 0.5), s.quantile(m, (1+inside)/2)
	b.Crossover, b.Low, b.High, b.Width = middle.rtt(), low.rtt(), high.rtt(), high-low
	first, last := s.grid.crossovers[0], s.grid.crossovers[len(m)-1]
	b.AtEnd = low <= first+grain/2 || high >= last-grain/2
	return b
}

// quantile is where so much probability lies below. Each crossover stands for its surroundings of one grain.
func (s state) quantile(marginal []float64, share float64) Octaves {
	sum := 0.0
	for i, w := range marginal {
		if sum+w >= share && w > 0 {
			return s.grid.crossovers[i] + grain*Octaves((share-sum)/w-0.5)
		}
		sum += w
	}
	return s.grid.crossovers[len(marginal)-1]
}

// entropy is how uncertain the crossover is, in bits. It takes weights of any sum.
func entropy(marginal []float64) float64 {
	h := 0.0
	for _, w := range marginal {
		if w > 0 {
			h -= w * math.Log2(w)
		}
	}
	return h
}
