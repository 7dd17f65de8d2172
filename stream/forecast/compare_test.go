package forecast

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

var update = flag.Bool("update", false, "write the golden files anew")

// appliance makes runs that resemble those of the demo appliance: a resume that all share, then one of
// two programs, then small things that some people do and others do not.
type appliance struct{ rng *rand.Rand }

// run makes one run. program is 0 or 1.
func (a appliance) run(program int) Trace {
	var t Trace
	now, next := time.Duration(0), uint32(0)
	burst := func(chunks uint32, span time.Duration, skip float64) {
		for i := range chunks {
			if a.rng.Float64() >= skip {
				at := now + span*time.Duration(i)/time.Duration(chunks)
				t.Accesses = append(t.Accesses, access(next+i, at))
			}
		}
		now += span
		next += chunks
	}
	skip := func(chunks uint32) { next += chunks }
	pause := func() { now += 2500*time.Millisecond + time.Duration(a.rng.Int64N(int64(4*time.Second))) }

	burst(3000, 2*time.Second, 0.01) // the resume
	if program == 1 {
		skip(1800)
	}
	burst(1800, 2*time.Second, 0.01) // the program
	if program == 0 {
		skip(1800)
	}
	for range 12 { // things to do
		if a.rng.IntN(3) == 0 {
			skip(60)
			continue
		}
		pause()
		burst(60, 200*time.Millisecond, 0.02)
	}
	next = 20_000 + uint32(a.rng.IntN(10))*1000 // what no other run touches
	pause()
	burst(3, 10*time.Millisecond, 0)
	return t
}

// runs returns ten traces to learn from and three that are not among them.
func runs() (learned, unseen []Trace) {
	a := appliance{rand.New(rand.NewPCG(1, 2))}
	for i := range 10 {
		learned = append(learned, a.run((i+1)%3/2))
	}
	for i := range 3 {
		unseen = append(unseen, a.run((i+1)%3/2))
	}
	return learned, unseen
}

// averages are over the unseen runs.
type averages struct{ usable, waited, fetch, miss, buffering, pauses float64 }

func compare(t *testing.T, n Name, l Link) averages {
	t.Helper()
	shape := Shape{Images: []Extent{{Memory, 30_000}}, Empty: func(c Chunk) bool { return c.Index%10_000 > 8_000 }}
	learned, unseen := runs()
	var sum averages
	for _, run := range unseen {
		s, err := New(n, shape, learned)
		if err != nil {
			t.Fatal(err)
		}
		o := Play(run, s, shape, l, func(Chunk) int { return 1150 })
		sum.usable += o.Usable.Seconds() / 3
		sum.waited += o.Waited.Seconds() / 3
		sum.fetch += o.FetchRatio() / 3
		sum.miss += o.MissRate() / 3
		sum.buffering += o.Buffering() / 3
		sum.pauses += float64(o.Pauses) / 3
	}
	return sum
}

var links = []Link{
	{Rate: 7.2e6 / 8, RTT: 120 * time.Millisecond},
	{Rate: 14.4e6 / 8, RTT: 60 * time.Millisecond},
	{Rate: 50e6 / 8, RTT: 20 * time.Millisecond},
}

// The table is for people: it shows what a change of a strategy does. Ten runs are learned from,
// three others are played.
func TestTheTableOfStrategiesIsCurrent(t *testing.T) {
	var b strings.Builder
	fmt.Fprintln(&b, "link      strategy    usable s  waited s  fetched/touched  missed %  buffering  pauses")
	for _, l := range links {
		for _, n := range study.Strategies() {
			a := compare(t, n, l)
			fmt.Fprintf(&b, "%4.1f/%-4d %-11s %8.2f  %8.2f  %15.2f  %8.2f  %9.3f  %6.1f\n",
				l.Rate*8/1e6, l.RTT.Milliseconds(), n, a.usable, a.waited, a.fetch, a.miss*100, a.buffering, a.pauses)
		}
	}
	const path = "testdata/strategies.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s is not what the strategies do now; look at it, then run the test with -update:\n%s", path, diff)
	}
}

// What vTube's authors found (SoCC 2013, section 6) has to hold here too: demand paging is out of the
// question, the whole image takes long, and clusters need pauses and fetch too much, but not by
// more than half. And ours has to keep its promises.
func TestStrategiesCompareAsPublishedAndOursIsNotWorse(t *testing.T) {
	l := links[0]
	got := map[Name]averages{}
	for _, n := range study.Strategies() {
		got[n] = compare(t, n, l)
	}
	best, cluster, order := got[Best], got[InClusters], got[Order]
	for claim, holds := range map[string]bool{
		"demand paging takes ten times as long":         got[None].usable > 10*best.usable,
		"the whole memory takes five times as long":     got[Image].usable > 4*best.usable,
		"clusters fetch from 1.0 to 1.51 times":         cluster.fetch >= 1 && cluster.fetch <= 1.51,
		"clusters miss at most 1.96 %":                  cluster.miss <= 0.0196,
		"ours is usable no later than by clusters":      best.usable <= cluster.usable,
		"ours is usable no later than in order":         best.usable <= order.usable,
		"ours is usable no later than with REAP":        best.usable <= got[WorkingSet].usable,
		"ours fetches little for a third who go astray": best.fetch <= 1.2,
		"ours fetches no more than by clusters":         best.fetch <= cluster.fetch,
		"ours misses at most 0.3 %, half are unknown":   best.miss <= 0.003,
		"ours buffers no more than by clusters, either": best.buffering <= cluster.buffering,
	} {
		if !holds {
			t.Errorf("not so: %s (%+v)", claim, got)
		}
	}
}
