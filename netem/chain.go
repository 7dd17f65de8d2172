package netem

import (
	"math/rand/v2"
	"time"

	"vmstudy/study"
)

// Chain is one direction of a link: loss, then rate with its queue, then delay. That is
// the order of a real path, where what is lost takes no room in the queue and the queue
// of the bottleneck stands before the long wire. A Chain is itself a Stage.
type Chain struct {
	loss  *Loss
	rate  *Rate
	delay *Delay

	stages  []Stage // the same three, in order
	dropped int64
}

var _ Stage = (*Chain)(nil)

// Numbers that keep the random streams of one seed apart.
const (
	lossStream = iota + 1
	jitterStream
)

// NewChain returns the chain of one direction of n: that direction's rate is given, since
// n has two. n must be valid. The same seed drops and delays the same packets.
func NewChain(n study.Network, rate study.Bitrate, seed uint64) *Chain {
	c := &Chain{
		loss:  NewLoss(0, rand.New(rand.NewPCG(seed, lossStream))),
		rate:  NewRate(0, 0),
		delay: NewDelay(0, 0, rand.New(rand.NewPCG(seed, jitterStream))),
	}
	c.stages = []Stage{c.loss, c.rate, c.delay}
	c.Set(n, rate)
	return c
}

// Set changes the condition for the packets still to come, and the rate also for those
// that wait in the queue. No packet in the chain is lost, and none overtakes another.
func (c *Chain) Set(n study.Network, rate study.Bitrate) {
	c.loss.Set(n.Loss)
	c.rate.Set(rate, n.QueueLimit(rate))
	c.delay.Set(n.RTT/2, n.Jitter)
}

// Dropped returns how many packets were dropped so far, by loss or by a full queue.
func (c *Chain) Dropped() int64 { return c.dropped }

// Push takes p in, or drops it.
func (c *Chain) Push(p Packet) bool {
	c.advance(p.Arrived) // what has left the queue by now makes room in it
	before := c.dropped
	c.pass(0, p)
	c.advance(p.Arrived)
	return c.dropped == before
}

// Pop returns the next packet that has been through every stage at now.
func (c *Chain) Pop(now time.Time) (Packet, bool) {
	c.advance(now)
	return c.stages[len(c.stages)-1].Pop(now)
}

// Next returns when the last stage that holds packets will let one go. As order is kept,
// nothing comes out of the chain before. Earlier stages need no waking for their own
// hand-overs: done late, they are still counted from the moment they were due.
func (c *Chain) Next() time.Time {
	for i := len(c.stages) - 1; i >= 0; i-- {
		if next := c.stages[i].Next(); !next.IsZero() {
			return next
		}
	}
	return time.Time{}
}

// advance hands on every packet that is due at now to the stage after it.
func (c *Chain) advance(now time.Time) {
	for i, s := range c.stages[:len(c.stages)-1] {
		for p, ok := s.Pop(now); ok; p, ok = s.Pop(now) {
			c.pass(i+1, p)
		}
	}
}

func (c *Chain) pass(stage int, p Packet) {
	if !c.stages[stage].Push(p) {
		c.dropped++
	}
}
