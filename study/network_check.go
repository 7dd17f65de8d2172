package study

import (
	"math"
	"time"
)

// Limits within which links can emulate a network faithfully.
const (
	minRate     = 8 * PacketSize // one full packet a second
	maxRate     = 10 * Gbps
	maxRTT      = 10 * time.Second
	maxJitter   = maxRTT / 2
	maxLoss     = 0.9
	maxBurst    = 10_000
	maxOdd      = 0.5 // largest share of packets duplicated or reordered
	maxQue      = 1_000_000
	maxQueBytes = maxQue * PacketSize
	maxOverhead = 200
	maxTrace    = 100 // characters of a trace's name
)

// Faults returns every reason why n cannot be emulated, each with its field as a study file names it and the allowed
// range.
func (n Network) Faults() []Fault { return found(n.check) }

// Validate returns the first of the Faults as an error of kind ErrInvalid, or nil.
func (n Network) Validate() error {
	all := n.Faults()
	if len(all) == 0 {
		return nil
	}
	return Refuse(ErrInvalid, "%s", tellPhase(all[0]))
}

func (n Network) check(f faults) {
	n.checkValues(f)
	n.checkSchedule(f)
}

// checkValues checks all but the schedule.
func (n Network) checkValues(f faults) {
	n.checkRates(f)
	n.checkDelay(f)
	n.checkLoss(f)
	n.checkOddities(f)
	n.checkQueue(f)
}

func (n Network) checkRates(f faults) {
	for _, d := range []Direction{Downward, Upward} {
		rate, trace, at := n.Rate(d), n.Trace(d), d.String()+"_mbps"
		f.unless(rate == 0 || rate >= minRate && rate <= maxRate, at,
			"bandwidth %s must be 0 (unlimited) or from 0.012 to 10000 Mbps, not %g", d, rate.Mbps())
		f.unless(trace == "" || ValidTraceName(trace), "trace_"+d.String(), "trace %s must be %s, not %q", d, TraceNameRule, trace)
		f.unless(trace == "" || rate == 0, at, "bandwidth %s must be 0 where a trace is replayed in its place, not %g Mbps", d, rate.Mbps())
	}
	f.unless(n.Overhead >= 0 && n.Overhead <= maxOverhead, "overhead_bytes", "overhead must be from 0 to %d bytes a packet, not %d", maxOverhead, n.Overhead)
}

// TraceNameRule says in words what ValidTraceName accepts.
const TraceNameRule = "a name of 1 to 100 letters, digits, dots, hyphens and underscores that begins with a letter or a digit"

// ValidTraceName reports whether name can be the name of a trace and of its file. It allows the names
// of public traces, as in 0.57mbps-poisson or TMobile-UMTS-driving.down, and none that leads into
// another directory.
func ValidTraceName(name string) bool {
	for i, c := range name {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '.' && c != '-' && c != '_') {
			return false
		}
	}
	return name != "" && len(name) <= maxTrace
}

func (n Network) checkDelay(f faults) {
	f.unless(n.RTT >= 0 && n.RTT <= maxRTT, "rtt_ms", "round-trip time must be from 0 to 10000 ms, not %g ms", millis(n.RTT))
	f.unless(n.Jitter >= 0 && (n.Overtake || n.Jitter <= max(0, n.RTT/2)), "jitter_ms",
		"jitter must be from 0 to half the round-trip time (%g ms) where packets keep their order, not %g ms", millis(max(0, n.RTT/2)), millis(n.Jitter))
	f.unless(n.Jitter <= maxJitter, "jitter_ms", "jitter must be from 0 to %g ms, not %g ms", millis(maxJitter), millis(n.Jitter))
	f.unless(n.Shape == Uniform || n.Shape == Normal, "jitter_shape", "the shape of jitter must be uniform or normal, not %q", n.Shape)
}

// millis returns d in milliseconds, the unit in the form of a design.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// checkLoss never uses the negation of a comparison, which would let NaN pass.
func (n Network) checkLoss(f faults) {
	f.unless(n.Loss >= 0 && n.Loss <= maxLoss, "loss_percent", "loss must be from 0 to 90 %%, not %g %%", n.Loss*100)
	f.unless(n.Burst == 0 || n.Burst >= 1 && n.Burst <= maxBurst, "loss_burst",
		"bursts of loss must be 0 (each packet by itself) or from 1 to %d packets long on average, not %g", maxBurst, n.Burst)
	f.unless(n.Burst == 0 || n.Loss <= 0 || n.Burst >= chanceBurst(n.Loss), "loss_burst",
		"bursts of loss must be from %.3g packets at a loss of %g %%, as long as chance alone makes them, or 0, not %g", math.Ceil(100*chanceBurst(n.Loss))/100, n.Loss*100, n.Burst)
}

// chanceBurst returns the mean length of a run of losses if losses are independent.
func chanceBurst(loss float64) float64 { return 1 / (1 - loss) }

func (n Network) checkOddities(f faults) {
	f.unless(n.Duplicate >= 0 && n.Duplicate <= maxOdd, "duplicate_percent", "duplicates must be from 0 to 50 %%, not %g %%", n.Duplicate*100)
	f.unless(n.Reorder >= 0 && n.Reorder <= maxOdd, "reorder_percent", "reordered packets must be from 0 to 50 %%, not %g %%", n.Reorder*100)
	f.unless(n.Reorder <= 0 || n.RTT != 0, "reorder_percent", "reordered packets need a round-trip time over 0 ms: they overtake those that are delayed")
}

func (n Network) checkQueue(f faults) {
	f.unless(n.Queue >= 0 && n.Queue <= maxQue, "queue_packets", "queue must be from 0 to %d packets, not %d", maxQue, n.Queue)
	f.unless(n.QueueBytes == 0 || n.QueueBytes >= PacketSize && n.QueueBytes <= maxQueBytes, "queue_bytes",
		"queue must be 0 or from %d to %d bytes, not %d", PacketSize, maxQueBytes, n.QueueBytes)
	f.unless(n.Queue == 0 || n.QueueBytes == 0, "queue_bytes", "queue must be given in packets or in bytes: one of the two must be 0")
	f.unless(n.Discipline == DropTail || n.Discipline == CoDel, "queue_discipline", "the discipline of the queue must be drop-tail or codel, not %q", n.Discipline)
	f.unless(n.Congestion == Cubic || n.Congestion == BBR || n.Congestion == Reno, "tcp", "the congestion control must be cubic, bbr or reno, not %q", n.Congestion)
}
