package kernel

import (
	"encoding/hex"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/study"
)

func TestNeckIsTheMostExactQdiscThatCanDoIt(t *testing.T) {
	const rate = 8 * study.Mbps
	for name, test := range map[string]struct {
		n           study.Network
		neck, queue discipline
	}{
		"no rate":                    {study.Network{RTT: time.Second}, netemDiscipline{limit: endless}, nil},
		"no rate, but duplicates":    {study.Network{Duplicate: 0.1}, fifoDiscipline{limit: endless}, nil},
		"a rate":                     {study.Network{Down: rate, Queue: 10}, netemDiscipline{limit: 11, rate: 1_000_000}, nil},
		"a rate and the usual queue": {study.Network{Down: rate, RTT: 300 * time.Millisecond}, netemDiscipline{limit: 201, rate: 1_000_000}, nil},
		"a queue in bytes": {
			study.Network{Down: rate, QueueBytes: 30_000},
			tbfDiscipline{rate: 1_000_000, bucket: 2500, limit: 31_500},
			fifoDiscipline{limit: 31_500, inBytes: true},
		},
		"duplicates": {
			study.Network{Down: rate, Duplicate: 0.1, Queue: 10},
			tbfDiscipline{rate: 1_000_000, bucket: 2500, limit: 11},
			fifoDiscipline{limit: 11},
		},
		"CoDel": {
			study.Network{Down: rate, Discipline: study.CoDel, Queue: 10, Overhead: 38},
			tbfDiscipline{rate: 1_000_000, bucket: 2538, limit: 11},
			codelDiscipline{limit: 11},
		},
		"CoDel in bytes": {
			study.Network{Down: rate, Discipline: study.CoDel, QueueBytes: 30_000},
			tbfDiscipline{rate: 1_000_000, bucket: 2500, limit: 21},
			codelDiscipline{limit: 21},
		},
	} {
		t.Run(name, func(t *testing.T) {
			down, _, err := shapesOf(test.n, 1)
			if err != nil {
				t.Fatal(err)
			}
			if !sameDiscipline(down.neck, test.neck) || !sameDiscipline(down.queue, test.queue) {
				t.Errorf("got %+v behind %+v, want %+v behind %+v", down.neck, down.queue, test.neck, test.queue)
			}
		})
	}
}

// sameDiscipline reports whether the kernel would get the same qdisc for a and b.
func sameDiscipline(a, b discipline) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return a.kind() == b.kind() && (a.kind() == "codel" || slices.Equal(a.options(), b.options())) // the options of CoDel have no fixed order
}

func TestDirectionsHaveSeedsOfTheirOwn(t *testing.T) {
	down, up, err := shapesOf(study.Network{Loss: 0.1}, 7)
	if err != nil || down.path.seed == up.path.seed {
		t.Errorf("both directions have the seed %d, %v", down.path.seed, err)
	}
}

func TestWhatTheKernelCannotDoIsRefusedWithASentence(t *testing.T) {
	second := time.Second
	for name, test := range map[string]struct {
		n   study.Network
		say string
	}{
		"a trace":                      {study.Network{TraceDown: "commuter"}, "cannot replay a trace (commuter)"},
		"a trace up":                   {study.Network{TraceUp: "commuter"}, "cannot replay a trace"},
		"order beside reordering":      {study.Network{RTT: second, Jitter: 1, Reorder: 0.1}, "keep the order"},
		"a jitter that does not fit":   {study.Network{RTT: 10 * second, Jitter: 3 * second}, "2.1 s"},
		"normal tails that do not fit": {study.Network{RTT: 2 * second, Jitter: second, Shape: study.Normal, Overtake: true}, "2.1 s"},
		"reordering that does not fit": {study.Network{RTT: 5 * second, Reorder: 0.1}, "2.1 s"},
		"a phase that does not fit":    {study.Network{Schedule: study.Schedule{Phases: []study.Phase{{From: second, For: second, RTT: 10 * second, Jitter: 3 * second}}}}, "2.1 s"},
		"what nobody can":              {study.Network{Loss: 1}, "loss must be"},
	} {
		err := Refuses(test.n)
		if !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), test.say) {
			t.Errorf("%s: got %v, want %q", name, err, test.say)
		}
	}
	if err := Refuses(study.Network{RTT: second, Jitter: second / 4, Reorder: 0.1, Overtake: true, Discipline: study.CoDel, Duplicate: 0.1, Burst: 3, Loss: 0.1}); err != nil {
		t.Errorf("everything that it can do: %v", err)
	}
}

func TestNetemIsToldEverything(t *testing.T) {
	d := netemDiscipline{
		limit: 5, delay: time.Microsecond, vary: variation{unit: 2, table: []int16{-1, 1}}, rate: 1 << 33,
		loss: 1, bursts: &gilbert{toBad: 1, toGood: 0}, duplicate: 1, seed: 3,
	}
	// As "tc" sends it, little-endian: struct tc_netem_qopt, then each attribute's length and kind.
	want := strings.Join([]string{
		"00000000", "05000000", "ffffffff", "00000000", "ffffffff", "00000000",
		"1000", "0100", "000000000000000000000000",
		"0c00", "0300", "0000000000000000",
		"0c00", "0a00", "e803000000000000",
		"0c00", "0b00", "0200000000000000",
		"0800", "0200", "ffff", "0100",
		"1400", "0600", "ffffffff000000000000000000000000",
		"0c00", "0800", "0000000002000000",
		"1800", "0580", "1400", "0200", "ffffffff", "00000000", "00000000", "00000000",
		"0c00", "0e00", "0300000000000000",
	}, "")
	if got := hex.EncodeToString(d.options()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestDelaysVaryAsAsked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := study.Network{
			RTT:      time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(2*time.Second)).Draw(t, "rtt")),
			Shape:    rapid.SampledFrom([]study.JitterShape{study.Uniform, study.Normal}).Draw(t, "shape"),
			Overtake: rapid.Bool().Draw(t, "overtake"),
		}
		n.Jitter = time.Duration(rapid.Int64Range(1000, int64(n.RTT/2)).Draw(t, "jitter"))
		if n.Overtake {
			n.Reorder = rapid.SampledFrom([]float64{0, 0.001, 0.5}).Draw(t, "reorder")
		}
		v := variationOf(n)
		unit := float64(v.unit) / distributionScale
		sum := 0.0
		for _, entry := range v.table {
			offset := float64(entry) * unit
			if least := -float64(n.RTT / 2); offset < least-unit {
				t.Fatalf("a packet would have a delay of %v", time.Duration(float64(n.RTT/2)+offset))
			}
			sum += offset
		}
		if len(v.table) != entries || v.unit <= 0 {
			t.Fatalf("%d entries of unit %v", len(v.table), v.unit)
		}
		if _, err := shapeOf(n, study.Downward, 0); (err != nil) != (v.unit > widest) {
			t.Fatalf("delays that vary by %v: got %v, want a refusal where it is more than %v", v.unit, err, widest)
		}
		// Reordering and overtaking make the distribution asymmetric, so its mean is not 0.
		if mean := sum / entries; n.Reorder == 0 && !n.Overtake && math.Abs(mean) > unit {
			t.Errorf("the mean is off by %v, for %+v", time.Duration(mean), n)
		}
	})
}
