package netem_test

import (
	"math"
	"testing"
	"time"

	"vmstudy/netem"
)

// fed drives a queue: a packet arrives every in, and one leaves every out. It returns when packets
// were dropped from the head.
func fed(q *netem.Queue, in, out, during time.Duration) (drops []time.Duration, waits netem.Waits) {
	next, last := 0, -1
	var arrives time.Duration
	for leaves := time.Duration(0); leaves < during; leaves += out {
		for ; arrives <= leaves; arrives += in {
			q.Push(packet(next, 1500, start.Add(arrives)))
			next++
		}
		p, ok := q.Pop(start.Add(leaves))
		if !ok {
			continue
		}
		for range number(p) - last - 1 {
			drops = append(drops, leaves)
		}
		last = number(p)
	}
	return drops, waits
}

func TestCoDelLeavesAQueueAloneThatDoesNotStand(t *testing.T) {
	q := netem.NewQueue(netem.QueueLimit{Packets: 1000, CoDel: true})
	// 80 packets at once wait for up to 79 ms, so all have left before an interval is over.
	for i := range 80 {
		q.Push(packet(i, 1500, start))
	}
	for i := range 80 {
		if p, ok := q.Pop(at(float64(i))); !ok || number(p) != i {
			t.Fatalf("packet %d: got %v, %d", i, ok, number(p))
		}
	}
	if drops, _ := fed(netem.NewQueue(netem.QueueLimit{Packets: 1000, CoDel: true}), ms, ms, time.Minute); len(drops) > 0 {
		t.Errorf("%d drops from a queue in which nothing waits", len(drops))
	}
}

// RFC 8289, sections 3.3 and 5.6: dropping begins when the wait has been above the target for an
// interval, and the n-th drop follows interval/√n after the one before.
func TestCoDelDropsEverMoreOften(t *testing.T) {
	q := netem.NewQueue(netem.QueueLimit{Packets: 100_000, CoDel: true})
	drops, _ := fed(q, 500*time.Microsecond, ms, 2*time.Second) // twice as many arrive as can leave
	if len(drops) < 20 {
		t.Fatalf("only %d drops in two seconds", len(drops))
	}
	// After t ms the head of the queue has waited for t/2 ms. So the wait exceeds 5 ms from 10 ms on, and the
	// first drop follows an interval later.
	if first := drops[0]; first < 110*ms || first > 112*ms {
		t.Errorf("first drop after %v, want 110 ms", first)
	}
	for i := 1; i < 20; i++ {
		want := time.Duration(float64(100*ms) / math.Sqrt(float64(i)))
		if got := drops[i] - drops[i-1]; got < want-2*ms || got > want+2*ms { // drops only happen when a packet leaves, every ms
			t.Errorf("drop %d came %v after the one before, want %v", i+1, got, want)
		}
	}
}

func TestCoDelNeverDropsTheLastPacket(t *testing.T) {
	q := netem.NewQueue(netem.QueueLimit{Packets: 10, CoDel: true})
	for i := range 200 {
		sent := at(float64(i) * 20)
		q.Push(packet(i, 1500, sent))
		if p, ok := q.Pop(sent.Add(19 * ms)); !ok || number(p) != i { // every packet waits longer than the target
			t.Fatalf("packet %d was dropped though nothing waited behind it", i)
		}
	}
}
