package netembench

import (
	"context"
	"fmt"
	"math"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// A calibration measures the following with packets that are not TCP's, on links that can carry such packets.

func floodSpan(n study.Network) time.Duration {
	return max(3*time.Second, min(8*time.Second, n.RTT+packetsTake(100, min(n.Down, n.Up))))
}

// packets fills both directions at once with packets that are not TCP's. So the rates that it finds depend on the link
// alone.
func (c Calibrator) packets(ctx context.Context, s subject) (all []study.Finding, err error) {
	span := floodSpan(s.n)
	err = c.onRaw(s.n, c.seed(), func(link raw, way study.LinkWay) error {
		got, err := flooded(ctx, link, s.n, span)
		if err != nil {
			return err
		}
		for _, d := range []study.Direction{study.Downward, study.Upward} {
			f := s.rated(way, d, "packets_"+d.String(), "packets "+d.String()+", of both at once", got[d])
			f = expect(f, s.n.Rate(d).Mbps()*study.PacketSize/float64(study.PacketSize+s.n.Overhead), "the bandwidth: IP packets, with their headers")
			if s.n.Loss <= 0.2 {
				f = boundShare(f, goodputShare+200*s.n.Jitter.Seconds()/span.Seconds())
			}
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// senderOf returns the end that sends in a direction.
func senderOf(d study.Direction) netem.End {
	if d == study.Downward {
		return netem.Far
	}
	return netem.Near
}

// lossCounted is how many packets are sent to count how many of them are lost.
const lossCounted = 200_000

// loss counts how many of many packets are lost, on a link without a bandwidth limit.
func (c Calibrator) loss(ctx context.Context, s subject) (all []study.Finding, err error) {
	n := study.Network{RTT: s.n.RTT, Loss: s.n.Loss, Burst: s.n.Burst}
	for _, d := range []study.Direction{study.Downward, study.Upward} {
		seed := c.seed()
		err := c.onRaw(n, seed, func(link raw, way study.LinkWay) error {
			lost, err := lose(ctx, link, senderOf(d), lossCounted)
			if err != nil {
				return err
			}
			f := s.finding(way, "loss_"+d.String(), "loss "+d.String(), "%", 100*float64(lost)/lossCounted)
			f.Set = fmt.Sprintf("%g %%", 100*n.Loss)
			if n.Burst > 0 {
				f.Set += fmt.Sprintf(" in bursts of %g", n.Burst)
			}
			f = expect(f, 100*n.Loss, "what is set; of %d packets chance leaves all links but one of a million within the bar (seed %d)", lossCounted, seed)
			all = append(all, bound(f, f.Measured-f.Expected, 100*lossSpread(n, lossCounted), "points"))
			return nil
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// lossSpread returns how far the share of lost packets may be off the loss that was set, if count packets are sent. Chance
// alone exceeds that once in a million times, so a calibration of many networks is seldom wrong. It is computed by the
// normal approximation, and one packet is added for continuity. Bursts make the variance larger, since their packets are
// lost together: by the factor (1+r)/(1-r), where r is the correlation of neighbours in the chain of Gilbert and Elliott.
func lossSpread(n study.Network, count int) float64 {
	const sigmas = 4.8916 // R: qnorm(1 - 1e-6/2)
	variance := n.Loss * (1 - n.Loss) / float64(count)
	if n.Burst > 0 {
		back := 1 / n.Burst
		r := 1 - back - back*n.Loss/(1-n.Loss)
		variance *= (1 + r) / (1 - r)
	}
	return sigmas*math.Sqrt(variance) + 1/float64(count)
}

// traceSpan is for how long a trace is replayed.
const traceSpan = 10 * time.Second

// trace replays the trace of one direction alone. There are always packets that wait.
func (c Calibrator) trace(d study.Direction) func(context.Context, subject) ([]study.Finding, error) {
	return func(ctx context.Context, s subject) (all []study.Finding, err error) {
		name := s.n.Trace(d)
		trace, err := c.Traces.Open(name)
		if err != nil {
			return nil, err
		}
		span := min(traceSpan, trace.Period.Truncate(traceSlot))
		if span < 5*traceSlot {
			return nil, bench.Unable{Why: "the trace repeats after less than half a second"}
		}
		n := study.Network{Queue: traceQueue, TraceDown: name}
		if d == study.Upward {
			n = study.Network{Queue: traceQueue, TraceUp: name}
		}
		err = c.onRaw(n, c.seed(), func(link raw, way study.LinkWay) error {
			got, err := replay(ctx, link, n, span)
			if err != nil {
				return err
			}
			rows := traceRows(name, trace, got)
			f := s.finding(way, "trace_"+d.String(), fmt.Sprintf("packets %s in %v of the trace", d, span-traceSlot), "packets", rows[0].Value)
			f.Set = "trace " + name
			f = expect(f, *rows[0].Set, "opportunities of the trace; the error is the worst of its slots of 100 ms")
			all = append(all, bound(f, rows[1].Value, *rows[1].Bar, "packets"))
			return nil
		})
		return all, err
	}
}

// outagePackets are sent in each direction while nothing may pass.
const outagePackets = 200

// outage finds out whether anything passes during an outage. The link works before it.
func (c Calibrator) outage(ctx context.Context, s subject) (all []study.Finding, err error) {
	err = c.onRaw(s.healthy, c.seed(), func(link raw, way study.LinkWay) error {
		if err := link.Set(s.n); err != nil {
			return err
		}
		passed := 0.0
		for _, from := range []netem.End{netem.Near, netem.Far} {
			for range outagePackets {
				link.SendRaw(from, make([]byte, study.PacketSize))
			}
			delivered, _, err := settle(ctx, link, from, outagePackets)
			if err != nil {
				return err
			}
			passed += float64(delivered)
		}
		f := s.finding(way, "outage", fmt.Sprintf("packets of %d that pass", 2*outagePackets), "packets", passed)
		f.Set = "outage"
		all = append(all, bound(expect(f, 0, "nothing passes"), passed, 0, "packets"))
		return nil
	})
	return all, err
}
