package netembench

import (
	"math"
	"slices"
	"testing"
	"time"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/study"
	"vmstudy/studytest"
)

// R: binom.test(0, 10)$p.value; binom.test(2, 10)$p.value; binom.test(5, 10)$p.value
func TestBinomialTest(t *testing.T) {
	for hits, want := range map[int]float64{0: 0.001953125, 2: 0.109375, 5: 1, 8: 0.109375, 10: 0.001953125} {
		if got := binomialTest(hits, 10, 0.5); math.Abs(got-want) > 1e-9 {
			t.Errorf("%d of 10 at a half: %g, want %g", hits, got, want)
		}
	}
}

// R 4.2.2:
//
//	lost <- c(48, 55, 61, 39, 52, 50, 47, 58)
//	x <- unname(prop.test(lost, rep(50000, 8))$statistic)   # 6.553058348
//	2 * min(pchisq(x, 7), pchisq(x, 7, lower.tail = FALSE)) # 0.9536950265
func TestHomogeneityTest(t *testing.T) {
	if got := homogeneityTest([]int{48, 55, 61, 39, 52, 50, 47, 58}, 50_000); math.Abs(got-0.9536950265) > 1e-9 {
		t.Errorf("got %g, want 0.9536950265", got)
	}
	for name, hits := range map[string][]int{"one seed for all": {50, 50, 50, 50, 50, 50, 50, 50}, "nothing lost": {0, 0, 0}} {
		if got := homogeneityTest(hits, 50_000); got > 1e-9 {
			t.Errorf("%s: %g, want next to nothing", name, got)
		}
	}
}

func TestExpectedTripsCountWhatTravelled(t *testing.T) {
	got := Tripped{
		Trips:  make([]time.Duration, 10),
		Moved:  study.LinkReport{BytesUp: 10 * 125, BytesDown: 10 * 250},
		Subset: study.Network{Up: study.Mbps, Down: study.Mbps, RTT: 20 * time.Millisecond},
	}.Expected()
	if want := 23 * time.Millisecond; got != want { // 1000 and 2000 bits at 1 Mbps
		t.Errorf("got %v, want %v", got, want)
	}
}

func honest(n study.Network, seed uint64) (netem.Link, error) { return userspace.New(n, seed) }

// measured runs one section with few samples.
func measured(t *testing.T, open Opener, section string) map[string]bench.Row {
	t.Helper()
	report, err := Bench(open).Run(t.Context(), bench.Options{Quick: true, Seed: studytest.Seed(t), Only: []string{section}})
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bench.Row{}
	for _, r := range report.Rows {
		rows[r.Name+" "+r.Condition] = r
	}
	return rows
}

// Correct links fail this test less than once in 100,000 runs, whatever the seed is; see lossFalse.
func TestLinksThatLoseOtherwiseAreFoundOut(t *testing.T) {
	tooMuch := func(n study.Network, seed uint64) (netem.Link, error) {
		n.Loss *= 1.1
		return userspace.New(n, seed)
	}
	alike := func(n study.Network, _ uint64) (netem.Link, error) { return userspace.New(n, 1) }
	for name, test := range map[string]struct {
		open          Opener
		share, spread bool // whether the two tests should pass
	}{"as set": {honest, true, true}, "a tenth too much": {tooMuch, false, true}, "all the same packets": {alike, true, false}} {
		rows := measured(t, test.open, "loss")
		share, spread := rows["loss_binomial_p 10 % down, 8 links"], rows["loss_spread_p 10 % down, 8 links"]
		if share.OK != test.share || spread.OK != test.spread {
			t.Errorf("%s: share %+v, spread %+v; want OK to be %v and %v", name, share, spread, test.share, test.spread)
		}
		for _, row := range rows {
			if name == "as set" && !row.OK {
				t.Errorf("%s: %+v", name, row)
			}
		}
	}
}

func TestTrainsAreLateByWhatTheLinkAdds(t *testing.T) {
	set, added := alike(20, 20), 30*time.Millisecond
	more := set
	more.RTT += added
	link, err := userspace.New(more, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	var late lateness
	if err := late.trains(t.Context(), link, set, 0, 5); err != nil {
		t.Fatal(err)
	}
	trips := late.trips()
	if len(trips) != 5 || slices.Min(trips) < ms(added) {
		t.Errorf("trains over a link that adds %v to a round trip are late by %v ms", added, trips)
	}
}

func TestAnotherTraceIsFoundOut(t *testing.T) {
	n := study.Network{TraceDown: "steady-12mbps", Queue: traceQueue}
	link, err := userspace.New(n, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	got, err := replay(t.Context(), link, n, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var traces *netem.Traces
	off := map[string]float64{} // on a busy computer some packets are delivered after the last slot
	for _, name := range []string{"steady-12mbps", "commuter-lte"} {
		trace, err := traces.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		rows := traceRows(name, trace, got)
		off[name] = math.Abs(rows[0].Value - *rows[0].Set)
	}
	if off["steady-12mbps"] >= off["commuter-lte"] {
		t.Errorf("replaying steady-12mbps was off from it, or from another trace, by so many packets: %v", off)
	}
}
