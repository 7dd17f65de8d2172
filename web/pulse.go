package web

import (
	"sync"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// How far back a pulse looks, and how many response times it holds at most.
const (
	pulseSpan = time.Minute
	pulseMost = 2000
)

// pulses hold for each session how it feels at the moment. They live in memory: what matters is
// in the database.
type pulses struct {
	mu sync.Mutex
	of map[study.SessionID]*pulse
}

func newPulses() *pulses { return &pulses{of: map[study.SessionID]*pulse{}} }

// touched notes that the participant has done something now.
func (p *pulses) touched(id study.SessionID, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session(id).last = at
}

// measured notes interactions of a session.
func (p *pulses) measured(id study.SessionID, rows []study.Interaction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session(id).add(rows)
}

// look returns how a session feels in the attempt that began at since, and when something was last
// done in it; zero for never. What was done before since is of another trial. An attempt that has
// not begun, with a zero since, feels like nothing.
func (p *pulses) look(id study.SessionID, since, now time.Time) (stat.ResponseTimes, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.session(id)
	if since.IsZero() {
		return stat.ResponseTimes{}, time.Time{}
	}
	last := s.last
	if last.Before(since) {
		last = time.Time{}
	}
	return s.summary(since, now), last
}

// session returns the pulse of a session. The caller holds mu.
func (p *pulses) session(id study.SessionID) *pulse {
	s := p.of[id]
	if s == nil {
		s = &pulse{}
		p.of[id] = s
	}
	return s
}

// pulse is the last minute of one session. It has no clock.
type pulse struct {
	last  time.Time // of any input
	times []response
}

// response is when an input happened and how long its answer took.
type response struct {
	at   time.Time
	took time.Duration
}

func (p *pulse) add(rows []study.Interaction) {
	for _, r := range rows {
		if r.At.After(p.last) {
			p.last = r.At
		}
		if r.Answered() {
			p.times = append(p.times, response{r.At, r.Drawn})
		}
	}
	if over := len(p.times) - pulseMost; over > 0 {
		p.times = p.times[over:]
	}
}

// summary describes the answers to what was done in the minute before now, but not before since; it
// forgets the rest.
func (p *pulse) summary(since, now time.Time) stat.ResponseTimes {
	kept := p.times[:0]
	var times []time.Duration
	for _, a := range p.times {
		if now.Sub(a.at) <= pulseSpan && !a.at.Before(since) {
			kept, times = append(kept, a), append(times, a.took)
		}
	}
	p.times = kept
	r, err := stat.SummarizeResponses(times)
	if err != nil { // there are none
		return stat.ResponseTimes{}
	}
	return r
}
