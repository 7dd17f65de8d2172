package netembench

import (
	"context"
	"errors"
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

var errStuck = errors.New("packets that were sent have neither come nor been dropped")

// What is promised of loss: that a binomial test does not reject the set probability.
const (
	lossPackets = 100_000
	lossP       = 0.001
)

// measureLoss counts how many of many packets are lost.
func (open Opener) measureLoss(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	var rows []bench.Row
	losses := []float64{0.001, 0.01, 0.1}
	for i, p := range losses {
		s.Show(i, len(losses))
		for _, from := range []netem.End{netem.Far, netem.Near} {
			condition := fmt.Sprintf("%g %% %s", 100*p, flow(from))
			err := open.withRaw(study.Network{Loss: p}, seed, func(link raw) error {
				lost, err := lose(ctx, link, from, lossPackets)
				if err != nil {
					return err
				}
				rows = append(rows,
					bench.Told(100*float64(lost)/lossPackets).As("loss", condition, "%").Against(100*p),
					bench.AtLeast(lossP, binomialTest(lost, lossPackets, p)).As("loss_binomial_p", condition, ""))
				return nil
			})
			if err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

func flow(from netem.End) string {
	if from == netem.Far {
		return "down"
	}
	return "up"
}

// lose sends count small packets from one end and returns how many are lost.
func lose(ctx context.Context, link raw, from netem.End, count int) (lost int, err error) {
	for i := range count {
		if i%1000 == 0 && ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		link.SendRaw(from, make([]byte, 64))
	}
	_, dropped, err := settle(ctx, link, from, int64(count))
	return int(dropped), err
}

// binomialTest returns the two-sided p-value of seeing hits of n where each has probability p:
// twice the smaller of the two exact tails, which is never less than the p-value by the method
// of small probabilities that R's binom.test uses where the two differ in no more than a factor
// of two.
func binomialTest(hits, n int, p float64) float64 {
	d := distuv.Binomial{N: float64(n), P: p}
	below := d.CDF(float64(hits))
	above := 1.0
	if hits > 0 {
		above = 1 - d.CDF(float64(hits-1))
	}
	return min(1, 2*min(below, above))
}
