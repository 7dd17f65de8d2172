package screenbench

import (
	"context"
	"fmt"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
)

// frameSize is the length of a frame as a message: 64 KiB of pixels and two headers.
const frameSize = 64<<10 + 16

// speed is what a contender achieved, one element for each round.
type speed struct {
	rate []float64 // bytes per second
	cost []float64 // processor seconds per GB
	took []time.Duration
}

// measureThroughput lets a machine send frames as fast as they are received.
func (p Peer) measureThroughput(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	m, err := startMachines(film{noise: noise(64 << 10)})
	if err != nil {
		return nil, err
	}
	defer m.close()
	list, err := p.contenders(ctx, m.addr(), -1, CopyLoop, Tapped, Recording, websockify)
	if err != nil {
		return nil, err
	}
	defer list.close()
	rounds, frames := 7, 16_000 // 1 GB
	if s.Quick {
		rounds, frames = 5, 6000
	}
	speeds := map[Kind]*speed{}
	for round := range rounds {
		for _, c := range list {
			if speeds[c.kind] == nil {
				speeds[c.kind] = &speed{}
			}
			if err := speeds[c.kind].run(ctx, c, frames); err != nil {
				return nil, fmt.Errorf("%s: %w", c.kind, err)
			}
		}
		s.Show(round+1, rounds)
	}
	rows := throughputRows(speeds)
	for _, c := range list {
		if c.kind == Recording {
			c.end()
			var shares []float64
			for round, took := range speeds[Recording].took {
				shares = append(shares, c.recorded(round+1, took))
			}
			rows = append(rows, bench.Told(stat.Median(shares)).As("recorded", "at full speed", "%"))
		}
	}
	return rows, list.unable(websockify)
}

// run receives that many frames through a contender.
func (sp *speed) run(ctx context.Context, c *contender, frames int) error {
	v, err := view(ctx, c.dial)
	if err != nil {
		return err
	}
	defer v.conn.Close()
	before, begun := c.used(), time.Now()
	if err := v.order(orderStream, frames); err != nil {
		return err
	}
	total := frames * frameSize
	if _, err := v.in.Discard(total); err != nil {
		return err
	}
	took := time.Since(begun)
	sp.took = append(sp.took, took)
	sp.rate = append(sp.rate, float64(total)/took.Seconds())
	sp.cost = append(sp.cost, (c.used()-before).Seconds()/(float64(total)/1e9))
	return ctx.Err()
}

func throughputRows(speeds map[Kind]*speed) []bench.Row {
	rate := func(k Kind) float64 { return stat.Median(speeds[k].rate) / 1e9 }
	cost := func(k Kind) float64 { return stat.Median(speeds[k].cost) }
	rows := []bench.Row{
		bench.Told(rate(CopyLoop)).As("throughput", string(CopyLoop), "GB/s"),
		bench.Told(cost(CopyLoop)).As("processor", string(CopyLoop), "s/GB"),
	}
	peer := speeds[websockify] != nil
	if peer {
		rows = append(rows, bench.Told(rate(websockify)).As("throughput", string(websockify), "GB/s"),
			bench.Told(cost(websockify)).As("processor", string(websockify), "s/GB"))
	}
	for _, k := range []Kind{Tapped, Recording} {
		rows = append(rows,
			bench.AtLeast(0.9*rate(CopyLoop), rate(k)).As("throughput", string(k), "GB/s").Beside(rate(CopyLoop), string(CopyLoop)))
		if peer {
			rows = append(rows, bench.AtLeast(rate(websockify), rate(k)).As("throughput_to_websockify", string(k), "GB/s").Beside(rate(websockify), string(websockify)))
		}
		rows = append(rows, bench.AtMost(1.25*cost(CopyLoop), cost(k)).As("processor", string(k), "s/GB").Beside(cost(CopyLoop), string(CopyLoop)))
	}
	return rows
}
