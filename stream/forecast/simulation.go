package forecast

import (
	"cmp"
	"time"
)

// Link is a link of arithmetic: it sends one chunk after the other, without loss or jitter, and
// what stands in front of a demand is only what has left already.
type Link struct {
	Rate float64       // towards the machine, bytes a second
	RTT  time.Duration // of an empty link
}

// Costs says how many bytes a chunk takes on the wire.
type Costs func(Chunk) int

// Costs returns what the chunks of t cost, as Origin.Price has noted it. Other chunks cost as much as these on average, or 1150
// bytes if none has a price.
func (t Trace) Costs() Costs {
	usual, priced := 0, map[Chunk]int{}
	for _, a := range t.Accesses {
		if a.Cost > 0 {
			priced[a.Chunk] = a.Cost
			usual += a.Cost
		}
	}
	usual = cmp.Or(usual/max(1, len(priced)), 1150)
	return func(c Chunk) int { return cmp.Or(priced[c], usual) }
}

// Outcome is what a simulated session cost.
type Outcome struct {
	Usable   time.Duration // how long it took to have the resume set, minus the machine's own time for it
	Total    time.Duration // from the request to the last access of the trace
	Worked   time.Duration // the machine's own part of Total
	Bytes    int           // that travelled
	Accessed int           // chunks that the machine touched and that are not empty
	Fetched  int           // chunks that travelled
	Misses   int           // accesses to a chunk that was not here
	Late     int           // misses after the resume set
	Waited   time.Duration // for misses
	Longest  time.Duration // wait
	Pauses   int           // after the resume
	Paused   time.Duration // in them
}

// FetchRatio is how many chunks travelled for each that was touched.
func (o Outcome) FetchRatio() float64 { return ratio(float64(o.Fetched), float64(o.Accessed)) }

// MissRate is the fraction of chunks, touched after the resume set, that were not here.
func (o Outcome) MissRate() float64 { return ratio(float64(o.Late), float64(o.Accessed)) }

// Buffering is the fraction of the whole time in which the machine could not run: before its
// resume, in pauses and in misses.
func (o Outcome) Buffering() float64 {
	return ratio(float64(o.Total-o.Worked), float64(o.Total))
}

func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}

// Play plays the run that t records over a link, with what s chooses. The machine is one
// thread: it goes on when what it touched is here. Empty chunks cost nothing.
func Play(t Trace, s Strategy, shape Shape, link Link, cost Costs) Outcome {
	m := &simulation{
		link: link, cost: cost, shape: shape, strategy: s,
		arrives: map[Chunk]time.Duration{}, queued: map[Chunk]bool{}, hint: HintEvery,
	}
	m.now = link.RTT // the greeting
	m.adopt(s.Begin())
	m.out.Paused, m.out.Pauses = 0, 0 // what comes before the resume is no pause
	for _, a := range t.Accesses {
		if !shape.has(a.Chunk) {
			continue
		}
		m.run(a.At)
		m.touch(a)
		if a.At <= ResumeSpan {
			m.out.Usable = m.now - a.At
		}
	}
	m.out.Total, m.out.Worked = m.now, m.machine
	return m.out
}

// simulation is a session in the making. now is the time since the request, machine that of the
// machine, which stands while it waits.
type simulation struct {
	link     Link
	cost     Costs
	shape    Shape
	strategy Strategy
	out      Outcome

	now, machine time.Duration
	hint         time.Duration // when the strategy is asked next, by the machine's time
	free         time.Duration // when the origin has sent what it began to send
	queue        []Chunk       // to be sent when nobody demands anything
	queued       map[Chunk]bool
	arrives      map[Chunk]time.Duration
}

// run lets the machine run on to its time at.
func (m *simulation) run(at time.Duration) {
	for m.hint <= at {
		m.advance(m.hint)
		if p, ok := m.strategy.Hint(m.hint); ok {
			p.Pause = false
			m.adopt(p)
		}
		m.hint += HintEvery
	}
	m.advance(at)
}

func (m *simulation) advance(at time.Duration) {
	m.now += at - m.machine
	m.machine = at
}

// touch lets the machine touch a chunk, and wait for it.
func (m *simulation) touch(a Access) {
	m.out.Accessed++
	m.strategy.Touched(a.Chunk, a.At)
	m.pump(m.now)
	here, sent := m.arrives[a.Chunk]
	if sent && here <= m.now {
		return
	}
	if !sent {
		m.demand(append([]Chunk{a.Chunk}, m.strategy.Along(a.Chunk)...))
		here = m.arrives[a.Chunk]
		if p, ok := m.strategy.Missed(a.Chunk, a.At); ok {
			m.adopt(p)
		}
	}
	m.out.Misses++
	if a.At > ResumeSpan {
		m.out.Late++
	}
	if wait := here - m.now; wait > 0 {
		m.out.Waited += wait
		m.out.Longest = max(m.out.Longest, wait)
		m.now = here
	}
}

// demand asks for chunks now. The origin sends them as soon as the request has reached it, before the rest of its queue.
func (m *simulation) demand(chunks []Chunk) {
	hears := m.now + m.link.RTT/2
	m.pump(hears)
	m.free = max(m.free, hears)
	for _, c := range chunks {
		if _, sent := m.arrives[c]; !sent {
			m.send(c)
		}
	}
}

// pump sends from the queue until the origin's time t.
func (m *simulation) pump(t time.Duration) {
	for len(m.queue) > 0 && m.free < t {
		c := m.queue[0]
		m.queue = m.queue[1:]
		if _, sent := m.arrives[c]; !sent {
			m.send(c)
		}
	}
}

func (m *simulation) send(c Chunk) {
	n := m.cost(c)
	m.out.Bytes += n
	m.out.Fetched++
	m.free += time.Duration(float64(n) / m.link.Rate * float64(time.Second))
	m.arrives[c] = m.free + m.link.RTT/2
}

// adopt takes over a plan, and holds the machine if it must.
func (m *simulation) adopt(p Plan) {
	hears := m.now + m.link.RTT/2
	m.pump(hears)
	m.free = max(m.free, hears)
	var fresh []Due
	var queue []Chunk
	for _, d := range p.Dues {
		if _, sent := m.arrives[d.Chunk]; !sent {
			fresh, queue = append(fresh, d), append(queue, d.Chunk)
		}
	}
	if !p.Instead {
		queue = append(queue, m.queue...)
	}
	m.queue = queue
	if len(fresh) == 0 || !p.Pause {
		return
	}
	cost := func(c Chunk) float64 { return float64(m.cost(c)) }
	hold := Hold(fresh, m.link.Rate, cost)
	bytes := 0.0
	for _, d := range fresh[:hold] {
		bytes += cost(d.Chunk)
	}
	if hold > 0 && bytes/m.link.Rate >= p.Least.Seconds() {
		m.hold(fresh[hold-1].Chunk)
	}
}

// hold lets the machine stand until last is here.
func (m *simulation) hold(last Chunk) {
	for _, sent := m.arrives[last]; !sent; _, sent = m.arrives[last] {
		m.pump(m.free + 1)
	}
	if wait := m.arrives[last] - m.now; wait > 0 {
		m.out.Pauses++
		m.out.Paused += wait
		m.now += wait
	}
}
