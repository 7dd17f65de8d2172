package netem

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vmstudy/study"
)

// Chain is one direction of a link. It consists of the stages that its network needs, in this
// order: outage, loss (single or in bursts), duplicates, the bottleneck with its queue,
// reordering, delay. That is the order of a real path: lost packets take no room in the queue,
// and the queue of the bottleneck is before the long wire. A Chain is itself a Stage. It keeps
// packets in order unless its network lets them overtake.
type Chain struct {
	direction study.Direction
	seed      uint64

	network study.Network // with its schedule
	trace   *Trace        // replayed in place of the rate; nil for none
	replay  *Replay       // of trace, from began on
	began   time.Time     // when the clock of schedule and trace began; zero until the first packet
	now     study.Network // network in its current phase
	until   time.Time     // when now changes next; zero for never

	// A stage is nil until it is first needed. Then it stays, so that its counts are kept.
	outage     *Outage
	loss       *Loss
	bursts     *BurstLoss
	duplicate  *Duplicate
	bottleneck *Bottleneck
	reorder    *Reorder
	delay      *Delay

	stages   []Stage // the stages that now needs, and others that still contain packets, in order
	leftover bool    // stages has some that now does not need
	overtake bool    // packets may come out in another order
	pushing  Packet  // the argument of the Push that is running
	refused  bool    // a stage dropped pushing

	packets, bytes int64 // that came out
}

var _ Stage = (*Chain)(nil)

// The stages use different random streams of the same seed.
const (
	lossStream = iota + 1
	jitterStream
	burstStream
	duplicateStream
	reorderStream
)

// NewChain returns the chain of one direction of n, which must be valid. Chains with the same seed
// treat the same packets in the same way. If n names a trace for the direction, Start must be
// called before the first packet.
func NewChain(n study.Network, d study.Direction, seed uint64) *Chain {
	c := &Chain{direction: d, seed: seed, delay: NewDelay(0, Jitter{}, random(seed, jitterStream))}
	c.Set(n)
	return c
}

func random(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// Set changes the network for packets that are pushed from now on, and the rate also for packets
// that wait in the queue. No packet in the chain is lost. The clock of the schedule begins again
// with the next packet, or with Start.
func (c *Chain) Set(n study.Network) {
	c.network, c.began, c.until = n, time.Time{}, time.Time{}
	c.apply(0)
}

// Start begins the clock of schedule and trace at now. The trace is replayed in place of the rate
// whenever the network names a trace for this direction; else trace may be nil.
func (c *Chain) Start(now time.Time, trace *Trace) {
	c.trace = trace
	c.start(now)
}

func (c *Chain) start(now time.Time) {
	c.began, c.replay = now, nil
	if c.trace != nil {
		c.replay = NewReplay(c.trace, now)
	}
	c.apply(0)
}

// apply sets all stages to the network as it is when t has passed on the clock of the schedule.
func (c *Chain) apply(t time.Duration) {
	now, until := c.network.At(t)
	c.until = time.Time{}
	if until != study.Forever && !c.began.IsZero() {
		c.until = c.began.Add(until)
	}
	c.now = now
	c.setDrops()
	c.setBottleneck()
	c.delay.Set(now.RTT/2, Jitter{By: now.Jitter, Shape: now.Shape, Overtake: now.Overtake})
	c.overtake = now.Overtake || now.Reorder > 0
	c.choose()
}

// setDrops sets the stages that drop, duplicate or reorder packets.
func (c *Chain) setDrops() {
	n := c.now
	if n.Outage && c.outage == nil {
		c.outage = NewOutage(true)
	}
	single, bursts := n.Loss, 0.0
	if n.Burst > 0 {
		single, bursts = 0, n.Loss
	}
	if single > 0 && c.loss == nil {
		c.loss = NewLoss(single, random(c.seed, lossStream))
	}
	if bursts > 0 && c.bursts == nil {
		c.bursts = NewBurstLoss(bursts, n.Burst, random(c.seed, burstStream))
	}
	if n.Duplicate > 0 && c.duplicate == nil {
		c.duplicate = NewDuplicate(n.Duplicate, random(c.seed, duplicateStream))
	}
	if n.Reorder > 0 && c.reorder == nil {
		c.reorder = NewReorder(n.Reorder, random(c.seed, reorderStream))
	}
	if c.outage != nil {
		c.outage.Set(n.Outage)
	}
	if c.loss != nil {
		c.loss.Set(single)
	}
	if c.bursts != nil && bursts > 0 {
		c.bursts.Set(bursts, n.Burst)
	}
	if c.duplicate != nil {
		c.duplicate.Set(n.Duplicate)
	}
	if c.reorder != nil {
		c.reorder.Set(n.Reorder)
	}
}

// setBottleneck sets the wire and its queue.
func (c *Chain) setBottleneck() {
	rate, replays := c.now.Rate(c.direction), c.now.Trace(c.direction) != "" && c.trace != nil
	if replays {
		rate = c.trace.Rate()
	}
	if rate > 0 && c.bottleneck == nil {
		c.bottleneck = NewBottleneck(NewQueue(QueueLimit{}))
	}
	switch {
	case c.bottleneck == nil:
		return
	case replays && c.replay != nil:
		c.bottleneck.SetReplay(c.replay, c.now.Overhead)
	case rate > 0:
		c.bottleneck.SetRate(NewRate(rate), c.now.Overhead)
	default:
		c.bottleneck.SetUnlimited()
	}
	c.bottleneck.queue.Set(limitOf(c.now, rate))
}

// choose sets stages to those that now needs, and others that still contain packets.
func (c *Chain) choose() {
	n := c.now
	c.stages, c.leftover = c.stages[:0], false
	add := func(needed, made bool, s Stage) {
		if needed || made && !s.Next().IsZero() {
			c.stages = append(c.stages, s)
			c.leftover = c.leftover || !needed
		}
	}
	add(n.Outage, c.outage != nil, c.outage)
	add(n.Loss > 0 && n.Burst == 0, c.loss != nil, c.loss)
	add(n.Loss > 0 && n.Burst > 0, c.bursts != nil, c.bursts)
	add(n.Duplicate > 0, c.duplicate != nil, c.duplicate)
	add(n.Rate(c.direction) > 0 || n.Trace(c.direction) != "" && c.bottleneck != nil, c.bottleneck != nil, c.bottleneck)
	add(n.Reorder > 0, c.reorder != nil, c.reorder)
	add(true, true, c.delay)
}

// Push takes p in, or drops it.
func (c *Chain) Push(p Packet) bool {
	c.tick(p.Arrived)
	if len(c.stages) == 1 { // only the delay: a shortcut for a network that sets nothing else
		return c.delay.Push(p)
	}
	c.advance(p.Arrived) // packets that have left the queue by now make room in it
	c.pushing, c.refused = p, false
	c.pass(0, p)
	c.advance(p.Arrived)
	c.pushing = Packet{}
	return !c.refused
}

// Pop returns the next packet that has been through every stage at now.
func (c *Chain) Pop(now time.Time) (Packet, bool) {
	c.tick(now)
	if len(c.stages) > 1 {
		c.advance(now)
	}
	p, ok := c.delay.Pop(now)
	if ok {
		c.packets++
		c.bytes += int64(len(p.Data))
	}
	return p, ok
}

// Next returns when the last stage that contains packets will let one go. Since packets keep their
// order, none comes out of the chain before. Earlier stages need no waking: if a packet moves to
// the next stage late, its times still count from the moment at which it was due. If packets may
// overtake, Next returns the earliest time of any stage. If a phase begins before that, Next returns
// its beginning, since the phase may let packets go earlier.
func (c *Chain) Next() time.Time {
	var first time.Time
	for i := len(c.stages) - 1; i >= 0; i-- {
		next := c.stages[i].Next()
		if next.IsZero() {
			continue
		}
		if first.IsZero() || next.Before(first) {
			first = next
		}
		if !c.overtake {
			break
		}
	}
	if !first.IsZero() && !c.until.IsZero() && c.until.Before(first) {
		return c.until
	}
	return first
}

// tick begins every phase that is due at now, each at its own time.
func (c *Chain) tick(now time.Time) {
	if c.began.IsZero() && (len(c.network.Schedule.Phases) > 0 || c.trace != nil) {
		c.start(now)
	}
	for !c.until.IsZero() && !now.Before(c.until) {
		if c.Next().IsZero() {
			c.apply(now.Sub(c.began)) // the chain is empty, so phases that are over do not matter
			return
		}
		at := c.until
		c.advance(at)
		c.apply(at.Sub(c.began))
	}
	if c.leftover {
		c.choose()
	}
}

// advance moves every packet that is due at now to the next stage.
func (c *Chain) advance(now time.Time) {
	for i, s := range c.stages[:len(c.stages)-1] {
		for p, ok := s.Pop(now); ok; p, ok = s.Pop(now) {
			c.pass(i+1, p)
		}
	}
}

// pass pushes p into a stage. It sets refused if the stage drops the packet of the running Push.
func (c *Chain) pass(stage int, p Packet) {
	if !c.stages[stage].Push(p) && same(p.Data, c.pushing.Data) {
		c.refused = true
	}
}

// same reports whether a and b begin at the same memory address.
func same(a, b []byte) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// String lists the current stages in order, with their parameters, and the seed of their random
// numbers. That is enough to repeat the emulation.
func (c *Chain) String() string {
	words := make([]string, len(c.stages))
	for i, s := range c.stages {
		words[i] = s.String()
	}
	return fmt.Sprintf("%s, seed %d: %s", c.direction, c.seed, strings.Join(words, " → "))
}
