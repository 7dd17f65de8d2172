// Package streambench measures streamed desktops as participants would use them: over emulated networks, by each strategy,
// and with streams that begin cold. A robot does tasks in them from which no strategy has learned.
//
// # What is measured
//
//   - crisp: the time until a key is answered on the screen in less than 150 ms. That is what people call crisp (Tolia,
//     Andersen, Satyanarayanan, IEEE Computer 2006). The link has been made and probed before; the time begins when the
//     near end connects. The robot clicks, presses a key, waits for the screen, deletes what it typed, and tries again.
//     In a task in which nothing is typed, crisp is the time until the first picture.
//
//   - picture: the time from the same beginning until the screen shows anything.
//
//   - demand_median: how long a demand takes for a chunk that was not foreseen, while a long plan is sent. The bar is 1.25
//     times the sum of the round trip and the time that the chunk takes on the link.
//
//   - fetch_ratio, miss_rate, buffering: see study.DesktopReport. Buffering is computed for a task of five minutes,
//     because the waits come at the beginning of a task.
//
//   - learning_fetch_ratio, learning_missed: how well runs are foretold from 1, 2, 3 ... rehearsals, by simulation; see
//     session.Foretell.
//
// If no key is crisp within the patience of the bench, the patience stands as the value: it took longer than that.
//
// # What makes it fair
//
//   - Every strategy learns from the same rehearsals, and each is told which of them are of the task.
//   - Every strategy that knows beforehand what it brings begins with a bundle of that. All bundles are packed in the same
//     way; see session.PackBundles.
//   - Every condition is measured several times. Each round measures all of them, in random order. So whatever else the
//     computer does meanwhile affects all alike.
//   - The best strategy is measured with all rehearsals that there are, and with the few that `make run` plays.
//
// # The bar of crisp
//
// The bar is 1.3 times the sum of two round trips and the time that the link needs for the resume set and the state of the
// devices, packed like a bundle. The resume set is what rehearsals touched in their first three seconds, which is more on a
// quicker computer. crisp_least is the same time without the factor, for what the first run itself had touched when a key
// was crisp. Every strategy needs at least that.
package streambench

import (
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/session"
	"vmstudy/study"
)

// Config says what the bench measures, and with what.
type Config struct {
	Lab       *session.Lab
	Appliance string
	Scripts   map[string]session.Script // by name; no strategy has learned from them
	Few       []string                  // the rehearsals, by the names of their scripts, that are always played
	Quick     string                    // the name of the script that a quick bench plays

	Runs int    // of each condition; 0 means five, or one in a quick bench
	Keep string // a file to which each run is added; the runs that are in it already are not done again. "" means none

	Network, Script string           // measure only over this network and with this script, by their names; "" means all
	Strategies      []study.Strategy // measure only these; empty means all
	Version         string           // of the program
}

// network is a network to measure over: those on which the authors of vTube measured, and a good line of today.
type network struct {
	name string
	study.Network
}

var networks = []network{
	{"7.2/120", study.Network{Down: 7200 * study.Kbps, Up: 7200 * study.Kbps, RTT: 120 * time.Millisecond}},
	{"14.4/60", study.Network{Down: 14400 * study.Kbps, Up: 14400 * study.Kbps, RTT: 60 * time.Millisecond}},
	{"50/20", study.Network{Down: 50 * study.Mbps, Up: 50 * study.Mbps, RTT: 20 * time.Millisecond}},
}

const (
	patience  = 2 * time.Minute // for one desktop
	longTask  = 5 * time.Minute
	noNetwork = "local"
)

// Bench returns the bench.
func Bench(c Config) bench.Bench {
	return bench.Bench{Name: "stream", Sections: []bench.Section{
		{Name: "demand", About: "chunks that nobody foresaw", Measure: c.measureDemand},
		{Name: "strategies", About: "desktops by all strategies", Measure: c.measureStrategies},
		{Name: "learning", About: "how much rehearsals help", Long: true, Measure: c.measureLearning},
		{Name: "unshaped", About: "a desktop streamed over a link that holds nothing back", Long: true, Measure: c.measureUnshaped},
	}}
}

// Networks returns the names of the networks that are measured.
func Networks() (names []string) {
	for _, n := range networks {
		names = append(names, n.name)
	}
	return names
}

// chosen returns the networks that are measured.
func (c Config) chosen() []network {
	return slices.DeleteFunc(slices.Clone(networks), func(n network) bool { return c.Network != "" && n.name != c.Network })
}
