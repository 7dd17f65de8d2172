package netem_test

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/netem"
	"vmstudy/study"
)

var start = time.Unix(1_000_000, 0)

// at returns the moment ms milliseconds after start.
func at(ms float64) time.Time {
	return start.Add(time.Duration(ms * float64(time.Millisecond)))
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// packet returns a packet whose data begins with its number.
func packet(number, size int, arrived time.Time) netem.Packet {
	data := make([]byte, size)
	binary.BigEndian.PutUint32(data, uint32(number))
	return netem.Packet{Data: data, Arrived: arrived}
}

func number(p netem.Packet) int { return int(binary.BigEndian.Uint32(p.Data)) }

// popAll pops the packets that are due at now and returns their numbers.
func popAll(s netem.Stage, now time.Time) []int {
	var got []int
	for p, ok := s.Pop(now); ok; p, ok = s.Pop(now) {
		got = append(got, number(p))
	}
	return got
}

// drawNetwork draws a valid network for a chain towards the participant.
func drawNetwork(t *rapid.T) study.Network {
	n := study.Network{
		Down:     study.Bitrate(rapid.SampledFrom([]int64{0, 12_000, 2_000_000, 100_000_000}).Draw(t, "rate")),
		RTT:      time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "rtt")),
		Shape:    rapid.SampledFrom([]study.JitterShape{study.Uniform, study.Normal}).Draw(t, "shape"),
		Loss:     rapid.SampledFrom([]float64{0, 0.01, 0.5}).Draw(t, "loss"),
		Burst:    rapid.SampledFrom([]float64{0, 2, 7}).Draw(t, "burst"),
		Overhead: rapid.SampledFrom([]int{0, 38}).Draw(t, "overhead"),
		Queue:    rapid.IntRange(0, 20).Draw(t, "queue"),
	}
	n.Jitter = time.Duration(rapid.Int64Range(0, int64(n.RTT/2)).Draw(t, "jitter"))
	if rapid.Bool().Draw(t, "bytes") {
		n.Queue, n.QueueBytes = 0, rapid.IntRange(study.PacketSize, 30_000).Draw(t, "queue bytes")
	}
	if rapid.Bool().Draw(t, "codel") {
		n.Discipline = study.CoDel
	}
	return checked(t, n)
}

// drawAny is like drawNetwork, but the network may also duplicate and reorder packets and have a
// schedule.
func drawAny(t *rapid.T) study.Network {
	n := drawNetwork(t)
	n.Duplicate = rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "duplicate")
	n.Overtake = rapid.Bool().Draw(t, "overtake")
	if n.RTT > 0 {
		n.Reorder = rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "reorder")
	}
	if rapid.Bool().Draw(t, "schedule") {
		n.Schedule = study.Schedule{
			Phases: []study.Phase{
				{From: 50 * time.Millisecond, For: 200 * time.Millisecond, Outage: true},
				{From: 300 * time.Millisecond, For: 100 * time.Millisecond, Down: study.Mbps, RTT: n.RTT - n.RTT/2, Jitter: n.RTT / 7},
			},
			Repeat: time.Duration(rapid.SampledFrom([]int64{0, 400, 1000}).Draw(t, "repeat")) * time.Millisecond,
		}
	}
	return checked(t, n)
}

func checked(t *rapid.T, n study.Network) study.Network {
	if err := n.Validate(); err != nil {
		t.Fatalf("drew a network that is not valid: %v", err)
	}
	return n
}

// A trip is what became of one packet.
type trip struct {
	number, size         int
	pushed, due, cameOut time.Time // when it went in, when it should come out, and when it did
}

// drive pushes packets into c at random moments. It pops packets at random moments and at those that
// Next returns. If sets is true, it also changes the network in between to ones that draw returns. It
// returns which packets came out, and how many were sent and refused. It fails if a packet comes out
// before the time that Next has returned.
func drive(t *rapid.T, c *netem.Chain, draw func(*rapid.T) study.Network, sets bool) (out []trip, sent, refused int) {
	now := start
	in := map[int]trip{}
	pop := func() {
		for next := c.Next(); ; next = c.Next() {
			p, ok := c.Pop(now)
			if !ok {
				return
			}
			if next.IsZero() || next.After(now) {
				t.Fatalf("popped a packet at %v though Next said %v", now.Sub(start), next.Sub(start))
			}
			one := in[number(p)]
			one.due, one.cameOut = p.Arrived, now
			out = append(out, one)
		}
	}
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		now = now.Add(time.Duration(rapid.SampledFrom([]int64{0, 1, 50_000, 1_000_000, 200_000_000}).Draw(t, "pause")))
		switch rapid.SampledFrom([]string{"push", "push", "push", "pop", "set"}).Draw(t, "do") {
		case "push":
			size := rapid.IntRange(40, study.PacketSize).Draw(t, "size")
			in[sent] = trip{number: sent, size: size, pushed: now}
			if !c.Push(packet(sent, size, now)) {
				refused++
			}
			sent++
		case "pop":
			pop()
		case "set":
			if sets {
				c.Set(draw(t))
			}
		}
	}
	for next := c.Next(); !next.IsZero(); next = c.Next() {
		if now.Before(next) {
			now = next
		}
		pop()
	}
	return out, sent, refused
}

func TestChainKeepsOrderWhereItIsPromised(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := netem.NewChain(drawNetwork(t), study.Downward, rapid.Uint64().Draw(t, "seed"))
		out, _, _ := drive(t, c, drawNetwork, true)
		for i := 1; i < len(out); i++ {
			if out[i].number <= out[i-1].number || out[i].due.Before(out[i-1].due) {
				t.Fatalf("packet %d due %v came after packet %d due %v", out[i].number, out[i].due, out[i-1].number, out[i-1].due)
			}
		}
	})
}

func TestChainAccountsForEveryPacket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := netem.NewChain(drawAny(t), study.Downward, rapid.Uint64().Draw(t, "seed"))
		out, sent, refused := drive(t, c, drawAny, true)
		n := c.Counters()
		if int64(sent)+n.Duplicated != int64(len(out))+n.Dropped() {
			t.Fatalf("sent %d: %d came out, counted are %+v", sent, len(out), n)
		}
		if int64(refused) > n.Dropped() || n.Packets != int64(len(out)) || n.Waiting != 0 || n.WaitingBytes != 0 {
			t.Fatalf("refused %d, %d came out, counted are %+v", refused, len(out), n)
		}
		if n.Managed == 0 && n.Duplicated == 0 && int64(refused) != n.Dropped() {
			t.Fatalf("refused %d packets but dropped %d", refused, n.Dropped())
		}
	})
}

func TestChainNeverReleasesEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		c := netem.NewChain(n, study.Downward, rapid.Uint64().Draw(t, "seed"))
		out, _, _ := drive(t, c, drawNetwork, false)
		for _, p := range out {
			least := n.RTT/2 - n.Jitter
			if n.Shape == study.Normal {
				least = max(0, n.RTT/2-4*n.Jitter)
			}
			if n.Down > 0 {
				least += time.Duration(int64(p.size+n.Overhead) * 8 * int64(time.Second) / int64(n.Down))
			}
			if took := p.due.Sub(p.pushed); took < least {
				t.Fatalf("packet %d is due after %v, want at least %v", p.number, took, least)
			}
			if p.cameOut.Before(p.due) {
				t.Fatalf("packet %d due at %v came out at %v", p.number, p.due.Sub(start), p.cameOut.Sub(start))
			}
		}
	})
}

// In any span of time, the bytes that leave the wire are at most those that the rate allows, plus one
// packet whose sending began before the span.
func TestChainNeverExceedsItsRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		n.Down, n.RTT, n.Jitter, n.Loss = study.Bitrate(rapid.Int64Range(12_000, 1e9).Draw(t, "exact rate")), 0, 0, 0
		out, _, _ := drive(t, netem.NewChain(n, study.Downward, 1), drawNetwork, false)
		for i := range out {
			bits := int64(0)
			for _, later := range out[i+1:] {
				bits += int64(later.size+n.Overhead) * 8
				took := later.due.Sub(out[i].due)
				if float64(bits)*1e9 > float64(n.Down)*float64(took+time.Nanosecond) {
					t.Fatalf("%d bits left in %v at %d bits per second", bits, took, n.Down)
				}
			}
		}
	})
}

func TestChainNeverLosesWithoutLossOrFullQueue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNetwork(t)
		n.Loss, n.Queue, n.QueueBytes, n.Discipline = 0, 60, 0, study.DropTail // drive sends at most 60 packets
		c := netem.NewChain(n, study.Downward, rapid.Uint64().Draw(t, "seed"))
		if _, sent, refused := drive(t, c, drawNetwork, false); refused != 0 {
			t.Fatalf("refused %d of %d packets", refused, sent)
		}
	})
}

func TestChainWithoutConditionPassesEverythingAtOnce(t *testing.T) {
	c := netem.NewChain(study.Network{}, study.Downward, 1)
	for i := range 5000 {
		if !c.Push(packet(i, study.PacketSize, start)) {
			t.Fatalf("packet %d was dropped", i)
		}
	}
	if got := len(popAll(c, start)); got != 5000 {
		t.Errorf("%d of 5000 packets came out at the moment they went in", got)
	}
}

func TestChainAddsUpRateThenDelay(t *testing.T) {
	n := study.Network{Down: 12 * study.Mbps, RTT: 120 * time.Millisecond, Queue: 2}
	c := netem.NewChain(n, study.Downward, 1) // a full packet takes 1 ms
	for i := range 5 {
		c.Push(packet(i, study.PacketSize, start))
	}
	if got := c.Counters().Dropped(); got != 2 { // one on the wire, two in the queue
		t.Errorf("dropped %d of 5, want 2", got)
	}
	for i, want := range []float64{61, 62, 63} {
		// Pop is called late on purpose: Arrived must still be the due time.
		p, ok := c.Pop(at(100))
		if !ok || number(p) != i || !p.Arrived.Equal(at(want)) {
			t.Errorf("packet %d: got %v, %v due %v, want due %v ms", i, ok, number(p), p.Arrived.Sub(start), want)
		}
	}
}

func TestChainQueueEmptiesWithoutBeingPopped(t *testing.T) {
	c := netem.NewChain(study.Network{Up: 12 * study.Mbps, RTT: time.Second, Queue: 1}, study.Upward, 1)
	for i, ms := range []float64{0, 0, 2, 2} { // the rate carries two packets in 2 ms
		if !c.Push(packet(i, study.PacketSize, at(ms))) {
			t.Errorf("packet %d at %v ms was dropped though the queue had room again", i, ms)
		}
	}
}
