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

// Loss is counted on several links for each loss. Each link has its own seed, which is drawn from that of the bench. Two
// tests judge the counts: whether all losses together are as many as was set, and whether the links differ as much as by
// chance. If all links are correct, the tests together fail once in lossFalse runs. In fact it is once in 150,000, because
// chi-squared is not exactly the distribution if a link has as few losses as 20.
const (
	lossLinks   = 8
	lossPackets = 50_000 // for each link
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

// lossRows judges how many of the packets that were sent over each link were lost. There are two tests for each loss in
// each direction. By Bonferroni's rule each test gets its share of the probability with which any may fail by chance.
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

// binomialTest returns the two-sided p-value of hits of n, if each has probability p. It is twice the smaller of the two
// exact tails. R's binom.test adds up all outcomes that are no more probable instead; its p-value is never larger than this
// one, and at least half of it.
func binomialTest(hits, n int, p float64) float64 {
	d := distuv.Binomial{N: float64(n), P: p}
	below := d.CDF(float64(hits))
	above := 1.0
	if hits > 0 {
		above = 1 - d.CDF(float64(hits-1))
	}
	return min(1, 2*min(below, above))
}

// homogeneityTest returns the two-sided p-value of several counts of hits, each of n, if all hits have the same probability
// and are independent. It is twice the smaller tail of Pearson's chi-squared. The upper tail is that of R's prop.test. The
// lower tail finds counts that are too much alike, such as those of links with the same seed.
func homogeneityTest(hits []int, n int) float64 {
	sum := 0
	for _, k := range hits {
		sum += k
	}
	mean := float64(sum) / float64(len(hits))
	variance := mean * (1 - mean/float64(n))
	if variance == 0 {
		return 0 // everything or nothing was hit, so nothing was left to chance
	}
	chi := 0.0
	for _, k := range hits {
		chi += (float64(k) - mean) * (float64(k) - mean) / variance
	}
	d := distuv.ChiSquared{K: float64(len(hits) - 1)}
	return min(1, 2*min(d.CDF(chi), d.Survival(chi)))
}
