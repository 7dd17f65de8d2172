package streambench

import (
	"context"
	"fmt"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/study"
)

// unshapedRuns is how often each of the two is measured. They take turns, so that whatever else the computer does meanwhile
// affects both.
const unshapedRuns = 5

// measureUnshaped measures what streaming itself costs. It compares a desktop that is streamed cold, by the best strategy
// and over a link without any limits, with a local desktop.
func (c Config) measureUnshaped(ctx context.Context, set bench.Setting) ([]bench.Row, error) {
	script := c.Scripts[c.Quick]
	of := func(m study.AccessMethod) study.Condition {
		return study.Condition{Access: study.Access{Method: m, Strategy: study.BestStrategy}, Network: study.NoNetwork, Task: study.Task{ID: script.Task}}
	}
	var streamed, local []result
	for i := range 2 * unshapedRuns {
		set.Show(i, 2*unshapedRuns)
		method, results := study.Stream, &streamed
		if i%2 == 1 {
			method, results = study.Local, &local
		}
		r, err := c.open(ctx, of(method), script, false)
		if err != nil {
			return nil, fmt.Errorf("%s without a network: %w", method, err)
		}
		*results = append(*results, r)
	}
	var rows []bench.Row
	for _, figure := range []struct {
		name string
		of   func(result) time.Duration
	}{
		{"picture", func(r result) time.Duration { return r.picture }},
		{"crisp", func(r result) time.Duration { return r.crisp }},
	} {
		here, took := stat.Median(seconds(local, figure.of)), seconds(streamed, figure.of)
		rows = append(rows, bench.AtMost(1.5*here, stat.Median(took)).As(figure.name, "unshaped best", "s").Of(took).Beside(here, noNetwork))
	}
	return rows, nil
}

// seconds returns one time of each result, in seconds.
func seconds(results []result, of func(result) time.Duration) []float64 {
	var times []time.Duration
	for _, r := range results {
		times = append(times, of(r))
	}
	return stat.In(time.Second, times)
}
