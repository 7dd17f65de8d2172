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

// Validate reports the first reason why n cannot be emulated. The message names the field
// and the allowed range; its kind is ErrInvalid.
func (n Network) Validate() error {
	for _, check := range []func() error{
		n.checkRates, n.checkDelay, n.checkLoss, n.checkOddities, n.checkQueue, n.checkSchedule,
	} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (n Network) checkRates() error {
	for _, d := range []Direction{Downward, Upward} {
		rate, trace := n.Rate(d), n.Trace(d)
		switch {
		case rate != 0 && (rate < minRate || rate > maxRate):
			return invalid("bandwidth %s must be 0 (unlimited) or from 0.012 to 10000 Mbps, not %g", d, rate.Mbps())
		case trace != "" && !ValidTraceName(trace):
			return invalid("trace %s must be %s, not %q", d, TraceNameRule, trace)
		case trace != "" && rate != 0:
			return invalid("bandwidth %s must be 0 where a trace is replayed in its place, not %g Mbps", d, rate.Mbps())
		}
	}
	if n.Overhead < 0 || n.Overhead > maxOverhead {
		return invalid("overhead must be from 0 to %d bytes a packet, not %d", maxOverhead, n.Overhead)
	}
	return nil
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

func (n Network) checkDelay() error {
	switch {
	case n.RTT < 0 || n.RTT > maxRTT:
		return invalid("round-trip time must be from 0 to 10000 ms, not %g ms", millis(n.RTT))
	case n.Jitter < 0 || n.Jitter > n.RTT/2 && !n.Overtake:
		return invalid("jitter must be from 0 to half the round-trip time (%g ms) where packets keep their order, not %g ms", millis(n.RTT/2), millis(n.Jitter))
	case n.Jitter > maxJitter:
		return invalid("jitter must be from 0 to %g ms, not %g ms", millis(maxJitter), millis(n.Jitter))
	case n.Shape != Uniform && n.Shape != Normal:
		return invalid("the shape of jitter must be uniform or normal, not %q", n.Shape)
	}
	return nil
}

// millis returns d in milliseconds, the unit in the form of a design.
func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// checkLoss compares with !(a && b) so that it refuses NaN, too.
func (n Network) checkLoss() error {
	switch {
	case !(n.Loss >= 0 && n.Loss <= maxLoss):
		return invalid("loss must be from 0 to 90 %%, not %g %%", n.Loss*100)
	case n.Burst != 0 && !(n.Burst >= 1 && n.Burst <= maxBurst):
		return invalid("bursts of loss must be 0 (each packet by itself) or from 1 to %d packets long on average, not %g", maxBurst, n.Burst)
	case n.Burst != 0 && n.Loss > 0 && n.Burst < chanceBurst(n.Loss):
		return invalid("bursts of loss must be from %.3g packets at a loss of %g %%, as long as chance alone makes them, or 0, not %g", math.Ceil(100*chanceBurst(n.Loss))/100, n.Loss*100, n.Burst)
	}
	return nil
}

// chanceBurst returns the mean length of a run of losses if losses are independent.
func chanceBurst(loss float64) float64 { return 1 / (1 - loss) }

func (n Network) checkOddities() error {
	switch {
	case !(n.Duplicate >= 0 && n.Duplicate <= maxOdd):
		return invalid("duplicates must be from 0 to 50 %%, not %g %%", n.Duplicate*100)
	case !(n.Reorder >= 0 && n.Reorder <= maxOdd):
		return invalid("reordered packets must be from 0 to 50 %%, not %g %%", n.Reorder*100)
	case n.Reorder > 0 && n.RTT == 0:
		return invalid("reordered packets need a round-trip time over 0 ms: they overtake those that are delayed")
	}
	return nil
}

func (n Network) checkQueue() error {
	switch {
	case n.Queue < 0 || n.Queue > maxQue:
		return invalid("queue must be from 0 to %d packets, not %d", maxQue, n.Queue)
	case n.QueueBytes != 0 && (n.QueueBytes < PacketSize || n.QueueBytes > maxQueBytes):
		return invalid("queue must be 0 or from %d to %d bytes, not %d", PacketSize, maxQueBytes, n.QueueBytes)
	case n.Queue != 0 && n.QueueBytes != 0:
		return invalid("queue must be given in packets or in bytes: one of the two must be 0")
	case n.Discipline != DropTail && n.Discipline != CoDel:
		return invalid("the discipline of the queue must be drop-tail or codel, not %q", n.Discipline)
	case n.Congestion != Cubic && n.Congestion != BBR && n.Congestion != Reno:
		return invalid("the congestion control must be cubic, bbr or reno, not %q", n.Congestion)
	}
	return nil
}
