package netembench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat/distuv"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/study"
)

var errStuck = errors.New("packets that were sent have neither come nor been dropped")

var losses = []float64{0.001, 0.01, 0.1}

// Loss is counted on several links for each condition, each with a seed of its own, drawn from that of the bench.
// Two tests look at the counts: whether all together are as many as was set, and whether the links differ from
// each other as much as chance makes them. A bench of honest links is wrong about one of them once in lossFalse runs;
// or once in 150,000, as chi-squared is only nearly the distribution of so few losses as 20 a link.
const (
	lossLinks   = 8
	lossPackets = 50_000 // a link
	lossQuick   = 20_000
	lossFalse   = 200_000
)

// measureLoss counts how many of many packets are lost.
func (open Opener) measureLoss(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
	chance := rand.New(rand.NewPCG(s.Seed, 1))
	packets := lossPackets
	if s.Quick {
		packets = lossQuick
	}
	var rows []bench.Row
	for i, p := range losses {
		s.Show(i, len(losses))
		for _, from := range []netem.End{netem.Far, netem.Near} {
			var lost []int
			for range lossLinks {
				err := open.withRaw(study.Network{Loss: p}, chance.Uint64(), func(link raw) error {
					n, err := lose(ctx, link, from, packets)
					lost = append(lost, n)
					return err
				})
				if err != nil {
					return rows, err
				}
			}
			rows = append(rows, lossRows(p, flow(from), lost, packets)...)
		}
	}
	return rows, nil
}

// lossRows judges how many packets were lost of those that were sent over each link. There are two tests for each
// loss in each direction; by Bonferroni's rule each gets its part of what all may be wrong.
func lossRows(p float64, flow string, lost []int, each int) []bench.Row {
	bar := 1.0 / lossFalse / float64(2*2*len(losses))
	condition := fmt.Sprintf("%g %% %s, %d links", 100*p, flow, len(lost))
	all := 0
	for _, n := range lost {
		all += n
	}
	sent := len(lost) * each
	return []bench.Row{
		bench.Told(100*float64(all)/float64(sent)).As("loss", condition, "%").Against(100 * p),
		bench.AtLeast(bar, binomialTest(all, sent, p)).As("loss_binomial_p", condition, ""),
		bench.AtLeast(bar, homogeneityTest(lost, each)).As("loss_spread_p", condition, ""),
	}
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

// homogeneityTest returns the two-sided p-value of counts of hits, each of n, that have the same probability and
// nothing to do with each other: twice the smaller tail of Pearson's chi-squared. The upper tail is that of R's
// prop.test; the lower one finds counts that are too much alike, as those of links with one seed.
func homogeneityTest(hits []int, n int) float64 {
	sum := 0
	for _, k := range hits {
		sum += k
	}
	mean := float64(sum) / float64(len(hits))
	variance := mean * (1 - mean/float64(n))
	if variance == 0 {
		return 0 // all or nothing was hit: no chance was at work
	}
	chi := 0.0
	for _, k := range hits {
		chi += (float64(k) - mean) * (float64(k) - mean) / variance
	}
	d := distuv.ChiSquared{K: float64(len(hits) - 1)}
	return min(1, 2*min(d.CDF(chi), d.Survival(chi)))
}
