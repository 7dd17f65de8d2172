package netembench

import (
	"context"
	"fmt"
	"math"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

// on lets do use a link with network n.
func (c Calibrator) on(n study.Network, do func(netem.Link, study.LinkWay) error) error {
	return c.onSeeded(n, c.seed(), do)
}

func (c Calibrator) seed() uint64 {
	if c.Seed == nil {
		return seed
	}
	return c.Seed()
}

// onSeeded is on for a link with a given seed.
func (c Calibrator) onSeeded(n study.Network, seed uint64, do func(netem.Link, study.LinkWay) error) error {
	link, way, err := c.Open(n, seed)
	if err != nil {
		return fmt.Errorf("%s: %w", n, err)
	}
	defer link.Close()
	if err := do(link, way); err != nil {
		return fmt.Errorf("%s: %w", n, err)
	}
	return nil
}

// onRaw is onSeeded for links that carry raw packets.
func (c Calibrator) onRaw(n study.Network, seed uint64, do func(raw, study.LinkWay) error) error {
	return c.onSeeded(n, seed, func(link netem.Link, way study.LinkWay) error {
		r, ok := link.(raw)
		if !ok {
			return errNotRaw
		}
		return do(r, way)
	})
}

// finding returns a finding with its name and what was measured. expect, bound and judge add the rest.
func (s subject) finding(way study.LinkWay, name, what, unit string, measured float64) study.Finding {
	return study.Finding{
		Network: s.name, During: s.during, Way: way, Name: name, What: what, Unit: unit,
		Measured: measured, Low: measured, High: measured, OK: true,
	}
}

func expect(f study.Finding, expected float64, how string, args ...any) study.Finding {
	f.Known, f.Expected, f.How = true, expected, fmt.Sprintf(how, args...)
	return f
}

// bound adds the promise that the error is at most bar.
func bound(f study.Finding, off, bar float64, unit string) study.Finding {
	f.Promised, f.Error, f.Bar, f.ErrorUnit = true, off, bar, unit
	f.OK = math.Abs(off) <= bar
	return f
}

// boundShare is bound with the error as a share of what is expected.
func boundShare(f study.Finding, bar float64) study.Finding {
	return bound(f, 100*(f.Measured/f.Expected-1), bar, "%")
}

// How many round trips a calibration measures. The longer each of them takes, the fewer.
const (
	calibrationTrips = 10 * time.Second
	tripsMost        = 100
	tripsLeast       = 20
)

func tripsOf(n study.Network) int {
	return min(tripsMost, max(tripsLeast, int(calibrationTrips/max(n.RTT, time.Millisecond))))
}

// trips measures round trips on an idle link, and checks that it drops none of their packets.
func (c Calibrator) trips(ctx context.Context, s subject) (all []study.Finding, err error) {
	err = c.on(s.n, func(link netem.Link, way study.LinkWay) error {
		got, err := netem.Probe(ctx, link, tripsOf(s.n))
		if err != nil {
			return err
		}
		all = tripFindings(s, way, got)
		if s.n.Loss == 0 {
			moved := link.Counters()
			drops := float64(moved.DropsDown + moved.DropsUp)
			f := s.finding(way, "drops_idle", "packets dropped while idle", "packets", drops)
			f.Set = "no loss"
			all = append(all, bound(expect(f, 0, "no loss is set, and so few packets fill no queue"), drops, 0, "packets"))
		}
		return nil
	})
	return all, err
}

func tripFindings(s subject, way study.LinkWay, got study.RoundTrips) []study.Finding {
	v := netem.Judge(s.n, got)
	f := s.finding(way, "rtt", fmt.Sprintf("round trip, median of %d", got.Count), "ms", ms(got.Median))
	f.Low, f.High, f.Set = ms(got.Min), ms(got.P95), fmt.Sprintf("%g ms", ms(s.n.RTT))
	if s.n.Jitter > 0 {
		f.Set += fmt.Sprintf(", jitter %g ms", ms(s.n.Jitter))
	}
	if why := unforeseenTrip(s.n); why != "" {
		f.How = why
		return []study.Finding{f}
	}
	f = bound(expect(f, ms(v.Expected), "what is set, and the time to send the two packets"), ms(v.Error), ms(v.Tolerance), "ms")
	if s.n.Jitter > 0 || s.n.Loss > 0 || s.n.Reorder > 0 {
		return []study.Finding{f}
	}
	late := s.finding(way, "rtt_p95", "round trip, 95th percentile", "ms", ms(got.P95))
	late.Set = f.Set
	late = expect(late, f.Expected, "as above: without jitter or loss all are alike")
	return []study.Finding{f, bound(late, ms(got.P95-got.Median+v.Error), tripP99, "ms")}
}

// unforeseenTrip says why it cannot be known how long a round trip should take. It is empty if that is known.
func unforeseenTrip(n study.Network) string {
	switch {
	case n.TraceDown != "" || n.TraceUp != "":
		return "unknown: a packet waits for the next opportunity of the trace"
	case n.Loss > 0.1:
		return "unknown: TCP sends again what is lost, and so much is that the median shows it"
	case n.Reorder > 0.2:
		return "unknown: so many packets are not delayed that the median shows it"
	}
	return ""
}

// transferTimes returns for how long TCP runs before its speed is measured, and for how long it is measured.
func transferTimes(n study.Network, d study.Direction) (warm, span time.Duration) {
	rate := n.Rate(d)
	if rate == 0 && n.Trace(d) == "" {
		return time.Second / 2, time.Second
	}
	warm, span = 4*time.Second, 5*time.Second
	if rate > 0 {
		warm = max(warm, min(15*time.Second, 8*(n.RTT+netem.FullQueue(n, rate))))
		span = max(span, min(15*time.Second, packetsTake(400, rate)))
	}
	return warm, span
}

// packetsTake returns how long it takes to send so many full packets.
func packetsTake(count int, rate study.Bitrate) time.Duration {
	return time.Duration(float64(count) * study.PacketSize * 8 / float64(rate) * float64(time.Second))
}

// goodput measures one TCP transfer in one direction, and how long packets waited meanwhile.
func (c Calibrator) goodput(d study.Direction) func(context.Context, subject) ([]study.Finding, error) {
	return func(ctx context.Context, s subject) (all []study.Finding, err error) {
		warm, span := transferTimes(s.n, d)
		err = c.on(s.n, func(link netem.Link, way study.LinkWay) error {
			got, err := netem.Goodput(ctx, link, d, warm, span)
			if err != nil {
				return err
			}
			f := s.rated(way, d, "goodput_"+d.String(), "goodput "+d.String(), payload(got, span))
			switch why := unsteady(s.n, d); {
			case why != "":
				f.How = why
			default:
				share := float64(netem.FullPayload) / float64(study.PacketSize+s.n.Overhead)
				f = boundShare(expect(f, s.n.Rate(d).Mbps()*share, "bandwidth × %d/%d: without headers",
					netem.FullPayload, study.PacketSize+s.n.Overhead), goodputShare)
			}
			all = append(append(all, f), s.queued(link, way, d)...)
			return nil
		})
		return all, err
	}
}

// payload returns at what rate a link delivered payload in span. What the receiving program has read is not counted: TCP
// keeps back what comes after a lost packet until that packet has come again, and then hands over everything at once.
// Whether that is just before or just after the end of span makes a difference of 2 %, for five seconds at 7.2 Mbps and
// 120 ms.
func payload(c netem.Carried, span time.Duration) study.Bitrate {
	return study.Bitrate(float64(c.Bytes-c.Packets*(study.PacketSize-netem.FullPayload)) * 8 / span.Seconds())
}

// rated begins the finding of a rate.
func (s subject) rated(way study.LinkWay, d study.Direction, name, what string, got study.Bitrate) study.Finding {
	f := s.finding(way, name, what, "Mbps", got.Mbps())
	switch trace := s.n.Trace(d); {
	case trace != "":
		f.Set = "trace " + trace
	case s.n.Rate(d) == 0:
		f.Set = "unlimited"
	default:
		f.Set = fmt.Sprintf("%g Mbps", s.n.Rate(d).Mbps())
	}
	return f
}

// thinBack is the share of a rate that acknowledgements need in the other direction.
const thinBack = 0.05

// unsteady says why it cannot be known what goodput a TCP transfer should have. It is empty if that is known, because TCP
// fills the rate.
func unsteady(n study.Network, d study.Direction) string {
	rate, back := n.Rate(d), n.Rate(1-d)
	switch {
	case n.Trace(d) != "":
		return "unknown: TCP does not fill a rate that changes"
	case rate == 0:
		return "unknown: no bandwidth is set"
	case n.Loss > 0 || n.Reorder > 0 || n.Duplicate > 0 || n.Jitter > 0:
		return "unknown: TCP slows down for loss, jitter and disorder"
	case n.Trace(1-d) != "" || back > 0 && float64(back) < thinBack*float64(rate):
		return "unknown: acknowledgements wait in the other direction"
	case n.Discipline == study.CoDel || (n.Queue > 0 || n.QueueBytes > 0) && netem.FullQueue(n, rate) < n.RTT:
		return "unknown: the queue is too short for one transfer to fill the rate"
	}
	return ""
}

// queued tells the longest time that a packet has waited in a link's queue, if the link knows it.
func (s subject) queued(link netem.Link, way study.LinkWay, d study.Direction) []study.Finding {
	queues, ok := link.(interface{ TakeWaits() (down, up netem.Waits) })
	rate := s.n.Rate(d)
	if !ok || rate == 0 {
		return nil
	}
	waits, up := queues.TakeWaits()
	if d == study.Upward {
		waits = up
	}
	f := s.finding(way, "queue_"+d.String(), "wait in the queue "+d.String()+", at most", "ms", ms(waits.Max))
	f.Set = fmt.Sprintf("%d packets", s.n.QueueLimit(rate))
	if s.n.QueueBytes > 0 {
		f.Set = fmt.Sprintf("%d bytes", s.n.QueueBytes)
	}
	if s.n.Discipline == study.CoDel {
		f.How = "unknown: CoDel keeps it short"
		return []study.Finding{f}
	}
	return []study.Finding{expect(f, ms(netem.FullQueue(s.n, rate)), "the time to send a full queue; less if TCP does not fill it")}
}

// bothWays measures a TCP transfer in each direction at the same time. The senders are steady, and fill both rates. On
// networks that steady senders cannot fill, the senders are greedy, and the finding has no bar.
func (c Calibrator) bothWays(ctx context.Context, s subject) (all []study.Finding, err error) {
	both := way{ways: []study.Direction{study.Downward, study.Upward}}
	both.greedy = unsteady(s.n, study.Downward) != "" || unsteady(s.n, study.Upward) != ""
	warm, span := transferTimes(s.n, study.Downward)
	onWire := s.n // its rates without the framing, since steady senders count what is inside of that
	for _, rate := range []*study.Bitrate{&onWire.Down, &onWire.Up} {
		*rate = *rate * study.PacketSize / study.Bitrate(study.PacketSize+s.n.Overhead)
	}
	err = c.on(s.n, func(link netem.Link, by study.LinkWay) error {
		got, err := both.fill(ctx, onWire, link, warm, span)
		for i, carried := range got {
			d := both.ways[i]
			f := s.rated(by, d, "goodput_both_"+d.String(), "goodput "+d.String()+", of both at once", carried.Goodput)
			f = expect(f, carried.Expected(onWire.Rate(d)).Mbps(), "bandwidth without the headers of what travelled, acknowledgements among it")
			if both.greedy {
				f.How += "; TCP does not fill it over a network like this"
			} else {
				f = boundShare(f, goodputShare)
			}
			all = append(all, f)
		}
		return err
	})
	return all, err
}
