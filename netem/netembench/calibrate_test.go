package netembench

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/study"
	"vmstudy/studytest"
)

// calibrating returns a calibrator whose links are wrong: change is called with each network before a link is made.
func calibrating(change func(*study.Network)) Calibrator {
	return Calibrator{Open: func(n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
		change(&n)
		link, err := userspace.New(n, seed)
		return link, study.UserspaceWay, err
	}}
}

func asSet(*study.Network) {}

// one returns the finding of that name.
func one(t *testing.T, all []study.Finding, name string) study.Finding {
	t.Helper()
	i := slices.IndexFunc(all, func(f study.Finding) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("no %s among %+v", name, all)
	}
	return all[i]
}

func TestALinkThatIsNotAsSetIsFoundOut(t *testing.T) {
	plain := study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps, RTT: 10 * time.Millisecond, Loss: 0.05}
	chance, drawing := rand.New(rand.NewPCG(studytest.Seed(t), 0)), sync.Mutex{}
	seeds := func() uint64 {
		drawing.Lock()
		defer drawing.Unlock()
		return chance.Uint64()
	}
	for name, test := range map[string]struct {
		lie     func(*study.Network)
		network study.Network
		measure func(Calibrator, context.Context, subject) ([]study.Finding, error)
		finding string
	}{
		"5 ms more": {func(n *study.Network) { n.RTT += 5 * time.Millisecond }, study.Network{RTT: time.Millisecond}, Calibrator.trips, "rtt"},
		"a twentieth less": {
			func(n *study.Network) { n.Down -= n.Down / 20 },
			study.Network{Down: 20 * study.Mbps, Up: 20 * study.Mbps},
			Calibrator.packets, "packets_down",
		},
		"a fifth more lost": {func(n *study.Network) { n.Loss *= 1.2 }, plain, Calibrator.loss, "loss_up"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			measured := func(c Calibrator) study.Finding {
				c.Seed = seeds
				found, err := test.measure(c, t.Context(), subject{n: test.network})
				if err != nil {
					t.Fatal(err)
				}
				return one(t, found, test.finding)
			}
			lie := measured(calibrating(test.lie))
			if !lie.Promised || !lie.Known || lie.OK {
				t.Errorf("a lie: %+v", lie)
			}
			// On a busy computer a correct link may miss its bar, too, but not again and again.
			honest := measured(calibrating(asSet))
			for tries := 1; math.Abs(honest.Error) > math.Abs(lie.Error)*2/3 && tries < 10; tries++ {
				honest = measured(calibrating(asSet))
			}
			if math.Abs(honest.Error) > math.Abs(lie.Error)*2/3 {
				t.Errorf("without a lie: %+v; with one: %+v", honest, lie)
			}
		})
	}
}

func TestAnOutageThatLetsPacketsPassIsFoundOut(t *testing.T) {
	healthy := study.Network{RTT: time.Millisecond}
	s := subject{n: healthy, healthy: healthy}
	s.n.Outage = true
	found, err := calibrating(asSet).outage(t.Context(), s)
	if err != nil || !one(t, found, "outage").OK {
		t.Errorf("an outage: %+v, %v", found, err)
	}
	s.n.Outage = false
	found, err = calibrating(asSet).outage(t.Context(), s)
	if f := one(t, found, "outage"); err != nil || f.OK || f.Measured != 2*outagePackets {
		t.Errorf("no outage: %+v, %v", f, err)
	}
}

func TestATraceIsReplayedInTheDirectionThatHasIt(t *testing.T) {
	var traces *netem.Traces
	trace, err := traces.Open("steady-12mbps")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []study.Network{{TraceDown: "steady-12mbps", Queue: traceQueue}, {TraceUp: "steady-12mbps", Queue: traceQueue}} {
		err := calibrating(asSet).onRaw(n, seed, func(link raw, _ study.LinkWay) error {
			got, err := replay(t.Context(), link, n, time.Second)
			// If the trace was replayed in the other direction only, there would be no packets here, or thousands at once. On a
			// busy computer some packets may be delivered after the last slot.
			rows := traceRows("steady", trace, got)
			if came, set := rows[0].Value, *rows[0].Set; err == nil && (came < set/2 || came > set+50) {
				t.Errorf("%v: %v packets in the slots, want about %v", n, came, set)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsMeasuredFollowsFromTheNetwork(t *testing.T) {
	const ms = time.Millisecond
	both := study.Network{Down: study.Mbps, Up: study.Mbps, RTT: 50 * ms}
	with := func(change func(*study.Network)) study.Network {
		n := both
		change(&n)
		return n
	}
	plain := "round trips, goodput down, goodput up, goodput both ways, packets both ways"
	slow := study.Phase{From: time.Second, For: time.Second, Down: study.Mbps, Up: study.Mbps, RTT: 900 * ms}
	later := slow
	later.From = 3 * time.Second
	gone := study.Phase{From: 5 * time.Second, For: time.Second, Outage: true}
	for name, test := range map[string]struct {
		network      study.Network
		want, cannot string
	}{
		"nothing":  {study.Network{}, "round trips, goodput down, goodput up", ""},
		"rates":    {both, plain, ""},
		"loss":     {with(func(n *study.Network) { n.Loss = 0.1 }), plain + ", loss", ""},
		"a trace":  {study.Network{TraceUp: "lte", Down: study.Mbps}, "round trips, goodput down, goodput up, trace up", ""},
		"oddities": {with(func(n *study.Network) { n.Duplicate, n.Reorder = 0.1, 0.1 }), plain, "duplicates, reordered packets"},
		"phases, the same one twice": {
			with(func(n *study.Network) { n.Schedule.Phases = []study.Phase{slow, later, gone} }),
			plain + ", round trips, goodput down, goodput up, packets both ways, outage", "when its phases begin",
		},
	} {
		t.Run(name, func(t *testing.T) {
			named := []study.NamedNetwork{{Name: "n", Network: test.network}}
			var got, cannot []string
			total := time.Duration(0)
			for _, p := range (Calibrator{}).pieces(named) {
				got, total = append(got, p.what), total+p.takes
			}
			for _, u := range unmeasurable(0, named[0]) {
				cannot = append(cannot, u.What)
			}
			if strings.Join(got, ", ") != test.want || strings.Join(cannot, ", ") != test.cannot {
				t.Errorf("measured: %v, not: %v; want %s, not: %s", got, cannot, test.want, test.cannot)
			}
			if total == 0 || total != (Calibrator{}).Takes(named) {
				t.Errorf("it takes %v by its pieces", total)
			}
		})
	}
}

func TestTooManyPhasesAreLeftOutAndSaid(t *testing.T) {
	var n study.Network
	for i := range phasesMost + 3 {
		n.Schedule.Phases = append(n.Schedule.Phases, study.Phase{
			From: time.Duration(i) * time.Second, For: time.Second, RTT: time.Duration(i+1) * time.Millisecond,
		})
	}
	measured, left := subjects(0, study.NamedNetwork{Network: n})
	if len(measured) != 1+phasesMost || left != 3 {
		t.Errorf("%d measured and %d left, want %d and 3", len(measured), left, 1+phasesMost)
	}
}

func TestNothingIsPromisedOfATransferThatCannotFillTheRate(t *testing.T) {
	rate := study.Network{Down: 10 * study.Mbps, Up: 10 * study.Mbps, RTT: 50 * time.Millisecond}
	for name, test := range map[string]struct {
		change func(*study.Network)
		known  bool
	}{
		"rates alone":        {asSet, true},
		"a longer queue":     {func(n *study.Network) { n.Queue = 100 }, true},
		"a short queue":      {func(n *study.Network) { n.Queue = 10 }, false},
		"a short one, bytes": {func(n *study.Network) { n.QueueBytes = 15_000 }, false},
		"CoDel":              {func(n *study.Network) { n.Discipline = study.CoDel }, false},
		"loss":               {func(n *study.Network) { n.Loss = 0.01 }, false},
		"jitter":             {func(n *study.Network) { n.Jitter = time.Millisecond }, false},
		"no bandwidth":       {func(n *study.Network) { n.Down = 0 }, false},
		"a thin way back":    {func(n *study.Network) { n.Up = 400 * study.Kbps }, false},
		"a free way back":    {func(n *study.Network) { n.Up = 0 }, true},
	} {
		n := rate
		test.change(&n)
		if why := unsteady(n, study.Downward); (why == "") != test.known {
			t.Errorf("%s: %q, want an expectation: %v", name, why, test.known)
		}
	}
}

// R: qnorm(1 - 1e-6/2) * sqrt(0.01 * 0.99 / 200000) + 1/200000
func TestBurstsWidenWhatChanceMayDo(t *testing.T) {
	single := lossSpread(study.Network{Loss: 0.01}, 200_000)
	if math.Abs(single-0.00109332) > 1e-7 {
		t.Errorf("single losses: %g", single)
	}
	// A chain that loses half of its packets, two in a row on average, is the same as a fair coin: each loss is independent of
	// the one before.
	if coin, free := lossSpread(study.Network{Loss: 0.5, Burst: 2}, 1000), lossSpread(study.Network{Loss: 0.5}, 1000); math.Abs(coin-free) > 1e-12 {
		t.Errorf("a fair coin: %g, want %g", coin, free)
	}
	if bursts := lossSpread(study.Network{Loss: 0.01, Burst: 10}, 200_000); bursts < 4*single {
		t.Errorf("bursts of ten: %g, single losses %g", bursts, single)
	}
}

func TestACalibrationThatIsStoppedKeepsWhatItFound(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := study.Refuse(study.ErrConflict, "somebody came")
	networks := []study.NamedNetwork{{Name: "first", Network: study.Network{RTT: time.Millisecond}}, {Name: "second"}}
	var shown []Progress
	found, err := calibrating(asSet).Run(ctx, networks, func(p Progress) {
		if shown = append(shown, p); len(shown) == 2 {
			cancel(stop)
		}
	})
	if err == nil || study.Sentence(err) != "somebody came" {
		t.Errorf("it ended with %v, want the cause", err)
	}
	if f := one(t, found.Findings, "rtt"); f.Network != "first" {
		t.Errorf("found %+v", found.Findings)
	}
	first := shown[0]
	if first.Network != 1 || first.Networks != 2 || first.Name != "first" || first.What != "round trips" || first.Share != 0 {
		t.Errorf("first shown: %+v", first)
	}
	if second := shown[1]; second.What != "goodput down" || second.Share <= 0 || second.Left >= first.Left {
		t.Errorf("then shown: %+v", second)
	}
	if found.Machine.Cores == 0 || found.Machine.Kernel == "" {
		t.Errorf("on no machine: %+v", found.Machine)
	}
}

func TestANetworkThatCannotBeIsNotMeasuredAndSaid(t *testing.T) {
	c := Calibrator{Open: func(n study.Network, _ uint64) (netem.Link, study.LinkWay, error) {
		return nil, "", study.Refuse(study.ErrInvalid, "the kernel replays no traces")
	}}
	found, err := c.Run(t.Context(), []study.NamedNetwork{{Name: "n"}}, func(Progress) {})
	if err != nil || len(found.Findings) != 0 || len(found.Unmeasured) != 3 || found.Unmeasured[0].Why != "the kernel replays no traces" {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestACalibrationIsReportedAsABench(t *testing.T) {
	began := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	r := Report(study.Calibration{
		Program: "v1", StartedAt: began, EndedAt: began.Add(90 * time.Second), Machine: study.Machine{CPU: "a", Others: 0.5},
		Findings: []study.Finding{
			{Network: "3G", Name: "rtt", Unit: "ms", Known: true, Expected: 120, Measured: 117, Promised: true, Error: -3, Bar: 1.2, ErrorUnit: "ms"},
			{Network: "3G", During: "from 1 s", Name: "goodput_down", Unit: "Mbps", Measured: 7, OK: true},
		},
		Unmeasured: []study.Unmeasured{{Network: "3G", What: "loss", Why: "no"}},
	})
	if len(r.Rows) != 3 || r.Bench != "calibrate" || r.Version != "v1" || r.Seconds != 90 || r.Machine.Others != 0.5 || r.Failing() != 2 {
		t.Fatalf("%+v", r)
	}
	if row := r.Rows[1]; row.Name != "rtt_error" || row.Condition != "3G" || row.Value != 3 || row.OK || *row.Bar != 1.2 {
		t.Errorf("%+v", row)
	}
	if row := r.Rows[2]; row.Condition != "3G, from 1 s" || row.Set != nil || !row.OK {
		t.Errorf("%+v", row)
	}
}
