package cli

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"

	"vmstudy/bench"
	"vmstudy/study"
)

// BenchFlags are the flags of all benches.
type BenchFlags struct {
	JSON   bool     `help:"Print one JSON object." name:"json"`
	Quick  bool     `help:"Fewer samples, in under a minute."`
	Seed   uint64   `help:"Decides everything that is left to chance, such as which packets are lost; 0: draw one. The report names it." placeholder:"NUMBER"`
	Only   []string `help:"Run these sections only, as in: --only rtt,goodput." placeholder:"SECTION"`
	Strict bool     `help:"End with status 1 when a figure is below what was promised, or could not be measured."`
}

// Measure runs b and prints its report. If b fails, the report has what was measured before.
func (f BenchFlags) Measure(ctx context.Context, t Terminal, b bench.Bench) error {
	show := NewProgress(t.Log)
	if f.Seed == 0 {
		f.Seed = NewSeed()
	}
	report, err := b.Run(ctx, bench.Options{Quick: f.Quick, Seed: f.Seed, Only: f.Only, Version: Version(), Show: show.Steps})
	show.Done()
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

func (f BenchFlags) print(t Terminal, r bench.Report) error {
	if f.JSON {
		return json.NewEncoder(t.Out).Encode(r)
	}
	return r.Table(t.Out)
}

// NewSeed returns a seed from the system's randomness. It is not 0, and fits into a signed number of 64 bits.
func NewSeed() (seed uint64) {
	for seed == 0 {
		var b [8]byte
		rand.Read(b[:]) // never fails
		seed = binary.LittleEndian.Uint64(b[:]) >> 1
	}
	return seed
}
