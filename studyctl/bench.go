package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"vmstudy/bench"
	"vmstudy/study"
)

// benchCmd lists the benches; package bench tells how one is added.
type benchCmd struct {
	Netem  benchNetemCmd  `cmd:"" help:"Measure the emulated network: what was set beside what is measured."`
	RFB    benchRFBCmd    `cmd:"" name:"rfb" help:"Measure the screen: how long a key takes to show without any network, decoding, and the proxy beside its peers."`
	Ingest benchIngestCmd `cmd:"" help:"Measure how fast measurements are stored, beside a bare COPY and with a hundred sessions at once."`
	Stream benchStreamCmd `cmd:"" help:"Measure streamed desktops: a robot works in them over emulated networks, by each strategy."`
}

// benchFlags are what all benches have in common.
type benchFlags struct {
	JSON   bool     `help:"Print one JSON object." name:"json"`
	Quick  bool     `help:"Fewer samples, in under a minute."`
	Seed   uint64   `help:"Decides everything that is left to chance, such as which packets are lost; 0: draw one. The report names it." placeholder:"NUMBER"`
	Only   []string `help:"Run these sections only, as in: --only rtt,goodput." placeholder:"SECTION"`
	Strict bool     `help:"End with status 1 when a figure is below what was promised, or could not be measured."`
}

// measure runs b and prints what it found. What was measured before a failure is printed too.
func (f benchFlags) measure(ctx context.Context, t terminal, b bench.Bench) error {
	show := newProgress(t.log)
	if f.Seed == 0 {
		f.Seed = newSeed()
	}
	report, err := b.Run(ctx, bench.Options{Quick: f.Quick, Seed: f.Seed, Only: f.Only, Version: version(), Show: show.steps})
	show.done()
	var unknown *bench.UnknownSectionError
	if errors.As(err, &unknown) {
		return study.Refuse(study.ErrInvalid, "%v", unknown)
	}
	if err := errors.Join(err, f.print(t, report)); err != nil {
		return err
	}
	if failing := report.Failing(); f.Strict && failing > 0 {
		return fmt.Errorf("bench %s: of its figures %s", b.Name, report.Verdict())
	}
	return nil
}

func (f benchFlags) print(t terminal, r bench.Report) error {
	if f.JSON {
		return json.NewEncoder(t.out).Encode(r)
	}
	return r.Table(t.out)
}
