package streambench

import (
	"bytes"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/bench"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost"
)

func sample() Config {
	return Config{
		Appliance: "demo", Few: []string{"type", "paint"}, Quick: "type",
		Scripts: map[string]session.Script{"type": {Task: "type"}, "paint": {Task: "paint"}},
	}
}

func TestEveryStrategyIsMeasuredAlikeAndTheBestWithFewRehearsalsToo(t *testing.T) {
	c := sample()
	variants, unable := c.variants([]string{"more", "paint", "type"})
	if unable != nil || len(variants) != 2 || !slices.Equal(variants[1].rehearsals, []string{"type", "paint"}) {
		t.Fatalf("variants %v, %v", variants, unable)
	}
	times := map[study.Strategy]int{}
	for _, one := range c.cells(false, variants) {
		times[one.strategy]++
		if one.strategy != study.BestStrategy && one.strategy != "" && len(one.variant.rehearsals) != 3 {
			t.Errorf("%s learns from less than there is", one)
		}
	}
	for _, s := range study.Strategies() {
		want := len(networks) * len(c.Scripts)
		if s == study.BestStrategy {
			want *= 2
		}
		if times[s] != want {
			t.Errorf("%s is measured in %d cells, want %d", s, times[s], want)
		}
	}
	var quick []string
	for _, one := range c.cells(true, variants) {
		quick = append(quick, one.String())
	}
	want := []string{"7.2/120 best type, 3 rehearsals", "7.2/120 best type, 2 rehearsals", "7.2/120 order type, 3 rehearsals"}
	if !slices.Equal(quick, want) {
		t.Errorf("a quick bench measures %q, want %q", quick, want)
	}
	if _, unable := c.variants([]string{"paint", "type"}); !errors.As(unable, new(bench.Unable)) {
		t.Errorf("an appliance without further rehearsals: %v, want that it is said", unable)
	}
}

func TestTheApplianceItselfIsStillThereBesideItsVariants(t *testing.T) {
	c := sample()
	c.Lab = &session.Lab{RunDir: t.TempDir(), Appliance: func(name string) (vmhost.Appliance, error) {
		return vmhost.Appliance{Name: name}, nil
	}}
	err := c.withVariants(t.Context(), nil, func(int, int) {}, func(c Config) error {
		app, err := c.Lab.Appliance("demo")
		if err == nil && app.Name != "demo" {
			t.Errorf("demo is %q", app.Name)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestARoundHasEveryCellOnceInAnOrderOfItsOwn(t *testing.T) {
	c := sample()
	variants, _ := c.variants([]string{"more", "paint", "type"})
	all := c.cells(false, variants)
	names := func(cells []cell) (names []string) {
		for _, one := range cells {
			names = append(names, one.String())
		}
		return names
	}
	first, second := names(round(all, 7, 1)), names(round(all, 7, 2))
	if slices.Equal(first, second) || slices.Equal(first, names(all)) {
		t.Error("two rounds go in one order")
	}
	if !slices.Equal(first, names(round(all, 7, 1))) {
		t.Error("one seed and round give two orders")
	}
	want := slices.Sorted(slices.Values(names(all)))
	for _, got := range [][]string{first, second} {
		if slices.Sort(got); !slices.Equal(got, want) || len(slices.Compact(got)) != len(all) {
			t.Errorf("a round measures %q, want each of %q once", got, want)
		}
	}
}

// If a bench is stopped in its last run, the runs of hours before must not be lost.
func TestRunsThatWereKeptAreGoneOnWith(t *testing.T) {
	path := filepath.Join(t.TempDir(), "runs")
	of := about{"stream", "content", "v1"}
	one, other := cell{network: networks[0], script: "type", strategy: study.BestStrategy}, cell{script: "type"}
	err := withRuns(path, of, func(rs *runs) error {
		return errors.Join(rs.add(run{Cell: one.String(), Round: 1, Crisp: time.Second, Desktop: study.DesktopReport{Pages: 3}}),
			rs.add(run{Cell: one.String(), Round: 2, Failed: "no machine"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = withRuns(path, of, func(rs *runs) error {
		if some, failed := rs.of(one); len(some) != 1 || failed != 1 || some[0].Desktop.Pages != 3 {
			t.Errorf("%d runs and %d failed ones are kept, want 1 and 1: %+v", len(some), failed, rs.all)
		}
		for round, want := range map[int]bool{1: false, 2: false, 3: true} {
			if rs.wants(one, round) != want || !rs.wants(other, round) {
				t.Errorf("round %d: wanted are %t and %t, want %t and true", round, rs.wants(one, round), rs.wants(other, round), want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = withRuns(path, about{"stream", "another", "v1"}, func(*runs) error { return nil })
	if !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
		t.Errorf("runs of another appliance: %v, want a conflict with a sentence", err)
	}
}

func TestACellThatIsAlwaysLateIsGivenUp(t *testing.T) {
	c, rs := cell{script: "type"}, &runs{to: new(bytes.Buffer)}
	for n := 1; n <= hopeless; n++ {
		if !rs.wants(c, n) {
			t.Fatalf("given up before round %d", n)
		}
		if err := rs.add(run{Cell: c.String(), Round: n, Picture: patience, Crisp: patience}); err != nil {
			t.Fatal(err)
		}
	}
	if rs.wants(c, hopeless+1) {
		t.Error("a cell that was late twice is measured again")
	}
}

func TestRowsTellTheMedianAndTheRange(t *testing.T) {
	c := cell{network{"8/100", study.Network{Down: 8 * study.Mbps, RTT: 100 * time.Millisecond}}, "type", study.BestStrategy, variant{rehearsals: []string{"a"}}}
	rs := &runs{to: new(bytes.Buffer)}
	for i, crisp := range []time.Duration{3 * time.Second, 1500 * time.Millisecond, 2 * time.Second} {
		r := run{Cell: c.String(), Round: i + 1, Crisp: crisp, Desktop: study.DesktopReport{Pages: 110, Accessed: 100, Missed: 2}}
		if err := rs.add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := rs.add(run{Cell: c.String(), Round: 4, Failed: "x"}); err != nil {
		t.Fatal(err)
	}
	rows := map[string]bench.Row{}
	for _, r := range rs.rows(c, 1e6) { // a second, and two round trips
		rows[r.Name] = r
	}
	crisp := rows["crisp"]
	if crisp.Value != 2 || crisp.N != 3 || crisp.Low != 1.5 || crisp.High != 3 || *crisp.Peer != 1.2 || !near(*crisp.Bar, 1.56) || crisp.OK {
		t.Errorf("crisp: %+v, want 2 of 1.5 to 3, which is more than 1.3 times 1.2", crisp)
	}
	if miss := rows["miss_rate"]; miss.Value != 2 || miss.OK {
		t.Errorf("miss_rate: %+v, want 2 %%, which is too much", miss)
	}
	if failed := rows["failed"]; failed.Value != 1 || failed.OK {
		t.Errorf("failed: %+v, want 1 run, which is not as promised", failed)
	}
	c.strategy = study.OrderStrategy
	if err := rs.add(run{Cell: c.String(), Round: 1, Crisp: time.Minute}); err != nil {
		t.Fatal(err)
	}
	for _, r := range rs.rows(c, 1e6) {
		if !r.OK || r.Bar != nil || !strings.Contains(r.Condition, "order") {
			t.Errorf("a row of another strategy is held to a bar: %+v", r)
		}
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }
