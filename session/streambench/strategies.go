package streambench

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/session"
	"vmstudy/study"
)

// usualRuns is how often each cell is measured.
const usualRuns = 5

// measureStrategies lets a robot do tasks in desktops, by all strategies and over all networks.
func (c Config) measureStrategies(ctx context.Context, set bench.Setting) (rows []bench.Row, err error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return nil, err
	}
	has, err := session.Rehearsals(app.Dir)
	if err != nil {
		return nil, err
	}
	variants, unable := c.variants(has)
	cells := c.cells(set.Quick, variants)
	count := c.Runs
	if count == 0 {
		count = usualRuns
		if set.Quick {
			count = 1
		}
	}
	err = withRuns(c.Keep, about{"stream", app.Content(), c.Version}, func(rs *runs) error {
		limits, err := c.limits(ctx, cells)
		if err != nil {
			return err
		}
		err = c.withVariants(ctx, cells, func(int, int) {}, func(c Config) error { return c.rounds(ctx, set, cells, count, rs) })
		for _, one := range cells { // report what there is, even if the bench was stopped
			rows = append(rows, rs.rows(one, limits[c.Scripts[one.script].Task])...)
		}
		return err
	})
	return rows, errors.Join(err, unable)
}

// rounds measures all cells, count times.
func (c Config) rounds(ctx context.Context, set bench.Setting, cells []cell, count int, rs *runs) error {
	for n := 1; n <= count; n++ {
		for i, one := range round(cells, set.Seed, n) {
			set.Show((n-1)*len(cells)+i, count*len(cells))
			if !rs.wants(one, n) {
				continue
			}
			r, err := c.measure(ctx, one, n)
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err != nil {
				slog.Warn("a run failed", "cell", one.String(), "round", n, "err", err)
				r = run{Cell: one.String(), Round: n, Failed: err.Error()}
			}
			if err := rs.add(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// measure runs one cell once. In the first round it also packs what the machine touched with the best strategy, to find out
// how much had to be fetched.
func (c Config) measure(ctx context.Context, one cell, n int) (run, error) {
	script := c.Scripts[one.script]
	c.Appliance = appliance(c, one)
	got, err := c.run(ctx, one.condition(script), script)
	if err != nil {
		return run{}, err
	}
	r := run{Cell: one.String(), Round: n, Picture: got.picture, Crisp: got.crisp, Desktop: got.desktop}
	if one.strategy != study.BestStrategy || n != 1 || len(got.touched) == 0 {
		return r, nil
	}
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return run{}, err
	}
	r.Least, err = session.PackedSize(ctx, app, got.touched)
	return r, err
}

// appliance returns the name by which the lab knows the appliance of a cell.
func appliance(c Config, one cell) string {
	if one.strategy == "" {
		return c.Appliance
	}
	return one.variant.name
}

// rows returns the medians of a cell, and the ranges of its runs. Only the best strategy has bars, with any number of
// rehearsals. limit is how many bytes the link has to carry at least.
func (rs *runs) rows(c cell, limit int64) []bench.Row {
	some, failed := rs.of(c)
	if len(some)+failed == 0 {
		return nil
	}
	row := func(name, unit string, bar float64, of func(run) float64) bench.Row {
		var xs []float64
		for _, r := range some {
			xs = append(xs, of(r))
		}
		told := bench.Told(stat.Median(xs))
		if c.strategy == study.BestStrategy && bar > 0 {
			told = bench.AtMost(bar, stat.Median(xs))
		}
		return told.As(name, c.String(), unit).Of(xs)
	}
	least := c.network.takes(limit)
	rows := []bench.Row{
		row("crisp", "s", 1.3*least.Seconds(), func(r run) float64 { return r.Crisp.Seconds() }),
		row("picture", "s", 0, func(r run) float64 { return r.Picture.Seconds() }),
	}
	if c.strategy != "" {
		rows[0] = rows[0].Beside(least.Seconds(), "limit of the link")
		rows = append(rows,
			row("fetch_ratio", "", 1.15, func(r run) float64 { return r.Desktop.FetchRatio() }),
			row("miss_rate", "%", 0.1, func(r run) float64 { return 100 * r.Desktop.MissRate() }),
			row("buffering", "", 0.05, run.buffering),
			row("sent", "MB", 0, func(r run) float64 { return float64(r.Desktop.BytesMoved) / 1e6 }),
			row("longest_wait", "s", 0, func(r run) float64 { return r.Desktop.Longest.Seconds() }))
	}
	for _, r := range some {
		if r.Least > 0 {
			rows = append(rows, bench.Told(c.network.takes(r.Least).Seconds()).As("crisp_least", c.String(), "s"))
		}
	}
	if failed > 0 {
		rows = append(rows, bench.AtMost(0, float64(failed)).As("failed", c.String(), "runs"))
	}
	return rows
}

// buffering returns the share of a long task in which a person waits.
func (r run) buffering() float64 {
	still := (r.Crisp + r.Desktop.Paused + r.Desktop.Waited).Seconds()
	return still / (still + longTask.Seconds())
}

// takes returns how long the link needs at least for so many bytes, plus two round trips.
func (n network) takes(bytes int64) time.Duration {
	return time.Duration(float64(bytes)*8/float64(n.Down)*float64(time.Second)) + 2*n.RTT
}
