package netem_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

const ms = time.Millisecond

// rich returns a valid network that needs every stage.
func rich() study.Network {
	return study.Network{
		Down: 100 * study.Mbps, Overhead: 38, RTT: 40 * ms, Jitter: 5 * ms, Shape: study.Normal, Overtake: true,
		Loss: 0.01, Burst: 4, Reorder: 0.01, QueueBytes: 150_000, Discipline: study.CoDel,
	}
}

// flow returns a step that pushes packets at the rate of a busy link and pops what is due.
func flow(c *netem.Chain, data []byte) (step func()) {
	now := start
	return func() {
		now = now.Add(100 * time.Microsecond)
		c.Push(netem.Packet{Data: data, Arrived: now})
		for _, ok := c.Pop(now); ok; _, ok = c.Pop(now) {
		}
		c.Next()
	}
}

func TestNothingIsAllocatedForAPacketInSteadyState(t *testing.T) {
	for name, n := range map[string]study.Network{
		"no condition":    {},
		"rate and delay":  {Down: 100 * study.Mbps, RTT: 40 * ms},
		"everything":      rich(),
		"single losses":   {Down: 100 * study.Mbps, Loss: 0.1, RTT: 40 * ms, Jitter: 20 * ms},
		"a busy schedule": {Down: 100 * study.Mbps, RTT: 40 * ms, Schedule: study.Schedule{Phases: []study.Phase{{From: 10 * ms, For: 10 * ms, Loss: 0.1, RTT: ms}}, Repeat: 40 * ms}},
	} {
		t.Run(name, func(t *testing.T) {
			step := flow(netem.NewChain(n, study.Downward, 1), make([]byte, study.PacketSize))
			for range 10_000 {
				step()
			}
			if got := testing.AllocsPerRun(10_000, step); got > 0.05 { // a phase may allocate a new pace
				t.Errorf("%g allocations for each packet, want none", got)
			}
		})
	}
}

func TestReplayAllocatesNothingForAPacket(t *testing.T) {
	c := netem.NewChain(study.Network{TraceDown: "steady", RTT: 40 * ms}, study.Downward, 1)
	c.Start(start, readTrace(t, "1\n1\n1\n1\n1\n1\n2\n2\n2\n2\n3\n"))
	step := flow(c, make([]byte, study.PacketSize))
	for range 10_000 {
		step()
	}
	if got := testing.AllocsPerRun(10_000, step); got != 0 {
		t.Errorf("%g allocations for each packet, want none", got)
	}
}

func BenchmarkChain(b *testing.B) {
	for name, n := range map[string]study.Network{
		"empty": {}, "rate and delay": {Down: 100 * study.Mbps, RTT: 40 * ms}, "everything": rich(),
	} {
		b.Run(name, func(b *testing.B) {
			step := flow(netem.NewChain(n, study.Downward, 1), make([]byte, study.PacketSize))
			b.SetBytes(study.PacketSize)
			b.ReportAllocs()
			for b.Loop() {
				step()
			}
		})
	}
}

func TestADuplicateHasDataOfItsOwn(t *testing.T) {
	d := netem.NewDuplicate(0.5, seeded(1))
	twice := 0
	for i := range 1000 {
		d.Push(packet(i, 40, start))
		first, _ := d.Pop(start)
		first.Data[20]++ // the receiver of a packet may write into it
		second, ok := d.Pop(start)
		if !ok {
			continue
		}
		if twice++; number(second) != i || second.Data[20] != 0 {
			t.Fatalf("the duplicate of packet %d is number %d, its byte 20 is %d", i, number(second), second.Data[20])
		}
	}
	if twice < 420 || twice > 580 { // five standard deviations
		t.Errorf("%d of 1000 packets came twice, want 500", twice)
	}
}

func TestAReorderedPacketOvertakesThoseThatAreDelayed(t *testing.T) {
	n := study.Network{RTT: 100 * ms, Reorder: 0.25}
	c := netem.NewChain(n, study.Downward, 1)
	const count = 4000
	for i := range count {
		c.Push(packet(i, 40, at(float64(i))))
	}
	early, last := 0, -1
	for next := c.Next(); !next.IsZero(); next = c.Next() {
		p, ok := c.Pop(next)
		if !ok {
			continue
		}
		switch took := p.Arrived.Sub(at(float64(number(p)))); {
		case took == 0:
			early++
		case took != 50*ms:
			t.Fatalf("packet %d took %v, want nothing or 50 ms", number(p), took)
		case number(p) < last:
			t.Fatalf("packet %d came after %d though both were delayed", number(p), last)
		default:
			last = number(p)
		}
	}
	if early < 860 || early > 1140 { // five standard deviations of a quarter
		t.Errorf("%d of %d packets were not delayed, want a quarter", early, count)
	}
}

func TestAScheduleTakesEffectToTheNanosecond(t *testing.T) {
	n := study.Network{RTT: 20 * ms, Schedule: study.Schedule{
		Phases: []study.Phase{{From: time.Minute, For: 10 * time.Second, Outage: true}}, Repeat: 2 * time.Minute,
	}}
	c := netem.NewChain(n, study.Downward, 1)
	c.Start(start, nil)
	push := func(second float64, late time.Duration) bool {
		return c.Push(packet(0, 40, at(second*1000).Add(late)))
	}
	for _, test := range []struct {
		second float64
		passes bool
	}{{60, false}, {70, true}, {180, false}, {190, true}, {660, false}, {670, true}} {
		before := push(test.second, -1)
		if now := push(test.second, 0); before == now || now != test.passes {
			t.Errorf("at %g s: packets pass %v just before and %v from then on, want %v from then on", test.second, before, now, test.passes)
		}
	}
	if got := c.Counters(); got.Cut != 6 || got.Dropped() != 6 {
		t.Errorf("counted %+v, want six packets cut by the outage", got)
	}
	popAll(c, at(1e6))
	if next := c.Next(); !next.IsZero() {
		t.Errorf("an empty chain wants to be looked at in %v: a phase needs no waking while nothing is under way", next.Sub(start))
	}
}

func TestAPhaseLetsWaitingPacketsGoFaster(t *testing.T) {
	n := study.Network{Down: 12 * study.Kbps, Schedule: study.Schedule{ // a full packet takes a second
		Phases: []study.Phase{{From: 1500 * ms, For: time.Minute, Down: 12 * study.Mbps}},
	}}
	c := netem.NewChain(n, study.Downward, 1)
	c.Start(start, nil)
	for i := range 4 {
		c.Push(packet(i, study.PacketSize, start))
	}
	var due []time.Duration
	for next := c.Next(); !next.IsZero(); next = c.Next() {
		for p, ok := c.Pop(next); ok; p, ok = c.Pop(next) {
			due = append(due, p.Arrived.Sub(start))
		}
	}
	if want := []time.Duration{time.Second, 2 * time.Second, 2001 * ms, 2002 * ms}; !slices.Equal(due, want) {
		t.Errorf("packets were due at %v, want %v: the one on the wire finishes as it began", due, want)
	}
}

// For every pair of networks: if Set changes one into the other under traffic, all packets under way arrive
// in order.
func TestSetLosesNothingBetweenAnyTwoConditions(t *testing.T) {
	all := map[string]study.Network{
		"nothing": {}, "rate": {Down: study.Mbps, Queue: 100}, "delay": {RTT: 100 * ms}, "jitter": {RTT: 100 * ms, Jitter: 50 * ms},
		"codel": {Down: study.Mbps, RTT: 10 * ms, QueueBytes: 150_000, Discipline: study.CoDel}, "overhead": {Down: 10 * study.Mbps, Overhead: 38, Queue: 100},
		"trace": {TraceDown: "steady", Queue: 100}, "outage": {Outage: true},
	}
	trace := readTrace(t, "1\n2\n3\n")
	for from, before := range all {
		for to, after := range all {
			c, sent := netem.NewChain(before, study.Downward, 1), 0
			c.Start(start, trace)
			push := func() {
				if c.Push(packet(sent, 1000, at(float64(sent)))) {
					sent++
				}
			}
			for range 20 {
				push()
			}
			out, last := 0, -1
			c.Set(after)
			c.Start(at(float64(sent)), trace)
			for range 20 {
				push()
			}
			for next := c.Next(); !next.IsZero(); next = c.Next() {
				for p, ok := c.Pop(next); ok; p, ok = c.Pop(next) {
					if number(p) <= last {
						t.Errorf("%s, then %s: packet %d came after %d", from, to, number(p), last)
					}
					out, last = out+1, number(p)
				}
			}
			if managed := int(c.Counters().Managed); out+managed != sent {
				t.Errorf("%s, then %s: %d of %d packets came, and CoDel dropped %d", from, to, out, sent, managed)
			}
		}
	}
}

func TestAChainSaysWhatItIs(t *testing.T) {
	c := netem.NewChain(rich(), study.Upward, 42)
	want := "up, seed 42: loss 1 % in bursts of 4 packets (p 0.002525, r 0.25) → reorder 1 % → delay 20ms ± 5ms normal, out of order"
	if got := c.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	c = netem.NewChain(rich(), study.Downward, 42)
	if got, want := c.String(), "queue 150000 bytes, CoDel target 5ms interval 100ms → rate 100 Mbps with 38 bytes more a packet"; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s in it", got, want)
	}
}
