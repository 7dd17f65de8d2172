package bench_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/bench"
)

func TestRowsAreJudgedByTheirBar(t *testing.T) {
	for name, test := range map[string]struct {
		row  bench.Row
		want bool
	}{
		"below a bar that must not be passed":   {bench.AtMost(2, 1.9), true},
		"on a bar that must not be passed":      {bench.AtMost(2, 2), true},
		"above a bar that must not be passed":   {bench.AtMost(2, 2.1), false},
		"above a bar that must be reached":      {bench.AtLeast(2, 2.1), true},
		"below a bar that must be reached":      {bench.AtLeast(2, 1.9), false},
		"nothing promised":                      {bench.Told(-1), true},
		"no number, below a bar":                {bench.AtMost(2, math.NaN()), false},
		"no number, nothing promised":           {bench.Told(math.NaN()), false},
		"without end, above a bar to be passed": {bench.AtLeast(2, math.Inf(1)), false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.row.OK != test.want {
				t.Errorf("OK = %v, want %v", test.row.OK, test.want)
			}
		})
	}
}

// section returns a section that finds rows, or fails.
func section(name string, err error, rows ...bench.Row) bench.Section {
	return bench.Section{Name: name, About: name, Measure: func(_ context.Context, s bench.Setting) ([]bench.Row, error) {
		s.Show(1, 2)
		return rows, err
	}}
}

func sample() bench.Bench {
	return bench.Bench{Name: "sample", Sections: []bench.Section{
		section("first", nil, bench.AtMost(0.5, 0.25).As("delay", "7.2/120", "ms").Against(0).Beside(0.125, "loopback")),
		section("second", bench.Unable{Why: "needs a moon"}),
		section("third", nil, bench.AtLeast(2, 1).As("rate", "", "Gbit/s").Of([]float64{1, 0.5, 3}), bench.Told(7).As("count", "", "")),
	}}
}

func TestAReportIsOneObjectForPrograms(t *testing.T) {
	report, err := sample().Run(t.Context(), bench.Options{Version: "v1", Seed: math.MaxUint64})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	machine, _ := got["machine"].(map[string]any)
	for _, fact := range []string{"cpu", "cores", "kernel", "go", "load_before"} {
		if machine[fact] == nil {
			t.Errorf("the machine's %s is missing in %s", fact, text)
		}
	}
	delete(got, "machine")
	delete(got, "seconds")
	want := map[string]any{
		"bench": "sample", "version": "v1", "quick": false, "seed": "18446744073709551615",
		"rows": []any{
			map[string]any{
				"name": "delay", "condition": "7.2/120", "unit": "ms", "set": 0.0, "value": 0.25, "bar": 0.5,
				"better": "lower", "peer": 0.125, "peer_name": "loopback", "ok": true,
			},
			map[string]any{
				"name": "rate", "condition": "", "unit": "Gbit/s", "set": nil, "value": 1.0, "bar": 2.0,
				"better": "higher", "peer": nil, "peer_name": nil, "ok": false, "n": 3.0, "low": 0.5, "high": 3.0,
			},
			map[string]any{
				"name": "count", "condition": "", "unit": "", "set": nil, "value": 7.0, "bar": nil,
				"better": "", "peer": nil, "peer_name": nil, "ok": true,
			},
		},
		"skipped": []any{map[string]any{"section": "second", "why": "needs a moon"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if report.Failing() != 2 {
		t.Errorf("%d figures fail, want 2: one below its bar, one that could not be measured", report.Failing())
	}
}

func TestATableSaysTheSameToPeople(t *testing.T) {
	report, err := sample().Run(t.Context(), bench.Options{Version: "v1"})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report.Table(&out); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	for _, want := range []string{
		"delay 7.2/120 0 0.25 ms ≤ 0.5 ok 0.125 loopback",
		"rate 1 Gbit/s 0.5 to 3 of 3 ≥ 2 FAILS",
		"count 7",
		"not measured: second: needs a moon",
	} {
		if !strings.Contains(strings.Join(lines, "\n"), want) {
			t.Errorf("no line %q in\n%s", want, out.String())
		}
	}
}

func TestSectionsAreRunAsAskedFor(t *testing.T) {
	broken := errors.New("broken")
	b := sample()
	b.Sections = append(b.Sections,
		section("fourth", errors.Join(bench.Unable{Why: "needs a sun"}, broken), bench.Told(1)), section("fifth", nil, bench.Told(2)))
	for name, test := range map[string]struct {
		only []string
		rows int
		err  error
	}{
		"in the order of the bench":     {[]string{"third", "first"}, 3, nil},
		"what came before a failure":    {nil, 4, broken},
		"without the one that fails":    {[]string{"fifth"}, 1, nil},
		"nothing of one that is unable": {[]string{"second"}, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var shown []string
			report, err := b.Run(t.Context(), bench.Options{Only: test.only, Show: func(step string, done, total int) {
				shown = append(shown, step)
			}})
			if len(report.Rows) != test.rows || !errors.Is(err, test.err) {
				t.Errorf("%d rows and %v, want %d and %v", len(report.Rows), err, test.rows, test.err)
			}
			if len(shown) == 0 {
				t.Error("nobody was told how far it is")
			}
		})
	}
	var unknown *bench.UnknownSectionError
	if _, err := b.Run(t.Context(), bench.Options{Only: []string{"sixth"}}); !errors.As(err, &unknown) || unknown.Name != "sixth" {
		t.Errorf("an unknown section: %v", err)
	}
}

// What could not be measured counts as failing. The rest of the figures stays in the report.
func TestWhatWasNotMeasuredFails(t *testing.T) {
	moon, sun := bench.Unable{Why: "needs a moon"}, bench.Unable{Why: "needs a sun"}
	for name, test := range map[string]struct {
		section       bench.Section
		rows, failing int
		verdict       string
		skipped       []string
	}{
		"everything was measured": {section("s", nil, bench.Told(1)), 1, 0, "0 below what was promised", nil},
		"nothing could be":        {section("s", moon), 0, 1, "0 below what was promised, 1 not measured", []string{"needs a moon"}},
		"a part could not be": {
			section("s", fmt.Errorf("over 7.2/120: %w", moon), bench.AtMost(1, 2)), 1, 2,
			"1 below what was promised, 1 not measured",
			[]string{"needs a moon"},
		},
		"two parts could not be, one of them twice": {
			section("s", fmt.Errorf("ways: %w", errors.Join(moon, sun, fmt.Errorf("again: %w", moon))), bench.Told(1)), 1, 2,
			"0 below what was promised, 2 not measured",
			[]string{"needs a moon", "needs a sun"},
		},
		"nothing was, and nobody says why": {section("s", nil), 0, 1, "0 below what was promised, 1 not measured", []string{"it measured nothing"}},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := bench.Bench{Name: "b", Sections: []bench.Section{test.section}}.Run(t.Context(), bench.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var skipped []string
			for _, s := range report.Skipped {
				skipped = append(skipped, s.Why)
			}
			if len(report.Rows) != test.rows || report.Failing() != test.failing || report.Verdict() != test.verdict {
				t.Errorf("%d rows, %d failing, %q; want %d, %d, %q", len(report.Rows), report.Failing(), report.Verdict(), test.rows, test.failing, test.verdict)
			}
			if diff := cmp.Diff(test.skipped, skipped); diff != "" {
				t.Errorf("not measured: %s", diff)
			}
		})
	}
}

// A quick bench leaves long sections out and says so. That does not count as failing.
func TestAQuickBenchLeavesOutWhatIsLong(t *testing.T) {
	long := section("long", nil, bench.Told(1))
	long.Long = true
	b := bench.Bench{Name: "b", Sections: []bench.Section{section("short", nil, bench.Told(2)), long}}
	for name, test := range map[string]struct {
		o       bench.Options
		rows    int
		leftOut []string
	}{
		"quick":                        {bench.Options{Quick: true}, 1, []string{"long"}},
		"quick, but asked for by name": {bench.Options{Quick: true, Only: []string{"long"}}, 1, nil},
		"not quick":                    {bench.Options{}, 2, nil},
	} {
		report, err := b.Run(t.Context(), test.o)
		if err != nil || len(report.Rows) != test.rows || report.Failing() != 0 || !slices.Equal(report.LeftOut, test.leftOut) {
			t.Errorf("%s: %d rows, %d failing, without %v, %v; want %d, none, without %v", name, len(report.Rows), report.Failing(), report.LeftOut, err, test.rows, test.leftOut)
		}
		var out strings.Builder
		if err := report.Table(&out); err != nil || strings.Contains(out.String(), "left out") != (test.leftOut != nil) {
			t.Errorf("%s: the table says\n%s", name, out.String())
		}
	}
}
