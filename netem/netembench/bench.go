// Package netembench measures emulated networks, and compares what programs find on them with what was set. It works on
// any netem.Link.
//
// # What a figure is compared with
//
//   - A round trip is compared with the round-trip time that was set, plus the time to send exactly the packets that
//     travelled. The link counts them (see Tripped.Expected).
//   - A transfer is compared with the rate, minus the headers of exactly the packets that travelled
//     (netem.Carried.Expected).
//
// # What the bench itself adds
//
// A round trip ends when the goroutine that waits for it runs. On an idle computer that is later than the packet's
// delivery, since a processor has to wake up first. The section floor measures this with TCP over loopback, where nothing
// is emulated, at the same pace. Its figures stand beside those of the links.
package netembench

import (
	"context"
	"fmt"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

// Opener opens a link with network n. seed decides what is left to chance on it.
type Opener func(n study.Network, seed uint64) (netem.Link, error)

// seed is for links on which nothing is left to chance.
const seed = 1

// Bench returns the bench of the links that open opens.
func Bench(open Opener) bench.Bench {
	return bench.Bench{Name: "netem", Sections: []bench.Section{
		{Name: "idle", About: "what links cost", Measure: open.measureIdle}, // first, while there are no timers left of other sections
		{Name: "floor", About: "what the machine and the tool add", Measure: measureFloor},
		{Name: "rtt", About: "round trips", Measure: open.measureTrips},
		{Name: "goodput", About: "TCP goodput", Measure: open.measureGoodput},
		{Name: "packets", About: "packets that know no TCP", Measure: open.measurePackets},
		{Name: "loss", About: "loss", Measure: open.measureLoss},
		{Name: "trace", About: "replay of traces", Measure: open.measureTrace},
		{Name: "ceiling", About: "a link without a condition", Measure: open.measureCeiling},
		{Name: "scale", About: "many links at once", Measure: open.measureScale},
	}}
}

// with lets do use a link with network n, and closes it.
func (open Opener) with(n study.Network, do func(netem.Link) error) error {
	return open.seeded(n, seed, do)
}

// seeded is with for a link with another seed.
func (open Opener) seeded(n study.Network, seed uint64, do func(netem.Link) error) error {
	link, err := open(n, seed)
	if err != nil {
		return fmt.Errorf("%s: %w", n, err)
	}
	defer link.Close()
	if err := do(link); err != nil {
		return fmt.Errorf("%s: %w", n, err)
	}
	return nil
}

// alike returns a network with the same rate in both directions, in Mbps, and a round-trip time in ms.
func alike(mbps float64, rtt int) study.Network {
	rate := study.Bitrate(mbps * float64(study.Mbps))
	return study.Network{Down: rate, Up: rate, RTT: time.Duration(rtt) * time.Millisecond}
}

// label names the condition of a row as in 7.2/120.
func label(n study.Network) string {
	return fmt.Sprintf("%g/%d", n.Down.Mbps(), n.RTT.Milliseconds())
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// each measures one network after the other and shows how many are done.
func each(ctx context.Context, s bench.Setting, all []study.Network, one func(context.Context, study.Network) ([]bench.Row, error)) ([]bench.Row, error) {
	var rows []bench.Row
	for i, n := range all {
		s.Show(i, len(all))
		got, err := one(ctx, n)
		if err != nil {
			return rows, err
		}
		rows = append(rows, got...)
	}
	return rows, nil
}
