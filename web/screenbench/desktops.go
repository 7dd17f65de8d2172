package screenbench

import (
	"context"
	"fmt"
	"math"
	"time"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/bench/stat"
)

// viewers is how many desktops are busy at the same time.
const viewers = 16

// The bars. mostLate is how many ms a proxy may add to the 99th percentile of the lateness of
// updates (with fewer than 100 updates: to the longest lateness), in the worst session. mostGrown
// is how many MiB a proxy's memory may grow after the first film.
const (
	mostLate  = 5.0
	mostGrown = 8.0
)

// measureDesktops plays the same film on 16 desktops at once, through each contender in turn.
func (p Peer) measureDesktops(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	rounds, updates := 4, 80
	if s.Quick {
		rounds, updates = 3, 40
	}
	f := busy(updates, viewers)
	m, err := startMachines(f)
	if err != nil {
		return nil, err
	}
	defer m.close()
	list, err := p.contenders(ctx, m.addr(), -1, direct, CopyLoop, Tapped, Recording)
	if err != nil {
		return nil, err
	}
	defer list.close()
	late := map[Kind][][]time.Duration{}
	began := map[Kind]int64{}
	for round := range rounds {
		for _, c := range list {
			some, err := f.watchAll(ctx, c)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.kind, err)
			}
			if round == 0 { // a warm-up, after which the process has the memory that it needs
				if c.cmd != nil {
					began[c.kind] = c.resident()
				}
				continue
			}
			late[c.kind] = append(late[c.kind], some...)
		}
		s.Show(round+1, rounds)
	}
	rows := lateRows(late)
	for _, c := range list {
		if c.kind == Tapped || c.kind == Recording {
			grown := float64(c.resident()-began[c.kind]) / (1 << 20)
			rows = append(rows, bench.AtMost(mostGrown, grown).As("memory_grown", fmt.Sprintf("%s, %d desktops", c.kind, viewers), "MiB"))
		}
		if c.kind == Recording {
			c.end()
			rows = append(rows, bench.AtMost(0, float64(c.cutShort())).As("recordings_cut_short", fmt.Sprintf("of %d desktops", rounds*viewers), ""))
		}
	}
	return rows, nil
}

// watchAll watches all desktops through a contender. It returns the lateness of updates by desktop.
func (f film) watchAll(ctx context.Context, c *contender) ([][]time.Duration, error) {
	late := make([][]time.Duration, viewers)
	g, ctx := errgroup.WithContext(ctx)
	for slot := range viewers {
		g.Go(func() error {
			v, err := view(ctx, c.dial)
			if err != nil {
				return err
			}
			defer v.conn.Close()
			late[slot], err = f.watch(v, slot)
			return err
		})
	}
	return late, g.Wait()
}

// lateRows compares the worst session of each proxy with the worst session without a proxy.
func lateRows(late map[Kind][][]time.Duration) []bench.Row {
	tail := "" // the same percentile for all, because all sessions see the same film
	worst := func(k Kind) float64 {
		most := math.Inf(-1)
		for _, session := range late[k] {
			var slow float64
			tail, slow = stat.Tail(stat.In(time.Millisecond, session), 0.99)
			most = max(most, slow)
		}
		return most
	}
	condition := func(k Kind) string { return fmt.Sprintf("%s, %d desktops", k, viewers) }
	without := worst(direct)
	rows := []bench.Row{bench.Told(without).As(tail+"_late", condition(direct), "ms")}
	for _, k := range []Kind{CopyLoop, Tapped, Recording} {
		row := bench.AtMost(mostLate, worst(k)-without)
		if k == CopyLoop {
			row = bench.Told(worst(k) - without)
		}
		rows = append(rows, row.As(tail+"_added", condition(k), "ms"))
	}
	return rows
}
