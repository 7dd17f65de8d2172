package session

import (
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// How often a meter samples its link, and how many samples it keeps: two hours of seconds. In a longer attempt
// the kept samples are 2, 4, 8, ... seconds apart.
const (
	meterPause = time.Second
	meterLimit = 7200
)

// meter samples the traffic of a link every second. It only reads counters, so it does not disturb the
// link.
type meter struct {
	link netem.Link

	mu     sync.Mutex
	series *netem.Series
}

func newMeter(link netem.Link) *meter {
	m := &meter{link: link}
	m.series = netem.NewSeries(meterLimit, m.sample())
	return m
}

// sample reads the link's counters. A link reports each wait in a queue only once, so every sample must
// be added to the series.
func (m *meter) sample() netem.Sample {
	now := netem.Sample{Total: m.link.Counters()}
	now.At = time.Now() // of the counters: to ask for them may take a while
	// A link of the kernel way does not know how long packets wait.
	if queues, ok := m.link.(interface{ TakeWaits() (down, up netem.Waits) }); ok {
		now.Down, now.Up = queues.TakeWaits()
	}
	return now
}

// run samples until done is closed.
func (m *meter) run(done <-chan struct{}) {
	tick := time.NewTicker(meterPause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			m.look()
		case <-done:
			return
		}
	}
}

func (m *meter) look() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series.Add(m.sample())
}

// seconds returns the traffic so far. The current second ends now, so it may be shorter than a second.
func (m *meter) seconds() []study.LinkSecond {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series.Add(m.sample())
	return m.series.Seconds()
}
