package netem

import (
	"fmt"
	"time"

	"vmstudy/study"
)

// QueueLimit says how long a queue may get. With the zero QueueLimit no packet can wait.
type QueueLimit struct {
	Packets int // the limit in packets, if Bytes is 0
	Bytes   int // the limit in bytes of IP packets; an empty queue always has room for one packet
	CoDel   bool
}

// Queue is where packets wait for a wire: first in, first out. It drops packets that find it full
// (drop-tail) and, with CoDel, some packets that have waited too long.
//
// As a Stage it has no time of its own: Pop returns the next packet whenever it is called. The caller,
// a Bottleneck, calls it when the wire is free.
type Queue struct {
	limit  QueueLimit
	waits  ring[Packet]
	bytes  int
	codel  codel
	full   int64
	waited Waits // since the beginning
	recent Waits // since the last TakeWaits
}

var _ Stage = (*Queue)(nil)

// Waits summarises how long packets waited in a queue before the wire took them. The zero Waits
// means that no packet has left the queue.
type Waits struct {
	Count         int64
	Sum, Min, Max time.Duration
}

// Mean returns the mean wait; 0 if there was none.
func (w Waits) Mean() time.Duration {
	if w.Count == 0 {
		return 0
	}
	return w.Sum / time.Duration(w.Count)
}

// plus returns the summary of both.
func (w Waits) plus(v Waits) Waits {
	switch {
	case w.Count == 0:
		return v
	case v.Count == 0:
		return w
	}
	return Waits{Count: w.Count + v.Count, Sum: w.Sum + v.Sum, Min: min(w.Min, v.Min), Max: max(w.Max, v.Max)}
}

func (w *Waits) add(d time.Duration) {
	if w.Count == 0 || d < w.Min {
		w.Min = d
	}
	w.Max = max(w.Max, d)
	w.Sum += d
	w.Count++
}

// NewQueue returns an empty queue.
func NewQueue(limit QueueLimit) *Queue { return &Queue{limit: limit} }

// Set changes the limit. A smaller limit does not drop packets that wait already.
func (q *Queue) Set(limit QueueLimit) { q.limit = limit }

// Push takes p in, or drops it if there is no room.
func (q *Queue) Push(p Packet) bool {
	if !q.room(len(p.Data)) {
		q.full++
		return false
	}
	q.put(p)
	return true
}

func (q *Queue) room(size int) bool {
	if q.limit.Bytes > 0 {
		return q.bytes == 0 || q.bytes+size <= q.limit.Bytes
	}
	return q.waits.len() < q.limit.Packets
}

// Pop returns the next packet for the wire, which takes it at now. Arrived still is the time of Push.
// CoDel may drop packets before it, even all of them.
func (q *Queue) Pop(now time.Time) (Packet, bool) {
	if q.waits.len() == 0 || q.waits.head().Arrived.After(now) {
		return Packet{}, false
	}
	p, ok := q.take(), true
	if q.limit.CoDel {
		p, ok = q.codel.choose(now, p, q)
	}
	if ok {
		wait := now.Sub(p.Arrived)
		q.waited.add(wait)
		q.recent.add(wait)
	}
	return p, ok
}

func (q *Queue) take() Packet {
	p := q.waits.pop()
	q.bytes -= len(p.Data)
	return p
}

// Next returns when the next packet arrived. Pop returns it at any time from then on.
func (q *Queue) Next() time.Time {
	if q.waits.len() == 0 {
		return time.Time{}
	}
	return q.waits.head().Arrived
}

func (q *Queue) String() string {
	s := fmt.Sprintf("queue %d packets", q.limit.Packets)
	if q.limit.Bytes > 0 {
		s = fmt.Sprintf("queue %d bytes", q.limit.Bytes)
	}
	if q.limit.CoDel {
		return fmt.Sprintf("%s, CoDel target %v interval %v", s, codelTarget, codelInterval)
	}
	return s + ", drop-tail"
}

// limitOf returns the limit that n sets on the queue of a wire with the given rate.
func limitOf(n study.Network, rate study.Bitrate) QueueLimit {
	return QueueLimit{Packets: n.QueueLimit(rate), Bytes: n.QueueBytes, CoDel: n.Discipline == study.CoDel}
}

// FullQueue returns how long the last packet in a full queue of n waits for a wire of the given rate,
// which must be above 0.
func FullQueue(n study.Network, rate study.Bitrate) time.Duration {
	limit := limitOf(n, rate)
	if limit.Bytes == 0 {
		limit.Bytes = limit.Packets * study.PacketSize
	}
	return sendTime(limit.Bytes, rate)
}

// put takes p in even if the queue is full.
func (q *Queue) put(p Packet) {
	q.bytes += len(p.Data)
	q.waits.push(p)
}
