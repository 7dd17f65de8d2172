package netem

// Counters say what became of the packets of one direction.
type Counters struct {
	Packets, Bytes int64 // came out

	Lost       int64 // dropped by loss
	Full       int64 // dropped by a full queue
	Managed    int64 // dropped by CoDel
	Cut        int64 // dropped by an outage
	Duplicated int64 // copies that were made; Packets counts those that came out

	Waiting      int // packets in the queue now, without the one on the wire
	WaitingBytes int
	Waits        Waits // of packets that have left the queue
}

// Dropped returns how many packets were dropped, whatever the cause.
func (c Counters) Dropped() int64 { return c.Lost + c.Full + c.Managed + c.Cut }

// Counters returns the counts so far.
func (c *Chain) Counters() Counters {
	n := Counters{Packets: c.packets, Bytes: c.bytes}
	if c.outage != nil {
		n.Cut = c.outage.cut
	}
	if c.loss != nil {
		n.Lost += c.loss.lost
	}
	if c.bursts != nil {
		n.Lost += c.bursts.lost
	}
	if c.duplicate != nil {
		n.Duplicated = c.duplicate.made
	}
	if c.bottleneck != nil {
		q := c.bottleneck.queue
		n.Full, n.Managed, n.Waits = q.full, q.codel.dropped, q.waited
		n.Waiting, n.WaitingBytes = q.waits.len(), q.bytes
	}
	return n
}

// TakeWaits returns the waits of packets that have left the queue since the last call. It does not
// change Counters.
func (c *Chain) TakeWaits() Waits {
	if c.bottleneck == nil {
		return Waits{}
	}
	taken := c.bottleneck.queue.recent
	c.bottleneck.queue.recent = Waits{}
	return taken
}
