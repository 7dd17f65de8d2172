package plan

import (
	"math/rand/v2"
	"testing"
	"time"
)

// simLink is a link that answers flights: a rate, a round trip, a queue without end.
type simLink struct {
	rate float64 // bytes a second
	rtt  time.Duration
	free time.Time // when the last byte queued will have left

	jitter time.Duration // how much either way may take longer or shorter; nothing overtakes
	losses int           // one packet of so many is lost, and holds up all behind it for a round trip; 0: none
	chance *rand.Rand
	ready  time.Time // when the last request reached the other end
	last   time.Time // when the last answer arrived
}

// vary returns at, or a little earlier or later, but not before what came before.
func (l *simLink) vary(at time.Time, before *time.Time) time.Time {
	if l.jitter > 0 {
		at = at.Add(time.Duration((2*l.chance.Float64() - 1) * float64(l.jitter)))
	}
	if at.Before(*before) {
		at = *before
	}
	*before = at
	return at
}

// flightSim is an answer on its way.
type flightSim struct {
	sample
	sent, arrives time.Time
	size          int
	queued        time.Duration
}

func (l *simLink) send(now time.Time, n, outstanding int) flightSim {
	ready := l.vary(now.Add(l.rtt/2), &l.ready)
	start := ready
	if l.free.After(ready) {
		start = l.free
	}
	l.free = start.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
	arrives := l.free.Add(l.rtt / 2)
	if l.losses > 0 && l.chance.Float64() < float64(n)/1448/float64(l.losses) {
		arrives = arrives.Add(l.rtt)
	}
	return flightSim{
		sample: sample{bytes: outstanding}, sent: now, arrives: l.vary(arrives, &l.last), size: n, queued: start.Sub(ready),
	}
}

// run keeps the link as busy as p allows until end. It returns the share of the link that was
// used and the longest queue that a flight met, both from the moment `from` on.
func (l *simLink) run(p *pace, now, from, end time.Time) (share float64, longest time.Duration) {
	var flying []flightSim
	delivered := 0
	for now.Before(end) {
		for p.room() {
			n := max(1500, p.flight())
			flying = append(flying, l.send(now, n, p.asked(n)))
		}
		f := flying[0]
		flying, now = flying[1:], f.arrives
		f.took = now.Sub(f.sent)
		p.arrived(now, f.sample, f.size, f.size)
		if now.After(from) {
			delivered += f.size
			longest = max(longest, f.queued)
		}
	}
	p.flying = 0
	return float64(delivered) / end.Sub(from).Seconds() / l.rate, longest
}

func TestPaceFillsTheLinkWithAShortQueue(t *testing.T) {
	for name, l := range map[string]simLink{
		"1 Mbps, 50 ms":    {rate: 125e3, rtt: 50 * time.Millisecond},
		"7.2 Mbps, 120 ms": {rate: 900e3, rtt: 120 * time.Millisecond},
		"25 Mbps, 20 ms":   {rate: 3.125e6, rtt: 20 * time.Millisecond},
		"100 Mbps, 10 ms":  {rate: 12.5e6, rtt: 10 * time.Millisecond},
		"50 Mbps, 300 ms":  {rate: 6.25e6, rtt: 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			start := time.Unix(0, 0)
			share, queue := l.run(&p, start, start.Add(8*time.Second), start.Add(100*time.Second))
			flight := time.Duration(float64(max(1500, p.flight())) / l.rate * float64(time.Second))
			if bar := p.target() + 4*flight; share < 0.97 || queue > bar {
				t.Errorf("used %.1f %% of the link with a queue of up to %v, want 97 %% and %v", 100*share, queue, bar)
			}
		})
	}
}

// A delay that varies by itself, or because TCP repairs a loss, is not a queue: windows that were taken back
// for it were seen to shrink to nothing.
func TestPaceDoesNotGiveUpALinkThatIsNotSteady(t *testing.T) {
	for name, c := range map[string]struct {
		simLink
		least float64
	}{
		"jitter of 10 ms":           {simLink{rate: 900e3, rtt: 120 * time.Millisecond, jitter: 10 * time.Millisecond}, 0.7},
		"jitter of 40 ms":           {simLink{rate: 900e3, rtt: 120 * time.Millisecond, jitter: 40 * time.Millisecond}, 0.5},
		"jitter on a short way":     {simLink{rate: 6.25e6, rtt: 20 * time.Millisecond, jitter: 5 * time.Millisecond}, 0.85},
		"a loss in 1000":            {simLink{rate: 900e3, rtt: 120 * time.Millisecond, losses: 1000}, 0.9},
		"losses and a fast link":    {simLink{rate: 6.25e6, rtt: 20 * time.Millisecond, losses: 1000}, 0.9},
		"a loss in 100":             {simLink{rate: 900e3, rtt: 120 * time.Millisecond, losses: 100}, 0.6},
		"jitter and a loss in 1000": {simLink{rate: 900e3, rtt: 120 * time.Millisecond, jitter: 10 * time.Millisecond, losses: 1000}, 0.7},
	} {
		t.Run(name, func(t *testing.T) {
			const runs = 10
			mean := 0.0
			for seed := range uint64(runs) {
				var p pace
				l := c.simLink
				l.chance = rand.New(rand.NewPCG(seed, 0))
				start := time.Unix(0, 0)
				share, _ := l.run(&p, start, start.Add(8*time.Second), start.Add(100*time.Second))
				mean += share / runs
			}
			if mean < c.least {
				t.Errorf("used %.1f %% of the link on average of %d runs, want %.0f %%", 100*mean, runs, 100*c.least)
			}
		})
	}
}

func TestADemandNeverWaitsForReadAheadLongerThanAQuarterOfItsWay(t *testing.T) {
	for name, l := range map[string]simLink{
		"7.2 Mbps, 120 ms": {rate: 900e3, rtt: 120 * time.Millisecond},
		"14.4 Mbps, 60 ms": {rate: 1.8e6, rtt: 60 * time.Millisecond},
		"50 Mbps, 20 ms":   {rate: 6.25e6, rtt: 20 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			start := time.Unix(0, 0)
			share, queue := l.run(&p, start, start.Add(4*time.Second), start.Add(100*time.Second))
			if share < 0.97 || queue > l.rtt/4 {
				t.Errorf("used %.1f %% of the link with a queue of up to %v, want 97 %% and %v", 100*share, queue, l.rtt/4)
			}
		})
	}
}

func TestPaceFollowsALinkThatChanges(t *testing.T) {
	for name, change := range map[string]func(*simLink){
		"half the rate":  func(l *simLink) { l.rate /= 2 },
		"twice the rate": func(l *simLink) { l.rate *= 2 },
		"a longer way":   func(l *simLink) { l.rtt += 60 * time.Millisecond },
		"a shorter way":  func(l *simLink) { l.rtt -= 60 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			var p pace
			l := simLink{rate: 900e3, rtt: 120 * time.Millisecond}
			at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
			l.run(&p, at(0), at(0), at(10))
			change(&l)
			share, queue := l.run(&p, at(11), at(50), at(100))
			flight := time.Duration(float64(p.flight()) / l.rate * float64(time.Second))
			if bar := p.target() + 4*flight; share < 0.95 || queue > bar {
				t.Errorf("used %.1f %% of the link with a queue of up to %v, want 95 %% and %v", 100*share, queue, bar)
			}
		})
	}
}

func TestPaceFindsBackFromAWindowThatIsMuchTooSmall(t *testing.T) {
	for name, l := range map[string]simLink{
		"7.2 Mbps, 120 ms": {rate: 900e3, rtt: 120 * time.Millisecond},
		"14.4 Mbps, 60 ms": {rate: 1.8e6, rtt: 60 * time.Millisecond},
		"50 Mbps, 20 ms":   {rate: 6.25e6, rtt: 20 * time.Millisecond},
		"50 Mbps, 300 ms":  {rate: 6.25e6, rtt: 300 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Unix(0, 0)
			p := pace{settled: true, window: 8 << 10, base: l.rtt + time.Millisecond, baseAt: start}
			after := start.Add(30 * l.rtt)
			if share, _ := l.run(&p, start, after, after.Add(10*time.Second)); share < 0.95 {
				t.Errorf("used %.1f %% of the link from the 30th round trip on, want 95 %%", 100*share)
			}
		})
	}
}

func TestPaceDoesNotGrowWhileNobodyUsesIt(t *testing.T) {
	var p pace
	for i := range 1000 {
		now := time.Unix(int64(i), 0)
		out := p.asked(1000)
		p.arrived(now, sample{took: 100 * time.Millisecond, bytes: out}, 1000, 1000)
	}
	if p.size() > startWindow {
		t.Errorf("window of %d bytes after lone demands, want no more than %d", p.size(), startWindow)
	}
}
