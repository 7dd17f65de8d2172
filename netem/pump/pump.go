package pump

import (
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// Pump carries packets in one direction. A pushed packet goes through a chain, and the keeper delivers
// it when it is due. Only one goroutine at a time delivers, so packets overtake each other only where
// the chain lets them.
type Pump struct {
	deliver func(packet []byte)
	keeper  *keeper
	turn    turn // guarded by the keeper's mu

	delivering sync.Mutex // held during a delivery

	mu             sync.Mutex // guards the fields below; lock it after delivering if both are needed
	chain          *netem.Chain
	clear          bool      // the network adds nothing
	due            time.Time // the time in the last call of keeper.remind
	closed         bool
	packets, bytes int64
	batch          []netem.Packet // guarded by delivering
}

// New returns a pump that carries packets through chain until it is closed. A goroutine of the keeper
// calls deliver with each packet that is due; deliver must not block.
func New(chain *netem.Chain, deliver func(packet []byte)) *Pump {
	return &Pump{deliver: deliver, keeper: hire(), chain: chain}
}

// Pass reports whether the caller may deliver packets at once instead of pushing them: the network
// adds nothing, and no packet is under way that they would overtake. If so, it counts them as
// delivered. bytes is the sum of their sizes.
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

// Clear reports whether the network adds nothing.
func (p *Pump) Clear() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.clear
}

// Push takes a packet that its sender hands over now. It never waits for delivery. After Close it
// drops the packet.
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

// Set changes the network for packets that are pushed from now on, and begins the clock of its
// schedule and of trace. trace is nil if n names none for this direction.
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

// remind tells the keeper when the next packet is due, if that has changed. The caller holds mu.
func (p *Pump) remind() {
	if next := p.chain.Next(); next != p.due {
		p.due = next
		p.keeper.remind(p, next)
	}
}

// deliverDue delivers the packets that are due. Only the keeper calls it, after it has removed p from
// its agenda.
func (p *Pump) deliverDue() {
	p.delivering.Lock()
	defer p.delivering.Unlock()
	p.takeDue()
	for _, packet := range p.batch {
		p.deliver(packet.Data)
	}
	clear(p.batch) // the array is reused, so it must not keep the packets' data alive
}

// takeDue moves the packets that are due to batch, and tells the keeper when the next one is due.
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

// String describes the chain.
func (p *Pump) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chain.String()
}

// Counted returns the packets and bytes delivered, and the packets dropped.
func (p *Pump) Counted() (packets, bytes int64, dropped study.Drops) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.chain.Counters()
	return p.packets, p.bytes, study.Drops{Lost: c.Lost, Full: c.Full, Managed: c.Managed, Cut: c.Cut}
}

// TakeWaits returns the waits of packets that have left the queue since the last call.
func (p *Pump) TakeWaits() netem.Waits {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.chain.TakeWaits()
}

// Close drops packets under way. When it returns, deliver is not called any more.
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
