package adaptive_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/study/adaptive"
)

// plan has ten networks of one bandwidth, from 5 ms to 2.56 s, an octave apart.
func plan() adaptive.Plan {
	p := adaptive.Plan{Least: 5 * time.Millisecond, Most: 2560 * time.Millisecond, Seed: 7}
	for i := range 10 {
		p.Networks = append(p.Networks, adaptive.Network{Name: fmt.Sprint("n", i), Bandwidth: "10 Mbps", RTT: 5 * time.Millisecond << i})
	}
	return p
}

// somebody is a simulated participant.
type somebody struct {
	crossover, spread, tie, lapse float64 // octaves above 1 ms; octaves; spreads; share
	chance                        *rand.Rand
}

func newSomebody(n int) somebody {
	chance := rand.New(rand.NewPCG(17, uint64(n)))
	low, high := math.Log2(5), math.Log2(2560)
	return somebody{low + 1 + (high-low-2)*chance.Float64(), 0.3 + 0.7*chance.Float64(), 0.1 + 0.7*chance.Float64(), 0.04, chance}
}

func (s somebody) answer(n adaptive.Network) adaptive.Answer {
	if s.chance.Float64() < s.lapse {
		return adaptive.Answer(s.chance.IntN(3))
	}
	felt := (math.Log2(float64(n.RTT)/float64(time.Millisecond))-s.crossover)/s.spread + s.chance.NormFloat64()
	switch {
	case felt > s.tie:
		return adaptive.Far
	case felt < -s.tie:
		return adaptive.Near
	}
	return adaptive.Equal
}

func begun(t *testing.T, p adaptive.Plan) *adaptive.Search {
	t.Helper()
	s, err := adaptive.New(p)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tell(t *testing.T, s *adaptive.Search, network int, a adaptive.Answer) {
	t.Helper()
	if err := s.Tell(adaptive.Trial{Network: network, Answer: a}); err != nil {
		t.Fatal(err)
	}
}

// The full grid asks about each of ten networks four times. The search has half as many trials. Its intervals must be as narrow, in the mean over all
// people, and must hold the truth as often as they say: of 150 people at least 133, or chance alone made it fewer in less than one run of a thousand.
func TestASearchNeedsHalfTheTrialsOfTheFullGrid(t *testing.T) {
	const people, rounds = 150, 4
	p := plan()
	p.Trials = rounds * len(p.Networks) / 2
	grid, search, holds := 0.0, 0.0, 0
	for n := range people {
		all, who := begun(t, p), newSomebody(n)
		for range rounds {
			for i := range p.Networks {
				tell(t, all, i, who.answer(p.Networks[i]))
			}
		}
		grid += float64(all.Beliefs()[0].Width) / people
		s, who := begun(t, p), newSomebody(n)
		for c, more := s.Next(); more; c, more = s.Next() {
			tell(t, s, c.Network, who.answer(p.Networks[c.Network]))
		}
		b := s.Beliefs()[0]
		search += float64(b.Width) / people
		truth := time.Duration(math.Exp2(who.crossover) * float64(time.Millisecond))
		if b.Low <= truth && truth <= b.High && b.Trials == p.Trials {
			holds++
		}
	}
	t.Logf("the grid has intervals of %.2f octaves after %d trials, the search of %.2f after %d; %d of %d hold the truth", grid, 2*p.Trials, search, p.Trials, holds, people)
	if search > grid {
		t.Errorf("after half of the trials the intervals of the search have %.2f octaves, those of the grid %.2f", search, grid)
	}
	if holds < 133 {
		t.Errorf("%d of %d intervals hold the truth", holds, people)
	}
}

func TestTheSameSeedAndAnswersGiveTheSameChoices(t *testing.T) {
	chosen := func(seed uint64) (all []adaptive.Choice) {
		p := plan()
		p.Seed = seed
		s, who := begun(t, p), newSomebody(3)
		for {
			c, more := s.Next()
			if again, _ := s.Next(); again != c {
				t.Fatalf("asked again it chooses %+v, not %+v", again, c)
			}
			if !more {
				return all
			}
			all = append(all, c)
			tell(t, s, c.Network, who.answer(p.Networks[c.Network]))
		}
	}
	first := chosen(1)
	if len(first) != 20 || !slices.Equal(first, chosen(1)) {
		t.Errorf("%d choices; again they are others: %v", len(first), !slices.Equal(first, chosen(1)))
	}
	if slices.Equal(first, chosen(2)) {
		t.Error("another seed gives the same order of methods throughout")
	}
	if first[0].Why == "" || !(first[0].Tells > 0) {
		t.Errorf("the first choice is %+v", first[0])
	}
}

// Before anything is known the middle of the range tells most; where the answers have left two octaves, what lies outside of them tells little.
func TestItAsksWhereTheCrossoverMayBe(t *testing.T) {
	s := begun(t, plan())
	if c, _ := s.Next(); c.Network != 4 && c.Network != 5 {
		t.Errorf("it begins with network %d, want one in the middle", c.Network)
	}
	for range 6 {
		tell(t, s, 7, adaptive.Far)
		tell(t, s, 5, adaptive.Near)
	}
	if c, _ := s.Next(); c.Network < 5 || c.Network > 7 {
		t.Errorf("it asks about network %d, want one of 5 to 7", c.Network)
	}
	b := s.Beliefs()[0]
	if b.Crossover < 200*time.Millisecond || b.Crossover > 540*time.Millisecond || b.AtEnd || b.Trials != 12 {
		t.Errorf("%+v, want about 320 ms", b)
	}
}

func TestABandwidthThatIsKnownIsLeftInPeace(t *testing.T) {
	p := plan()
	for i := range 5 {
		p.Networks[i].Bandwidth = "1 Mbps"
	}
	p.Width, p.Trials = 3, 100
	s := begun(t, p)
	for s.Beliefs()[1].Width > p.Width {
		tell(t, s, 7, adaptive.Equal)
	}
	if c, more := s.Next(); !more || c.Network >= 5 {
		t.Errorf("it asks about network %d of the bandwidth that is known", c.Network)
	}
	for s.Beliefs()[0].Width > p.Width {
		tell(t, s, 3, adaptive.Equal)
	}
	if c, more := s.Next(); more {
		t.Errorf("all is known, and it asks about network %d", c.Network)
	}
}

func TestACrossoverBeyondTheRangeIsSeen(t *testing.T) {
	s := begun(t, plan())
	for range 10 {
		tell(t, s, 9, adaptive.Near) // the near method is better even at 2.56 s
	}
	if b := s.Beliefs()[0]; !b.AtEnd || b.High < 2*time.Second {
		t.Errorf("%+v, want that it reaches the end of the range", b)
	}
}

func TestPlansThatCannotBeFollowedAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*adaptive.Plan){
		"one network":                func(p *adaptive.Plan) { p.Networks = p.Networks[:1] },
		"a network twice":            func(p *adaptive.Plan) { p.Networks[1].Name = "n0" },
		"a round trip below 0":       func(p *adaptive.Plan) { p.Networks[1].RTT = -1 },
		"a range without width":      func(p *adaptive.Plan) { p.Most = p.Least },
		"a range that begins at 0":   func(p *adaptive.Plan) { p.Least = 0 },
		"a spread of 0":              func(p *adaptive.Plan) { p.Spreads = []adaptive.Octaves{0} },
		"a spread that is no number": func(p *adaptive.Plan) { p.Spreads = []adaptive.Octaves{adaptive.Octaves(math.NaN())} },
		"a tie below 0":              func(p *adaptive.Plan) { p.Ties = []float64{-1} },
		"only lapses":                func(p *adaptive.Plan) { p.Lapse = 1 },
		"a width that is no number":  func(p *adaptive.Plan) { p.Width = adaptive.Octaves(math.NaN()) },
		"trials below 0":             func(p *adaptive.Plan) { p.Trials = -1 },
	} {
		p := plan()
		spoil(&p)
		if _, err := adaptive.New(p); err == nil {
			t.Errorf("%s is not refused", name)
		}
	}
	s := begun(t, plan())
	for _, x := range []adaptive.Trial{{Network: -1}, {Network: 10}, {Network: 1, Answer: 3}} {
		if s.Tell(x) == nil {
			t.Errorf("%+v is not refused", x)
		}
	}
}

// A trial that told nothing leaves the belief as it was. It counts, and chance goes on: else the same network would come in the same order until somebody answers.
func TestATrialThatToldNothingCounts(t *testing.T) {
	p := plan()
	for i := range p.Networks {
		p.Networks[i].RTT = 80 * time.Millisecond // all tell equally much
	}
	p.Trials = 12
	s := begun(t, p)
	before := s.Beliefs()
	chosen := map[adaptive.Choice]bool{}
	for n := range p.Trials {
		c, more := s.Next()
		if !more {
			t.Fatalf("it is over after %d trials", n)
		}
		if want := fmt.Sprintf("Trial %d of at most 12", n+1); !strings.HasPrefix(c.Why, want) {
			t.Errorf("%q, want %q", c.Why, want)
		}
		chosen[adaptive.Choice{Network: c.Network, NearFirst: c.NearFirst}] = true
		s.Pass()
	}
	if _, more := s.Next(); more || len(chosen) < 4 || !slices.Equal(s.Beliefs(), before) {
		t.Errorf("after %d trials without an answer there is more: %v; the choices were %v", p.Trials, more, chosen)
	}
}
