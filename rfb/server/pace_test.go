package server

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// way is a path to a viewer with a queue before its narrowest place, and time that passes on it.
type way struct {
	pace
	now    time.Time
	trip   time.Duration // there and back, without any queue
	rate   float64       // bytes a second
	jitter time.Duration // an answer comes up to so much later
	chance *rand.Rand

	free    time.Time // when the narrowest place has passed what was sent
	answers []time.Time
	passed  int           // bytes that arrived
	longest time.Duration // that an update waited in the queue
}

// send sends an update now.
func (w *way) send(bytes int) {
	w.sent(w.now, bytes)
	begins := w.now
	if w.free.After(begins) {
		begins = w.free
	}
	w.longest = max(w.longest, begins.Sub(w.now))
	w.free = begins.Add(time.Duration(float64(bytes) / w.rate * float64(time.Second)))
	late := time.Duration(0)
	if w.jitter > 0 {
		late = time.Duration(w.chance.Int64N(int64(w.jitter)))
	}
	back := w.free.Add(w.trip + late)
	if n := len(w.answers); n > 0 && back.Before(w.answers[n-1]) {
		back = w.answers[n-1] // in order
	}
	w.answers = append(w.answers, back)
	w.passed += bytes
}

// run lets time pass; size returns the bytes of the next update, 0 for none at that moment.
func (w *way) run(d time.Duration, size func(now time.Time) int) {
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(time.Millisecond) {
		for len(w.answers) > 0 && !w.answers[0].After(w.now) {
			w.answers = w.answers[1:]
			w.came(w.now)
		}
		for w.ready(w.now, false) {
			n := size(w.now)
			if n == 0 {
				break
			}
			if w.probes(w.now) {
				w.send(0)
			}
			w.send(n)
		}
	}
}

func newWay(trip time.Duration, mbps float64, jitter time.Duration) *way {
	w := &way{now: time.Unix(1000, 0), trip: trip, rate: mbps * 1e6 / 8, jitter: jitter, chance: rand.New(rand.NewPCG(1, 2))}
	w.send(0) // the first fence
	return w
}

// A screen that always has something new fills the link, and what is sent hardly waits on the way.
func TestUpdatesFillThePathAndNoQueue(t *testing.T) {
	for _, link := range []struct {
		trip time.Duration
		mbps float64
	}{{120 * time.Millisecond, 7.2}, {200 * time.Millisecond, 2}, {60 * time.Millisecond, 14.4}, {20 * time.Millisecond, 50}, {300 * time.Millisecond, 0.5}, {time.Millisecond, 1000}} {
		for _, size := range []int{3000, 12000, 40000} {
			for _, jitter := range []time.Duration{0, 10 * time.Millisecond} {
				t.Run(fmt.Sprintf("%v Mbps, %v, jitter %v, %d bytes", link.mbps, link.trip, jitter, size), func(t *testing.T) {
					w := newWay(link.trip, link.mbps, jitter)
					vary := func(time.Time) int { return size/2 + w.chance.IntN(size) }
					w.run(3*time.Second, vary) // until it knows the path
					w.passed, w.longest = 0, 0
					const long = 40 * time.Second
					w.run(long, vary)
					share := float64(w.passed) / (w.rate * long.Seconds())
					if one := float64(size) / w.rate; share < 0.93 && one < 0.3 && link.mbps < 900 {
						t.Errorf("%.2f of the link is used", share)
					}
					most := slack + jitter + 20*time.Millisecond + time.Duration(3*float64(size)/w.rate*float64(time.Second))
					if w.longest > most {
						t.Errorf("an update waited %v, want at most %v", w.longest, most)
					}
				})
			}
		}
	}
}

// When the path becomes another, the pace follows.
func TestThePaceFollowsThePath(t *testing.T) {
	for name, tt := range map[string]struct {
		trip time.Duration
		mbps float64
	}{
		"narrower": {100 * time.Millisecond, 2}, "wider": {100 * time.Millisecond, 40}, "longer": {300 * time.Millisecond, 8}, "shorter": {20 * time.Millisecond, 8},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWay(100*time.Millisecond, 8, 0)
			full := func(time.Time) int { return 8000 + w.chance.IntN(8000) }
			w.run(5*time.Second, full)
			w.trip, w.rate = tt.trip, tt.mbps*1e6/8
			w.run(12*time.Second, full)
			w.passed, w.longest = 0, 0
			w.run(20*time.Second, full)
			if share := float64(w.passed) / (w.rate * 20); share < 0.93 {
				t.Errorf("%.2f of the link is used", share)
			}
			if w.longest > 120*time.Millisecond {
				t.Errorf("an update waited %v", w.longest)
			}
		})
	}
}

func TestAnswersThatNobodyAskedForAreIgnored(t *testing.T) {
	var p pace
	now := time.Unix(1, 0)
	p.came(now)
	p.sent(now, 100)
	p.came(now.Add(time.Millisecond))
	p.came(now.Add(time.Millisecond))
	if p.bytes != 0 || len(p.flying) != 0 || !p.ready(now, false) {
		t.Errorf("after one update and three answers: %+v", p)
	}
}
