package server

import "time"

// pace decides when the next update may be sent to a viewer that gets them without asking. As much is on its way as the path
// to the viewer has room for, and hardly more: with less, the path idles for a part of each round trip; with more, updates
// wait in a queue on the way and show what is past.
//
// Behind each update follows a fence, which the viewer sends back when it has handled the update. So the times of the fences
// say how many bytes pass in a second. A fence that is sent while nothing else is on its way says how long the path is.
// This is the idea of BBR (Cardwell et al., "BBR: Congestion-based congestion control", 2016), with updates in place of
// packets.
//
// pace has no clock: time is an argument. It is not safe for concurrent use.
type pace struct {
	flying []flight // what was sent and not answered, the oldest first
	bytes  int      // of these

	trips    []trip        // of fences alone, of late
	path     time.Duration // the shortest of trips; 0 while there is none
	probed   time.Time     // when a fence alone was sent
	draining bool          // nothing is sent until all has arrived, to find path anew

	arrived int64      // bytes that were answered, in all
	answer  time.Time  // when the latest fence came back
	best    [2]float64 // the highest rates, in bytes a second, in this and the last period
	since   time.Time  // when this period began
	size    int        // of the latest update
	held    bool       // an update was held back since the latest was sent
	next    time.Time  // when the path has room for more, by its rate
}

// flight is an update and the fence behind it, or a fence alone.
type flight struct {
	sent    time.Time
	bytes   int       // of the update; 0 for a fence alone
	alone   bool      // nothing was on its way when it was sent
	before  int64     // what had arrived when it was sent
	from    time.Time // when the latest of that was answered
	hurried bool      // it had been held back: the path was full
}

// trip is how long a fence alone was on its way, and when it came back.
type trip struct {
	at   time.Time
	took time.Duration
}

const (
	// slack is added to the path's time, or an eighth of that if it is more: fences come a little late when a computer is
	// busy, and a path that became wider is noticed only if it is given more than it had.
	slack = 20 * time.Millisecond
	// haste is how much faster updates are sent than they seem to pass, for the same reason.
	haste = 1.1
	// burst is how late updates may be sent at once, since a computer does not wake at the very moment.
	burst = 5 * time.Millisecond
	// firstWindow is how many bytes may be on their way while the rate is unknown.
	firstWindow = 16 << 10
	// freshPath is how long the path is believed to be as it was. Then updates pause for a round trip, so that no queue is
	// taken for the path.
	freshPath = 10 * time.Second
	// often is the least time between two fences alone.
	often = time.Second
	// period is half of the time that a rate is believed in, while updates are held back.
	period = time.Second
	// telling is the shortest time over which bytes are counted for a rate; what took less counts as if it had taken so long.
	telling = 5 * time.Millisecond
	// tellingAlone is the shortest time that an update must have taken which went alone, to say something of the rate.
	tellingAlone = 10 * time.Millisecond
)

// probes reports whether a fence should go before the next update, to measure the path.
func (p *pace) probes(now time.Time) bool {
	return len(p.flying) == 0 && now.Sub(p.probed) > often
}

// sent notes an update of so many bytes, and the fence behind it; or a fence alone, of no bytes.
func (p *pace) sent(now time.Time, bytes int) {
	p.flying = append(p.flying, flight{now, bytes, len(p.flying) == 0, p.arrived, p.answer, p.held})
	if bytes == 0 {
		p.probed = now
		return
	}
	p.bytes += bytes
	p.held, p.size = false, bytes
	if p.next.Before(now.Add(-burst)) {
		p.next = now.Add(-burst)
	}
	if rate := p.rate(); rate > 0 {
		p.next = p.next.Add(time.Duration(float64(bytes) / rate / haste * float64(time.Second)))
	}
}

// came notes that the viewer has sent a fence back. A fence that nobody sent is ignored.
func (p *pace) came(now time.Time) {
	if len(p.flying) == 0 {
		return
	}
	f := p.flying[0]
	p.flying = p.flying[1:]
	p.bytes -= f.bytes
	p.arrived += int64(f.bytes)
	switch {
	case f.bytes == 0 && f.alone:
		p.measurePath(now, now.Sub(f.sent))
	case f.bytes > 0:
		p.measureRate(now, f)
	}
	p.answer = now
	if len(p.flying) == 0 {
		p.draining = false
	}
}

// measurePath notes the round trip of a fence alone.
func (p *pace) measurePath(now time.Time, took time.Duration) {
	p.trips = append(p.trips, trip{now, took})
	for now.Sub(p.trips[0].at) > freshPath {
		p.trips = p.trips[1:]
	}
	p.path = p.trips[0].took
	for _, t := range p.trips {
		p.path = min(p.path, t.took)
	}
}

// measureRate learns from the answer to f how many bytes pass in a second: what has arrived since f was sent, over the time
// since the answer before that. The highest rate of late counts, for a path that is not full seems slower than it is.
func (p *pace) measureRate(now time.Time, f flight) {
	took := now.Sub(f.from)
	if f.before == p.arrived-int64(f.bytes) { // nothing was on the way before it
		if took = now.Sub(f.sent) - p.path; took < tellingAlone {
			return
		}
	} else if f.from.IsZero() {
		return
	}
	rate := float64(p.arrived-f.before) / max(took, telling).Seconds()
	if f.hurried && now.Sub(p.since) > period {
		p.best, p.since = [2]float64{0, p.best[0]}, now
	}
	p.best[0] = max(p.best[0], rate)
}

// rate returns how many bytes pass in a second; 0 while that is unknown.
func (p *pace) rate() float64 { return max(p.best[0], p.best[1]) }

// window returns how many bytes may be on their way before the next update is sent. An update counts until all of it is answered,
// so one more may be on its way than the path has room for.
func (p *pace) window() int {
	rate := p.rate()
	if rate == 0 {
		return firstWindow
	}
	return max(firstWindow/4, int(rate*(p.path+max(slack, p.path/8)).Seconds())+p.size)
}

// ready reports whether the next update, which there is, may be sent. An urgent one, which may answer an input, does not wait
// for updates before it, up to another window.
func (p *pace) ready(now time.Time, urgent bool) bool {
	if len(p.flying) == 0 {
		return true
	}
	if now.Sub(p.probed) > freshPath {
		p.draining = true
	}
	window := p.window()
	ok := urgent && p.bytes < 2*window || !p.draining && p.bytes < window && !now.Before(p.next)
	p.held = p.held || !ok
	return ok
}

// waits returns how long it is until ready may change without an answer; 0 if it does not.
func (p *pace) waits(now time.Time) time.Duration { return max(0, p.next.Sub(now)) }
