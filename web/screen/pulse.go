package screen

import (
	"sync"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// How far back a pulse looks, and how many response times it keeps at most.
const (
	pulseSpan = time.Minute
	pulseMost = 2000
)

// pulses has the latest response times of each session. They are only in memory; the database has
// everything that must last.
type pulses struct {
	mu sync.Mutex
	of map[study.SessionID]*pulse
}

func newPulses() *pulses { return &pulses{of: map[study.SessionID]*pulse{}} }

// touched notes that the participant did something at this time.
func (p *pulses) touched(id study.SessionID, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session(id).last = at
}

// measured adds interactions of a session.
func (p *pulses) measured(id study.SessionID, rows []study.Interaction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.session(id).add(rows)
}

// look returns the latest response times in the attempt that began at since, and the time of its
// last input (zero if there was none). It leaves out earlier inputs, which belong to another trial.
// If since is zero, the attempt has not begun, and the results are zero.
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

// session returns the pulse of a session. The caller must hold mu.
func (p *pulses) session(id study.SessionID) *pulse {
	s := p.of[id]
	if s == nil {
		s = &pulse{}
		p.of[id] = s
	}
	return s
}

// pulse has the response times of one session's last minute. It has no clock of its own.
type pulse struct {
	last  time.Time // when the participant last did anything
	times []response
}

// response is the time of an input and how long its answer took.
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

// summary describes the answers to inputs in the minute before now and not before since. It deletes
// all others.
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
	if err != nil { // there are no answers
		return stat.ResponseTimes{}
	}
	return r
}
