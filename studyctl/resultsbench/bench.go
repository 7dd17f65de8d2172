// Package resultsbench measures the page of results, and the download of a study, on a study that is larger than most: 200 people with 18 trials of 600 inputs
// each. It asks for them as a browser does, over HTTP, from a server with a database of its own. The people are simulated.
package resultsbench

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"vmstudy/bench"
	"vmstudy/bench/stat"
	"vmstudy/postgres"
	"vmstudy/studyctl/scratch"
	"vmstudy/web/lab"
)

// Results makes what reads results from a database, as the server does.
type Results func(*postgres.DB) lab.Results

// Bench returns the bench of results.
func Bench(of Results) bench.Bench {
	return bench.Bench{Name: "results", Sections: []bench.Section{
		{Name: "pages", About: "the page of results and the download of a large study", Measure: func(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
			return measure(ctx, of, s)
		}},
	}}
}

// What the page promises of a study with people and trials as in whole.
const (
	warmBar   = 0.5 // seconds
	coldBar   = 2
	memoryBar = 100 // MiB
)

// A size is how many people there are, and how many inputs in each trial.
type size struct{ people, inputs int }

var (
	whole = size{200, 600}
	quick = size{20, 100}
)

func (s size) String() string {
	return fmt.Sprintf("%d people, %d trials, %d inputs each", s.people, s.people*trials, s.inputs)
}

func measure(ctx context.Context, of Results, s bench.Setting) (rows []bench.Row, err error) {
	n, repeats := whole, 7
	if s.Quick {
		n, repeats = quick, 3
	}
	err = scratch.Restarting(ctx, func(db *postgres.DB, restart scratch.Restart) error {
		id, err := populate(ctx, db, n, s)
		if err != nil {
			return err
		}
		if db, err = restart(ctx); err != nil { // its buffers are empty, and its statistics are made
			return err
		}
		desk, err := open(ctx, of, db, id)
		if err != nil {
			return err
		}
		defer desk.Close()
		rows, err = desk.measure(ctx, n, repeats)
		return err
	})
	return rows, err
}

// measure asks for the page once, which is cold: the server and its database have just started. Then it asks again and again, and downloads everything.
func (d *desk) measure(ctx context.Context, n size, repeats int) ([]bench.Row, error) {
	page := fmt.Sprintf("/lab/studies/%d/results?simulated=1", d.study)
	cold, err := d.ask(ctx, page)
	if err != nil {
		return nil, err
	}
	var warm []time.Duration
	memory, size := cold.memory, cold.bytes
	for range repeats {
		one, err := d.ask(ctx, page)
		if err != nil {
			return nil, err
		}
		warm, memory = append(warm, one.took), max(memory, one.memory)
	}
	all, err := d.ask(ctx, fmt.Sprintf("/lab/studies/%d/download?simulated=1", d.study))
	if err != nil {
		return nil, err
	}
	what := n.String()
	inputs := float64(n.people * trials * n.inputs)
	return []bench.Row{
		bench.AtMost(coldBar, cold.took.Seconds()).As("page_cold", what, "s"),
		bench.AtMost(warmBar, stat.Median(stat.In(time.Second, warm))).As("page_warm", what, "s").Of(stat.In(time.Second, warm)),
		bench.AtMost(memoryBar, memory).As("page_memory", what, "MiB"),
		bench.Told(float64(size)/1024).As("page_size", what, "KiB"),
		bench.Told(all.took.Seconds()).As("download", what, "s"),
		bench.Told(inputs/all.took.Seconds()).As("download_rate", what, "inputs/s"),
		bench.AtMost(memoryBar, all.memory).As("download_memory", what, "MiB"),
		bench.Told(float64(all.bytes)/(1<<20)).As("download_size", what, "MiB"),
	}, nil
}

// An answer is what a request came to.
type answer struct {
	took   time.Duration
	bytes  int64
	memory float64 // by how many MiB this process grew at most
}

// ask gets a page, as the experimenter who is signed in, and reads it to its end.
func (d *desk) ask(ctx context.Context, path string) (a answer, err error) {
	debug.FreeOSMemory()
	before, err := forgetPeak()
	if err != nil {
		return a, err
	}
	began := time.Now()
	body, err := d.get(ctx, path)
	if err != nil {
		return a, err
	}
	a.bytes, err = io.Copy(io.Discard, body)
	a.took = time.Since(began)
	body.Close()
	if err != nil {
		return a, fmt.Errorf("get %s: %w", path, err)
	}
	after, err := peak()
	a.memory = float64(after-before) / (1 << 20)
	return a, err
}
