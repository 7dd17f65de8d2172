// Package traces makes the network traces that come with the program: lists of the times at which a
// link of varying bandwidth could deliver.
//
// The traces are synthetic: the few rules below make them from a seed. So anybody can make them
// again, and they need no licence. They have the features that matter to a person behind such a
// link, but say nothing about any operator or place. A study about a real network replays a
// recording of that network; put it into the directory network-traces of the data directory.
//
// Write makes the .trace files beside this file; a test compares them.
package traces

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
)

// All returns the traces by name. A trace is the list of its opportunities in milliseconds.
func All() map[string][]int {
	return map[string][]int{
		"steady-12mbps": Steady(),
		"commuter-lte":  Commuter(1),
		"cafe-wifi":     Cafe(1),
	}
}

// Write writes a trace as a file: one line for each opportunity.
func Write(to io.Writer, opportunities []int) error {
	w := bufio.NewWriter(to)
	for _, ms := range opportunities {
		fmt.Fprintln(w, ms) // Flush returns its error
	}
	return w.Flush()
}

const perMbps = 1e6 / 8 / 1500 / 1000 // opportunities per millisecond at 1 Mbps

// Steady is exactly 12 Mbps: one opportunity every millisecond, for a second. It is for tests,
// and for comparing a trace with a rate.
func Steady() []int {
	all := make([]int, 1000)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// Commuter is two minutes in a train with an LTE modem. The rate is around 5 Mbps. It rises and falls
// over seconds as the train passes cells; its logarithm is a first-order Gauss-Markov process. In
// two tunnels, of 6 and 3 seconds, nothing passes; the rate fades before and rises after them.
// Opportunities come in groups (grants), a few milliseconds apart.
func Commuter(seed uint64) []int {
	const length = 120_000
	chance := rand.New(rand.NewPCG(seed, 1))
	drift := newDrift(chance, 4000, 0.7)
	tunnels := []span{{37_000, 43_000}, {88_000, 91_000}}
	return grants(chance, length, 4, func(ms int) float64 {
		rate := 4.5 * math.Exp(drift.step())
		for _, t := range tunnels {
			rate *= t.fade(ms, 1500)
		}
		return min(rate, 40) * perMbps
	})
}

// Cafe is a minute on the Wi-Fi of a full café. The rate is around 4 Mbps, in bursts of aggregated
// packets about 15 ms apart. Every few seconds nothing passes for 100 to 500 ms, since other stations
// send.
func Cafe(seed uint64) []int {
	const length = 60_000
	chance := rand.New(rand.NewPCG(seed, 2))
	drift := newDrift(chance, 2000, 0.4)
	stall := span{from: 3000, to: 3200}
	return grants(chance, length, 15, func(ms int) float64 {
		if ms > stall.to {
			stall.from = ms + 500 + int(chance.ExpFloat64()*4000)
			stall.to = stall.from + 100 + chance.IntN(400)
		}
		rate := 4.5 * math.Exp(drift.step())
		if ms >= stall.from {
			rate = 0
		}
		return min(rate, 20) * perMbps
	})
}

// grants turns a rate, in opportunities per millisecond, into a list of opportunities. It collects
// the opportunities that become due, and grants them together at random moments, which are on average
// every milliseconds apart, and at the end.
func grants(chance *rand.Rand, length int, every float64, rate func(ms int) float64) []int {
	var all []int
	due := 0.0
	for ms := 1; ms <= length; ms++ {
		due += rate(ms)
		if chance.Float64()*every >= 1 && ms < length {
			continue
		}
		for ; due >= 1; due-- {
			all = append(all, ms)
		}
	}
	if all[len(all)-1] < length {
		all = append(all, length) // the last time stamp is the period
	}
	return all
}

// drift is a first-order Gauss-Markov process with mean 0 and a step every millisecond.
type drift struct {
	chance *rand.Rand
	value  float64
	keep   float64
	push   float64
}

// newDrift returns a drift with a correlation time of memory milliseconds and a standard deviation of
// sd.
func newDrift(chance *rand.Rand, memory, sd float64) *drift {
	keep := math.Exp(-1 / memory)
	return &drift{chance: chance, keep: keep, push: sd * math.Sqrt(1-keep*keep)}
}

func (d *drift) step() float64 {
	d.value = d.value*d.keep + d.push*d.chance.NormFloat64()
	return d.value
}

// span is a span of time, in milliseconds.
type span struct{ from, to int }

// fade returns 0 within s and 1 at a distance of over milliseconds or more; between, it is linear.
func (s span) fade(ms, over int) float64 {
	away := max(s.from-ms, ms-s.to)
	return min(1, max(0, float64(away)/float64(over)))
}
