// Package streambench measures streamed desktops as people would meet them: a robot does tasks that
// no stream has learned from, in machines that begin cold, over emulated networks, by each strategy.
//
// # What is measured
//
//   - crisp: from the moment when the near end begins to connect, the link being made and probed,
//     until a key is answered on the screen in less than 150 ms (Tolia, Andersen, Satyanarayanan,
//     IEEE Computer 2006: what people call crisp). The robot clicks, presses a key, waits for the
//     screen, takes the key back, and tries again. In a task where nothing is typed it is the first picture.
//   - picture: from the same moment until the screen shows anything.
//   - demand_median: how long a chunk takes that nobody foresaw, while a long plan is pushed. The bar is
//     1.25 times the round trip and the time that the chunk itself takes on the link.
//   - fetch_ratio, miss_rate, buffering: see study.DesktopReport. Buffering is for a task of five
//     minutes, as what a person waits for is over long before.
//
// A strategy that does not come to a crisp key within the patience of the bench has the patience
// as its value: it took longer than that.
//
// # What makes it fair
//
//   - Every strategy learns from the same rehearsals, and those of the task are marked for all.
//   - Every strategy that knows beforehand what it brings begins with a bundle of that, packed in the same
//     way; see session.PackBundles.
//   - Every condition is measured several times. All of them are in every round, in an order of chance, so
//     that what the computer does meanwhile meets all alike.
//   - The best strategy is measured with all rehearsals that there are, and with those few that `make run` plays.
//
// # The bar of crisp
//
// It is 1.3 times what the link needs for the resume set and the state of the devices, packed as a
// bundle is, and two round trips. The resume set is what rehearsals touched in their first
// three seconds: more where the computer is quicker. crisp_least is the same for all that the first run itself
// had touched when a key was crisp, which no strategy could do without.
package streambench

import (
	"slices"
	"time"

	"vmstudy/bench"
	"vmstudy/session"
	"vmstudy/study"
)

// Config is what the bench runs on.
type Config struct {
	Lab       *session.Lab
	Appliance string
	Scripts   map[string]session.Script // that no stream has learned from, by name
	Few       []string                  // the rehearsals, by the names of their scripts, that are always played
	Quick     string                    // the name of the script that a quick bench plays

	Runs int    // of each condition; 0 means five, or one in a quick bench
	Keep string // a file that each run is kept in, and that is gone on with; "" keeps nothing

	Network, Script string           // measure only over this network and with this script, by their names; "" means all
	Strategies      []study.Strategy // measure only these; empty means all
	Version         string           // of the program
}

// network is one of those that vTube's authors measured on, and a good line of today.
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
