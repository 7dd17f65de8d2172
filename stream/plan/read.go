package plan

import (
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// Read notes that somebody reads chunks first to last of an image. It returns what must close before all
// of them are here. If there is anything, the reader waits from now on, until Waited. stumbles says that
// the machine had better be held: see Enough.
func (p *Planner) Read(now time.Time, image uint8, first, last uint32) (waits []<-chan struct{}, stumbles bool) {
	var missed wire.Chunk // the first that nobody had asked for
	unasked := false
	for index := first; ; index++ {
		c := wire.Chunk{Image: image, Index: index}
		if !p.written.has(c) && !p.empty.has(c) {
			p.touch(now, c)
			asked := p.wanted[c] != nil || p.bundle.underway(c)
			if here := p.demand(c); here != nil {
				waits = append(waits, here)
				if !asked && !unasked {
					missed, unasked = c, true
				}
			}
		}
		if index == last { // not in the loop's condition: last may be the largest number
			break
		}
	}
	if len(waits) > 0 {
		p.clock.stop(now)
	}
	if unasked {
		stumbles = p.miss(now, missed)
	}
	return waits, stumbles
}

// Waited notes that a reader, who began to wait at began, waits no more.
func (p *Planner) Waited(now, began time.Time) {
	p.clock.goOn(now)
	p.stats.waited(now.Sub(began))
}

// touch notes an access, and tells the strategy of the first to each chunk.
func (p *Planner) touch(now time.Time, c wire.Chunk) {
	at, first := p.clock.access(now, c)
	if !first {
		return
	}
	p.stats.Accessed++
	if !p.here.has(c) {
		p.stats.Missed++
	}
	p.strategy.Touched(c, at)
}

// demand returns a channel that closes when c is here, or nil if it is. A chunk that is already
// in flight as read-ahead is not asked for again.
func (p *Planner) demand(c wire.Chunk) <-chan struct{} {
	if p.here.has(c) {
		return nil
	}
	w := p.wanted[c]
	if w == nil {
		w = &want{here: make(chan struct{})}
		p.wanted[c] = w
		if !p.bundle.underway(c) {
			p.demands = append(p.demands, c)
		}
	}
	w.awaited = true
	return w.here
}

// miss asks the strategy what to do about a chunk that somebody waits for and nobody had asked
// for.
func (p *Planner) miss(now time.Time, c wire.Chunk) (stumbles bool) {
	for _, also := range p.strategy.Along(c) {
		p.bringAlong(also)
	}
	next, changed := p.strategy.Missed(c, p.clock.elapsed(now))
	return changed && p.change(next)
}

// bringAlong asks for c together with the demand before it, though nobody waits for it.
func (p *Planner) bringAlong(c wire.Chunk) {
	if !p.here.has(c) && p.wanted[c] == nil {
		p.wanted[c] = &want{here: make(chan struct{})}
		p.demands = append(p.demands, c)
	}
}

// change adopts a plan and reports whether the machine had better be held.
func (p *Planner) change(next forecast.Plan) (stumbles bool) {
	p.adopt(next)
	left, known := p.untilEnough()
	return known && left > 0 && left >= next.Least
}

// Hint asks the strategy for another plan without cause, once in a while.
func (p *Planner) Hint(now time.Time) (stumbles bool) {
	if !p.clock.runs() {
		return false
	}
	at := p.clock.elapsed(now)
	if at < p.hintAt {
		return false
	}
	p.hintAt = at + forecast.HintEvery
	next, changed := p.strategy.Hint(at)
	next.Pause = false
	return changed && p.change(next)
}

// ReadWhole notes that chunks, all of which are here, were read before the machine ran.
func (p *Planner) ReadWhole(chunks []wire.Chunk) {
	for _, c := range chunks {
		if !p.empty.has(c) && p.clock.seen.add(c) {
			p.stats.Accessed++
			p.whole = append(p.whole, forecast.Access{Chunk: c})
			p.strategy.Touched(c, p.clock.latest)
		}
	}
}

// Wrote notes that the machine has written c, which need not come any more.
func (p *Planner) Wrote(c wire.Chunk) {
	p.written.add(c)
	p.arrive(c)
	p.advance()
}

// Written reports whether the machine has written c.
func (p *Planner) Written(c wire.Chunk) bool { return p.written.has(c) }
