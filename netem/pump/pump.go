package pump

import (
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// Pump carries packets in one direction: what is pushed goes through a chain, and the keeper
// lets it out when it is due. One keeper, so packets cannot overtake each other but where
// the chain says so.
type Pump struct {
	deliver func(packet []byte)
	keeper  *keeper
	turn    turn // the keeper's

	delivering sync.Mutex // held while packets are handed over

	mu             sync.Mutex // guards what follows; held together with delivering, taken after it
	chain          *netem.Chain
	clear          bool      // the condition adds nothing
	due            time.Time // what the keeper was told last
	closed         bool
	packets, bytes int64
	batch          []netem.Packet // guarded by delivering
}

// New returns a pump that carries packets through chain until it is closed. deliver is
// called on a goroutine of the keeper with each packet that is due, and must not wait.
func New(chain *netem.Chain, deliver func(packet []byte)) *Pump {
	return &Pump{deliver: deliver, keeper: hire(), chain: chain}
}

// Pass reports whether packets of so many bytes in all need not be pushed, but may be handed
// over at once: nothing holds them back, and none is on its way that they would overtake. It
// counts them as handed over.
func (p *Pump) Pass(packets, bytes int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.clear || p.closed || !p.chain.Next().IsZero() {
		return false
	}
	p.packets += int64(packets)
	p.bytes += int64(bytes)
	return true
}

// Clear reports whether the condition adds nothing.
func (p *Pump) Clear() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clear
}

// Push takes over a packet that its sender has just let go. It never waits for delivery.
// After Close it drops the packet.
func (p *Pump) Push(packet []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	if !p.chain.Push(netem.Packet{Data: packet, Arrived: time.Now()}) {
		Free(packet)
	}
	p.remind()
}

// Set changes the condition of the packets still to come, and begins the clock of its
// schedule and of trace, which is nil where n names none.
func (p *Pump) Set(n study.Network, trace *netem.Trace) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	p.chain.Set(n)
	p.clear = n.IsZero()
	p.chain.Start(time.Now(), trace)
	p.remind()
}

// remind tells the keeper when the next packet is due, where that has changed. The caller
// holds mu.
func (p *Pump) remind() {
	if next := p.chain.Next(); next != p.due {
		p.due = next
		p.keeper.remind(p, next)
	}
}

// deliverDue hands over what is due. Only the keeper calls it, after taking p off its agenda.
func (p *Pump) deliverDue() {
	p.delivering.Lock()
	defer p.delivering.Unlock()
	p.takeDue()
	for _, packet := range p.batch {
		p.deliver(packet.Data)
	}
	clear(p.batch) // so that the reused array keeps no data alive
}

// takeDue fills batch, and has the keeper come again for the rest.
func (p *Pump) takeDue() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.batch, p.due = p.batch[:0], time.Time{}
	if p.closed {
		return
	}
	now := time.Now()
	for packet, ok := p.chain.Pop(now); ok; packet, ok = p.chain.Pop(now) {
		p.packets++
		p.bytes += int64(len(packet.Data))
		p.batch = append(p.batch, packet)
	}
	p.remind()
}

// String says what the chain is.
func (p *Pump) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chain.String()
}

// Counted returns the packets and bytes handed over, and the packets dropped.
func (p *Pump) Counted() (packets, bytes int64, dropped study.Drops) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.chain.Counters()
	return p.packets, p.bytes, study.Drops{Lost: c.Lost, Full: c.Full, Managed: c.Managed, Cut: c.Cut}
}

// TakeWaits returns how long packets waited in the queue since it was last called.
func (p *Pump) TakeWaits() netem.Waits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chain.TakeWaits()
}

// Close drops what is on its way and returns when nothing is handed over any more.
func (p *Pump) Close() {
	p.mu.Lock()
	first := !p.closed
	p.closed = true
	p.mu.Unlock()
	if first {
		p.keeper.dismiss(p)
	}
	p.delivering.Lock()
	defer p.delivering.Unlock()
}
