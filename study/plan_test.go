package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// levels returns a design with so many networks and tasks, and vnc and stream.
func levels(networks, tasks int) study.Design {
	d := demo()
	d.Methods, d.Networks, d.Tasks = study.PlainLevels(study.VNC, study.Stream), nil, nil
	for i := range networks {
		d.Networks = append(d.Networks, study.NamedNetwork{Name: fmt.Sprint("n", i)})
	}
	for i := range tasks {
		d.Tasks = append(d.Tasks, study.Task{ID: study.TaskID(fmt.Sprint("t", i))})
	}
	return d
}

func codes(plan []study.Condition) (all []string) {
	for _, c := range plan {
		all = append(all, c.Code())
	}
	return all
}

// drawPlan draws a valid design with everything that decides a plan.
func drawPlan(t *rapid.T) study.Design {
	d := levels(rapid.IntRange(1, 3).Draw(t, "networks"), rapid.IntRange(1, 3).Draw(t, "tasks"))
	d.Order = rapid.SampledFrom(study.Orders()).Draw(t, "order")
	d.Seed = rapid.Uint64().Draw(t, "seed")
	d.Repetitions = rapid.IntRange(0, 3).Draw(t, "repetitions")
	if rapid.Bool().Draw(t, "local") {
		d.Methods = study.PlainLevels(study.AccessMethods()...)
	}
	all := codes(d.Combinations())
	d.LeaveOut = rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, len(all)-1, rapid.ID).Draw(t, "left out")
	d.First = rapid.SliceOfNDistinct(rapid.SampledFrom(codes(d.Conditions())), 0, 2, rapid.ID).Draw(t, "first")
	if rapid.Bool().Draw(t, "blocks") {
		d.Blocks = study.Blocks{By: rapid.SampledFrom(study.Factors()).Draw(t, "by"), Order: rapid.SampledFrom(study.Orders()).Draw(t, "order of blocks")}
	}
	if d.Order == study.Random {
		d.InARow = rapid.IntRange(0, 3).Draw(t, "in a row")
	}
	return d
}

func TestEverySequenceHasEachConditionAsOftenAsItShall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawPlan(t)
		if faults := d.Faults(); len(faults) > 0 {
			if len(faults) > 1 || faults[0].At != "in_a_row" {
				t.Fatalf("the plan has faults: %v", faults)
			}
			d.InARow = 0 // no order could keep that
		}
		plan := codes(d.Plan(rapid.IntRange(0, 2*d.Sequences()).Draw(t, "sequence")))
		count := map[string]int{}
		for _, code := range plan {
			count[code]++
		}
		for _, code := range codes(d.Conditions()) {
			want := max(1, d.Repetitions)
			if slices.Contains(d.First, code) {
				want = 1
			}
			if count[code] != want {
				t.Errorf("%s is there %d times, want %d: %v", code, count[code], want, plan)
			}
			delete(count, code)
		}
		if len(count) > 0 {
			t.Errorf("there are conditions that should not be: %v", count)
		}
		if diff := cmp.Diff(d.First, plan[:len(d.First)], cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("what comes first (-want +got):\n%s", diff)
		}
		wantBlocks(t, d, d.Plan(0)[len(d.First):])
	})
}

// wantBlocks checks that the trials of each block in each round lie together, and that no access method is there too
// often in a row.
func wantBlocks(t *rapid.T, d study.Design, plan []study.Condition) {
	rounds := max(1, d.Repetitions)
	for round := range rounds {
		part := plan[round*len(plan)/rounds : (round+1)*len(plan)/rounds]
		var seen []string
		method, run := "", 0
		for _, c := range part {
			level := map[study.Factor]string{study.MethodFactor: c.Access.Level(), study.NetworkFactor: c.Network.Name, study.TaskFactor: string(c.Task.ID)}[d.Blocks.By]
			if i := slices.Index(seen, level); i < 0 {
				seen, method, run = append(seen, level), "", 0
			} else if i != len(seen)-1 {
				t.Errorf("block %s is cut in two: %v", level, codes(part))
			}
			if c.Access.Level() == method {
				run++
			} else {
				method, run = c.Access.Level(), 1
			}
			if d.InARow > 0 && run > d.InARow {
				t.Errorf("%s is there %d times in a row: %v", method, run, codes(part))
			}
		}
	}
}

func TestAllSequencesTogetherBalanceBlocksAndWhatIsInThem(t *testing.T) {
	for name, order := range map[string]study.Order{"williams": study.Williams, "latin": study.Latin} {
		d := levels(3, 2) // blocks of 2 tasks with 6 conditions each
		d.Order, d.Blocks, d.Repetitions = order, study.Blocks{By: study.TaskFactor, Order: order}, 2
		if got := d.Sequences(); got != 2*6 {
			t.Errorf("%s: %d sequences, want 12", name, got)
		}
		at := map[string]int{}
		for s := range d.Sequences() {
			for i, c := range d.Plan(s) {
				at[fmt.Sprintf("%s at %d", c.Code(), i)]++
			}
		}
		for _, c := range d.Conditions() {
			for i := range 24 {
				if got := at[fmt.Sprintf("%s at %d", c.Code(), i)]; got != 1 {
					t.Errorf("%s: %s is %d times at position %d, want once", name, c.Code(), got, i)
				}
			}
		}
	}
}

func TestChanceInBlocksIsAnotherForEveryParticipant(t *testing.T) {
	for _, orders := range [][2]study.Order{{study.Random, study.Random}, {study.Random, study.Williams}, {study.Williams, study.Random}, {study.Latin, study.Random}} {
		d := levels(2, 2) // 2 blocks of 4 conditions
		d.Blocks, d.Order, d.Repetitions = study.Blocks{By: study.TaskFactor, Order: orders[0]}, orders[1], 2
		insides, pairs := map[string]int{}, map[string]int{}
		for s := range 200 {
			plan := d.Plan(s)
			var inside []string // of the first block in the design, in each round, wherever it lies
			for _, c := range plan {
				if c.Task.ID == "t0" {
					inside = append(inside, c.Code())
				}
			}
			insides[strings.Join(inside[:4], " ")]++
			pairs[fmt.Sprint(plan[0].Task.ID, inside[0], inside[4])]++
		}
		if want := map[study.Order]int{study.Random: 20, study.Williams: 4}[orders[1]]; len(insides) < want {
			t.Errorf("blocks %s, inside %s: only %d orders inside a block, want %d and more", orders[0], orders[1], len(insides), want)
		}
		if want := map[study.Order]int{study.Random: 28, study.Williams: 8}[orders[1]]; len(pairs) < want { // of 2 x 4 x 4, or of 2 x 4
			t.Errorf("blocks %s, inside %s: the order of blocks and those inside, in both rounds, come in %d ways, want %d and more", orders[0], orders[1], len(pairs), want)
		}
	}
}

func TestAPlanIsAsItWasBeforeThereWereBlocks(t *testing.T) {
	for _, order := range []study.Order{study.Williams, study.Latin, study.Random} {
		d := demo()
		d.Order, d.Seed = order, 42
		all := d.Conditions()
		for s := range 25 {
			var want []string
			for _, i := range order.Row(len(all), s, d.Seed) {
				want = append(want, all[i].Code())
			}
			if diff := cmp.Diff(want, codes(d.Plan(s))); diff != "" {
				t.Errorf("%s, sequence %d (-want +got):\n%s", order, s, diff)
			}
		}
	}
}

func TestWhatIsWrongWithAPlanIsSaid(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*study.Design)
		at     string
	}{
		"a combination that is none":       {func(d *study.Design) { d.LeaveOut = []string{"vnc/fast/type", "vnc/none/type"} }, "leave_out[1]"},
		"everything left out":              {func(d *study.Design) { d.LeaveOut = codes(d.Combinations()) }, "leave_out"},
		"first what is left out":           {func(d *study.Design) { d.LeaveOut, d.First = []string{"vnc/fast/type"}, []string{"vnc/fast/type"} }, "first[0]"},
		"first twice":                      {func(d *study.Design) { d.First = []string{"vnc/fast/type", "vnc/fast/type"} }, "first[1]"},
		"too often":                        {func(d *study.Design) { d.Repetitions = 51 }, "repetitions"},
		"blocks without an order":          {func(d *study.Design) { d.Blocks.By = study.TaskFactor }, "blocks.order"},
		"blocks by the weather":            {func(d *study.Design) { d.Blocks = study.Blocks{By: "weather", Order: study.Latin} }, "blocks.by"},
		"an order of no blocks":            {func(d *study.Design) { d.Blocks.Order = study.Latin }, "blocks.by"},
		"a limit where nothing is random":  {func(d *study.Design) { d.InARow = 2 }, "in_a_row"},
		"a limit that no order can keep":   {func(d *study.Design) { d.Order, d.InARow, d.Methods = study.Random, 1, d.Methods[:1] }, "in_a_row"},
		"more trials than a person can do": {func(d *study.Design) { d.Repetitions = 50 }, ""},
	} {
		d := demo()
		test.change(&d)
		faults := d.Faults()
		if len(faults) == 0 || faults[0].At != test.at {
			t.Errorf("%s: %v, want a fault at %q", name, faults, test.at)
		}
	}
}

func TestMillionsOfCombinationsAreNotMade(t *testing.T) {
	d := levels(24, 24)
	d.Methods = study.StreamedBy(d.Methods, study.Strategies(), false)
	d.LeaveOut = []string{"x"}
	if err := d.Validate(); err == nil || !strings.Contains(err.Error(), "leave out") {
		t.Errorf("got %v", err)
	}
}
