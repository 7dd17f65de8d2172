package simulate

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// person is one made-up participant.
type person struct {
	a          Assumptions
	rng        *rand.Rand
	conditions []study.Condition
	rating     model.Person
	time       model.Person
	response   model.Person
	leaves     float64 // before which part of the trials they leave, in shares of them; 1 or more if they stay
}

// newPerson makes up the participant with this code. Each has a stream of chance of their own, so that nobody's answers depend on how many others there
// are, and people who are added later are others.
func newPerson(a Assumptions, seed uint64, code string, conditions []study.Condition) *person {
	h := fnv.New64a()
	h.Write([]byte(code))
	p := &person{a: a, rng: rand.New(rand.NewPCG(seed, h.Sum64())), conditions: conditions, leaves: 1}
	p.rating = a.Rating.of(conditions).Person(p.rng)
	p.time = a.Time.of(conditions).Person(p.rng)
	p.response = a.Response.of(conditions).Person(p.rng)
	if p.rng.Float64() < a.DropsOut {
		p.leaves = p.rng.Float64()
	}
	return p
}

// value makes up a value of one outcome in a condition. In one that is none of the study's, as in practice, there is no hardship.
func (p *person) value(of model.Person, c study.Condition) float64 {
	i := slices.IndexFunc(p.conditions, func(o study.Condition) bool { return o.Code() == c.Code() })
	if i < 0 {
		return of.Value(p.rng, 0, 0)
	}
	return of.Value(p.rng, 1, i)
}

// feels is where on a scale an answer lies, from its bad end (0) to its good end (1). Without a trial there is no hardship.
func (p *person) feels(t study.Trial) float64 {
	if t.ID == 0 {
		return p.rating.Value(p.rng, 0, 0)
	}
	return p.value(p.rating, t.Condition)
}

// works says how a trial ends and how long it takes.
func (p *person) works(c study.Condition, limit time.Duration) (study.Outcome, time.Duration) {
	took := time.Duration(float64(limit) * math.Exp(p.value(p.time, c))).Round(time.Millisecond)
	chance := p.rng.Float64()
	switch {
	case took >= limit:
		return study.TimeUp, limit
	case chance < p.a.GivesUp*hardship(c):
		return study.GaveUp, took
	case chance > 1-p.a.SaysDone:
		return study.SaidDone, took
	}
	return study.Completed, took
}

// waits is one response time.
func (p *person) waits(c study.Condition) time.Duration {
	d := time.Duration(math.Exp(p.value(p.response, c)) * float64(time.Millisecond))
	if c.Method == study.VNC {
		d += c.Network.Network.RTT
	}
	return d.Round(time.Microsecond)
}
