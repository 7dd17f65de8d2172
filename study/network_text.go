package study

import (
	"fmt"
	"strings"
	"time"
)

// String describes n in a few words, as in "7.2/7.2 Mbps, 120 ms, jitter 5 ms, loss 1 %".
// It names every field that n sets.
func (n Network) String() string {
	if n.IsZero() {
		return "nothing added"
	}
	words := []string{n.rates(), msWord(n.RTT)}
	add := func(is bool, format string, args ...any) {
		if is {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(n.Overhead > 0, "overhead %d bytes", n.Overhead)
	add(n.Jitter > 0, "jitter %s", msWord(n.Jitter))
	add(n.Shape != Uniform, "%s", string(n.Shape))
	add(n.Overtake, "out of order")
	add(n.Loss > 0, "loss %s", percentWord(n.Loss))
	add(n.Burst > 0, "in bursts of %g", n.Burst)
	add(n.Duplicate > 0, "duplicates %s", percentWord(n.Duplicate))
	add(n.Reorder > 0, "reordered %s", percentWord(n.Reorder))
	add(n.Queue > 0, "queue %d packets", n.Queue)
	add(n.QueueBytes > 0, "queue %d bytes", n.QueueBytes)
	add(n.Discipline != DropTail, "%s", string(n.Discipline))
	add(n.Congestion != Cubic, "TCP %s", n.Congestion.Name())
	add(n.Outage, "outage")
	for _, p := range n.Schedule.Phases {
		words = append(words, p.Within(n))
	}
	add(n.Schedule.Repeat > 0, "every %s", secondsWord(n.Schedule.Repeat))
	return strings.Join(words, ", ")
}

// String describes p, as in "from 60 s for 10 s: outage".
func (p Phase) String() string { return p.Within(Network{}) }

// Within describes p as a phase of n. A trace of n goes on during p unless p has a bandwidth of its own.
func (p Phase) Within(n Network) string {
	s := "from " + secondsWord(p.From) + " for " + secondsWord(p.For) + ": "
	if p.Outage {
		return s + "outage"
	}
	return s + Network{Down: p.Down, Up: p.Up, TraceDown: n.TraceDown, TraceUp: n.TraceUp}.rates() + " " + msWord(p.RTT) +
		" ± " + msWord(p.Jitter) + " loss " + percentWord(p.Loss)
}

// rates describes both directions, as in "7.2/1 Mbps" or "trace lte/1 Mbps".
func (n Network) rates() string {
	if n.TraceDown == "" && n.TraceUp == "" {
		return rateWord(n.Down) + "/" + rateWord(n.Up) + " Mbps"
	}
	word := func(d Direction) string {
		rate, trace := rateWord(n.Rate(d))+" Mbps", n.Trace(d)
		switch {
		case trace == "":
			return rate
		case n.Rate(d) == 0:
			return "trace " + trace
		}
		return "trace " + trace + " and " + rate // such a network is not valid, but an error message may show it
	}
	return word(Downward) + "/" + word(Upward)
}

func rateWord(b Bitrate) string {
	if b == 0 {
		return "∞"
	}
	return fmt.Sprintf("%g", b.Mbps())
}

func msWord(d time.Duration) string {
	return fmt.Sprintf("%g ms", float64(d)/float64(time.Millisecond))
}

func secondsWord(d time.Duration) string { return fmt.Sprintf("%g s", d.Seconds()) }

func percentWord(share float64) string { return fmt.Sprintf("%g %%", share*100) }
