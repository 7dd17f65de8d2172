package plan

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"vmstudy/stream/wire"
)

// flight is a read that was asked for and not answered.
type flight struct {
	wire.Read
	sent        time.Time
	expected    int  // bytes
	outstanding int  // bytes, itself included, when it was sent
	greeted     bool // it was sent with the greeting, so its answer had to wait for the answer to that
}

// Next returns what to ask for now, if anything: demands first.
func (p *Planner) Next(now time.Time) (wire.Read, bool) {
	r := wire.Read{Demand: len(p.demands) > 0 && p.count[1] < wire.MaxReads}
	switch {
	case r.Demand:
		n := min(len(p.demands), wire.MaxChunks)
		r.Chunks, p.demands = p.demands[:n:n], p.demands[n:]
	case p.count[0] < wire.MaxReads && p.pace.room():
		var more bool
		if r.Part, more = p.bundle.next(p.pace.flight()); !more {
			r.Chunks = p.nextAhead()
		}
	}
	if len(r.Chunks) == 0 && r.Part.Bytes == 0 {
		return wire.Read{}, false
	}
	r.Number = p.number + 1
	p.asked(now, r)
	return r, true
}

// asked notes that r was asked for, the latest of all.
func (p *Planner) asked(now time.Time, r wire.Read) {
	p.number = r.Number
	f := flight{Read: r, sent: now, expected: int(p.bytes(r.Chunks)) + int(r.Part.Bytes)}
	f.outstanding = p.pace.asked(f.expected)
	p.flights[r.Number] = f
	p.count[lane(r.Demand)]++
}

// lane returns where in count flights stand.
func lane(demand bool) int {
	if demand {
		return 1
	}
	return 0
}

// nextAhead takes the next chunks from the plan. It takes a small part of the window, so that
// the window is kept to closely and a demand never waits for the rest of a long message.
func (p *Planner) nextAhead() []wire.Chunk {
	left := float64(p.pace.flight())
	var run []wire.Chunk
	for _, order := range []struct {
		chunks []wire.Chunk
		cursor *int
	}{{p.urgent, &p.asking}, {p.ahead, &p.cursor}} {
		for ; *order.cursor < len(order.chunks) && len(run) < wire.MaxChunks; *order.cursor++ {
			c := order.chunks[*order.cursor]
			if p.here.has(c) || p.wanted[c] != nil || p.bundle.brings(c) { // here, or on its way
				continue
			}
			if left -= p.Cost(c); left < 0 && len(run) > 0 {
				return run
			}
			p.wanted[c] = &want{here: make(chan struct{})}
			run = append(run, c)
		}
	}
	return run
}

// again lets the read-ahead begin anew with what is not here.
func (p *Planner) again() {
	p.urgent, p.asking, p.cursor = p.Lacking(p.urgent), 0, p.loaded
}

// Oldest returns when the oldest read in flight was sent.
func (p *Planner) Oldest() (sent time.Time, any bool) {
	for _, f := range p.flights {
		if !any || f.sent.Before(sent) {
			sent, any = f.sent, true
		}
	}
	return sent, any
}

// Came notes that so many bytes have come.
func (p *Planner) Came(bytes int64) { p.stats.WireBytes += bytes }

// Expected returns the read that an answer belongs to, or an error if there is none.
func (p *Planner) Expected(answer wire.Chunks) (wire.Read, error) {
	f, ok := p.flights[answer.Number]
	if !ok || len(f.Chunks) != len(answer.Content) || f.Checksum() != answer.Read {
		return wire.Read{}, fmt.Errorf("answer %d with %d chunks was not asked for: %w", answer.Number, len(answer.Content), wire.ErrProtocol)
	}
	return f.Read, nil
}

// Landed notes that the answer to a read in flight is here and stored. It cost so many bytes on the wire.
func (p *Planner) Landed(now time.Time, number uint32, bytes int) {
	f := p.flights[number]
	p.flow.arrived(now, bytes, p.pace.flying > p.pace.size()/2)
	delete(p.flights, number)
	if len(p.flights) == 0 {
		defer p.flow.idle()
	}
	p.count[lane(f.Demand)]--
	if f.greeted {
		p.pace.unmeasured(f.expected)
	} else {
		p.pace.arrived(now, sample{took: now.Sub(f.sent), bytes: f.outstanding}, bytes, f.expected)
	}
	if len(f.Chunks) > 0 {
		p.mean += (float64(bytes)/float64(len(f.Chunks)) - p.mean) / 8
	}
	for _, c := range f.Chunks {
		p.arrive(c)
	}
	p.stats.landed(f.Read)
	p.advance()
}

// Wrong notes that c came without its hash, and reports whether that happened before.
func (p *Planner) Wrong(c wire.Chunk) (again bool) {
	p.stats.Wrong++
	again, p.damaged[c] = p.damaged[c], true
	return again
}

// Broken takes back what was in flight when a connection broke. What a reader waits for becomes a demand
// again, and the read-ahead begins anew with what is not here.
func (p *Planner) Broken() {
	var again []wire.Chunk
	for _, number := range slices.Sorted(maps.Keys(p.flights)) {
		for _, c := range p.flights[number].Chunks {
			switch w := p.wanted[c]; {
			case w == nil: // it came in the bundle
			case w.awaited:
				again = append(again, c)
			default:
				delete(p.wanted, c)
			}
		}
	}
	clear(p.flights)
	p.demands = append(again, p.demands...)
	p.count = [2]int{}
	p.again()
	if p.bundle != nil {
		p.bundle.asked = p.bundle.got
	}
	p.pace.broken()
}
