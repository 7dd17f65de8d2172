package plan

import (
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// Enough reports whether so much of the plan is here that the machine may go on: the rest will come
// before the machine wants it. left is how many bytes are still to come until then.
func (p *Planner) Enough() (enough bool, left float64) {
	count := p.enough()
	return p.loaded >= count, p.missing(count)
}

// UntilRead returns how many bytes are still to come until chunks of one image are here and then enough
// of the plan.
func (p *Planner) UntilRead(chunks []wire.Chunk, image uint8) float64 {
	return p.bytes(chunks) + p.missing(p.enough(), image)
}

// enough returns how many chunks of the plan must be here before the machine may go on.
func (p *Planner) enough() int {
	if !p.latest.Pause {
		return 0
	}
	return forecast.Hold(p.latest.Dues, p.flow.proven(), p.Cost)
}

// untilEnough is how long it will take until the machine may go on. It is not known while the rate of
// the link is not.
func (p *Planner) untilEnough() (_ time.Duration, known bool) {
	_, left := p.Enough()
	return p.Takes(left), left == 0 || p.RateKnown()
}

// RateKnown reports whether answers have told how fast the link is.
func (p *Planner) RateKnown() bool { return p.flow.known() > 0 }

// Takes is how long so many bytes will take; 0 while the rate of the link is not known.
func (p *Planner) Takes(bytes float64) time.Duration {
	if !p.RateKnown() {
		return 0
	}
	return time.Duration(bytes / p.flow.known() * float64(time.Second))
}

// missing is how many bytes are still to come of the first count chunks of the plan, without those of the
// given images.
func (p *Planner) missing(count int, without ...uint8) (bytes float64) {
	for _, c := range p.ahead[p.loaded:max(p.loaded, min(count, len(p.ahead)))] {
		if !p.here.has(c) && !slices.Contains(without, c.Image) {
			bytes += p.Cost(c)
		}
	}
	return bytes
}

// bytes is how many bytes chunks will probably take on the wire.
func (p *Planner) bytes(chunks []wire.Chunk) (bytes float64) {
	for _, c := range chunks {
		bytes += p.Cost(c)
	}
	return bytes
}

// Cost is how many bytes c will probably take on the wire.
func (p *Planner) Cost(c wire.Chunk) float64 {
	if p.costs != nil {
		if known := p.costs[c.Image][c.Index]; known > 0 {
			return known
		}
	}
	return max(p.mean, leastMean)
}

// learnCosts learns from traces what chunks cost: the mean of what is known. Costs are looked up
// for the whole plan whenever something arrives.
func (p *Planner) learnCosts(traces []forecast.Trace) {
	var n [][]float64
	for _, im := range p.layout.Images {
		p.costs = append(p.costs, make([]float64, wire.ChunksIn(im.Size)))
		n = append(n, make([]float64, wire.ChunksIn(im.Size)))
	}
	for _, t := range traces {
		for _, a := range t.Accesses {
			if a.Cost > 0 {
				n[a.Image][a.Index]++
				known := &p.costs[a.Image][a.Index]
				*known += (float64(a.Cost) - *known) / n[a.Image][a.Index]
			}
		}
	}
}

// BeginHold keeps the time from now until EndHold out of the machine's. Before its first access the machine
// has no time, and BeginHold does nothing and reports false.
func (p *Planner) BeginHold(now time.Time) bool {
	if !p.clock.runs() {
		return false
	}
	p.clock.stop(now)
	return true
}

// EndHold ends what BeginHold began.
func (p *Planner) EndHold(now time.Time) { p.clock.goOn(now) }
