package netem

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"vmstudy/study"
)

// Chain is one direction of a link, made of the stages that its condition needs, in this
// order: outage, loss (single or in bursts), duplicates, the bottleneck with its queue,
// reordering, delay. That is the order of a real path, where what is lost takes no room in
// the queue and the queue of the bottleneck stands before the long wire. A Chain is itself
// a Stage; it keeps order unless its condition lets packets overtake.
type Chain struct {
	direction study.Direction
	seed      uint64

	network study.Network // with its schedule
	trace   *Trace        // in place of the rate; nil for none
	replay  *Replay       // of trace, since began
	began   time.Time     // the clock of schedule and trace; zero until the first packet
	now     study.Network // the phase of network that holds
	until   time.Time     // when the next begins; zero for never

	// Each is nil until it is needed. What was made stays, so that its counts do.
	outage     *Outage
	loss       *Loss
	bursts     *BurstLoss
	duplicate  *Duplicate
	bottleneck *Bottleneck
	reorder    *Reorder
	delay      *Delay

	stages   []Stage // those that now needs, and those that still hold packets, in order
	leftover bool    // there are some of the latter
	overtake bool    // packets may come out in another order
	pushing  Packet  // what Push is about; and what became of it:
	refused  bool

	packets, bytes int64 // let out
}

var _ Stage = (*Chain)(nil)

// Numbers that keep the random streams of one seed apart.
const (
	lossStream = iota + 1
	jitterStream
	burstStream
	duplicateStream
	reorderStream
)

// NewChain returns the chain of one direction of n, which must be valid. The same seed
// treats the same packets alike. If n names a trace for that direction, Start must be called
// before the first packet.
func NewChain(n study.Network, d study.Direction, seed uint64) *Chain {
	c := &Chain{direction: d, seed: seed, delay: NewDelay(0, Jitter{}, random(seed, jitterStream))}
	c.Set(n)
	return c
}

func random(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// Set changes the condition for the packets still to come, and the rate also for those that
// wait in the queue. No packet in the chain is lost. The clock of the schedule begins anew
// with the next packet, or when Start says so.
func (c *Chain) Set(n study.Network) {
	c.network, c.began, c.until = n, time.Time{}, time.Time{}
	c.hold(0)
}

// Start begins the clock of schedule and trace at now. The trace is replayed in place of the
// rate wherever the condition names one for this direction; nil is for conditions that do not.
func (c *Chain) Start(now time.Time, trace *Trace) {
	c.trace = trace
	c.start(now)
}

func (c *Chain) start(now time.Time) {
	c.began, c.replay = now, nil
	if c.trace != nil {
		c.replay = NewReplay(c.trace, now)
	}
	c.hold(0)
}

// hold puts the condition into effect that holds when t has passed on the clock.
func (c *Chain) hold(t time.Duration) {
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

// setDrops sets the stages that drop or double packets.
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

// choose lists the stages that are needed now, and those that are not but hold packets.
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
	if len(c.stages) == 1 { // nothing but delay: the way of a link without a condition is short
		return c.delay.Push(p)
	}
	c.advance(p.Arrived) // what has left the queue by now makes room in it
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

// Next returns when the last stage that holds packets will let one go: as order is kept,
// nothing comes out of the chain before. Earlier stages need no waking for their own
// hand-overs: done late, they are still counted from the moment they were due. Where packets
// may overtake, it is the first time of any stage. A phase that begins before wakes too, as
// it may let packets go earlier.
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

// tick lets every phase begin that is due at now, each at its own time.
func (c *Chain) tick(now time.Time) {
	if c.began.IsZero() && (len(c.network.Schedule.Phases) > 0 || c.trace != nil) {
		c.start(now)
	}
	for !c.until.IsZero() && !now.Before(c.until) {
		if c.Next().IsZero() {
			c.hold(now.Sub(c.began)) // nothing is under way: what was meanwhile does not matter
			return
		}
		at := c.until
		c.advance(at)
		c.hold(at.Sub(c.began))
	}
	if c.leftover {
		c.choose()
	}
}

// advance hands on every packet that is due at now to the stage after it.
func (c *Chain) advance(now time.Time) {
	for i, s := range c.stages[:len(c.stages)-1] {
		for p, ok := s.Pop(now); ok; p, ok = s.Pop(now) {
			c.pass(i+1, p)
		}
	}
}

// pass pushes p into a stage, and notes it if that drops the packet that Push is about.
func (c *Chain) pass(stage int, p Packet) {
	if !c.stages[stage].Push(p) && same(p.Data, c.pushing.Data) {
		c.refused = true
	}
}

// same reports whether a and b are the same memory.
func same(a, b []byte) bool { return len(a) > 0 && len(b) > 0 && &a[0] == &b[0] }

// String lists the stages that are needed now, in order and with their parameters, and the
// seed of their chance: what has to be known to do it all again.
func (c *Chain) String() string {
	words := make([]string, len(c.stages))
	for i, s := range c.stages {
		words[i] = s.String()
	}
	return fmt.Sprintf("%s, seed %d: %s", c.direction, c.seed, strings.Join(words, " → "))
}
