package userspace

import (
	"fmt"
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// A process that has slept wakes late: measured, a median of 0.07 to 0.15 ms on a virtual
// machine. Before a sleep longer than lull the alarm is set earlier by lead,
// and the rest is spun away: at most 6 % of one processor, and only while a packet waits.
// A busy pump wakes on time by itself, and does not spin.
const (
	lull = 5 * time.Millisecond
	lead = 300 * time.Microsecond
)

// pump carries packets in one direction. It is the only part of the link that looks at a
// clock or owns a goroutine: one, so that packets cannot overtake each other.
type pump struct {
	deliver func(packet []byte)
	alarm   *alarm
	ended   chan struct{}

	mu             sync.Mutex // guards what follows, and every set and close of alarm
	chain          *netem.Chain
	closed         bool
	packets, bytes int64
}

// startPump returns a running pump; close ends it. deliver is called on the pump's own
// goroutine with each packet that is due, and owns it.
func startPump(chain *netem.Chain, deliver func(packet []byte)) (*pump, error) {
	alarm, err := newAlarm()
	if err != nil {
		return nil, fmt.Errorf("start pump: %w", err)
	}
	p := &pump{deliver: deliver, alarm: alarm, ended: make(chan struct{}), chain: chain}
	go p.run()
	return p, nil
}

// push takes over a packet that its sender has just let go. It never waits for delivery.
// After close it drops the packet.
func (p *pump) push(packet []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	now, idle := time.Now(), p.chain.Next().IsZero()
	p.chain.Push(netem.Packet{Data: packet, Arrived: now})
	// Behind other packets this one cannot be due first, so the alarm already stands right.
	if idle {
		p.setAlarm(now)
	}
}

// set changes the condition of the packets still to come.
func (p *pump) set(n study.Network, rate study.Bitrate) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.chain.Set(n, rate)
	p.setAlarm(time.Now())
}

func (p *pump) run() {
	defer close(p.ended)
	var batch []netem.Packet
	for p.alarm.wait() == nil {
		p.spin()
		for batch = p.due(batch[:0]); len(batch) > 0; batch = p.due(batch[:0]) {
			for _, packet := range batch {
				p.deliver(packet.Data)
			}
			clear(batch) // so that the reused array keeps no data alive
		}
	}
}

// due appends to batch what is due now. If that is nothing, it sets the alarm.
func (p *pump) due(batch []netem.Packet) []netem.Packet {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return batch
	}
	now := time.Now()
	for packet, ok := p.chain.Pop(now); ok; packet, ok = p.chain.Pop(now) {
		p.packets++
		p.bytes += int64(len(packet.Data))
		batch = append(batch, packet)
	}
	if len(batch) == 0 {
		p.setAlarm(now)
	}
	return batch
}

// setAlarm sets the alarm for the next packet, or switches it off if there is none.
// The caller holds mu.
func (p *pump) setAlarm(now time.Time) {
	next := p.chain.Next()
	if next.Sub(now) > lull {
		next = next.Add(-lead)
	}
	p.alarm.set(next)
}

// spin waits until the next packet is due, if the alarm went off early for it.
func (p *pump) spin() {
	p.mu.Lock()
	next := p.chain.Next()
	p.mu.Unlock()
	if time.Until(next) > lead {
		return
	}
	for time.Now().Before(next) {
		// Sleeping is what was too inexact.
	}
}

// counted returns the packets and bytes handed over, and the packets dropped.
func (p *pump) counted() (packets, bytes, dropped int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.packets, p.bytes, p.chain.Dropped()
}

// close drops what is on its way and returns when the pump's goroutine has ended.
func (p *pump) close() {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		p.alarm.close()
	}
	p.mu.Unlock()
	<-p.ended
}
