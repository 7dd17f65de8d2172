package session

import (
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// How often a link is looked at, and how many looks are kept: two hours of seconds. A longer
// attempt is kept by twos, fours and so on.
const (
	meterPause = time.Second
	meterLimit = 7200
)

// meter looks at a link every second and keeps what passed it. It only reads counters, so the
// link does not notice.
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

// sample asks the link. Each wait in a queue is told once, so every sample has to go into the
// series.
func (m *meter) sample() netem.Sample {
	now := netem.Sample{At: time.Now(), Total: m.link.Counters()}
	// A link of the kernel's does not tell how long packets wait.
	if queues, ok := m.link.(interface{ TakeWaits() (down, up netem.Waits) }); ok {
		now.Down, now.Up = queues.TakeWaits()
	}
	return now
}

// run looks until done is closed.
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

// seconds returns what passed so far. The second that has not ended does so now.
func (m *meter) seconds() []study.LinkSecond {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.series.Add(m.sample())
	return m.series.Seconds()
}
