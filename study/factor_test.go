package study_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// furnished returns the demo design with a factor of its own and a task that has two forms.
func furnished() study.Design {
	d := demo()
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "bright"}, {Name: "dark", Shown: study.Plain("The light goes out now.")}}}}
	d.Tasks[0].Forms = []study.Form{{Name: "A", Goal: "letter-a.txt"}, {Name: "B", Instruction: study.Plain("Write the other letter.")}}
	return d
}

func codesOf(all []study.Condition) (codes []string) {
	for _, c := range all {
		codes = append(codes, c.Code())
	}
	return codes
}

func TestAFreeFactorIsCrossedWithWhatItNames(t *testing.T) {
	d := furnished()
	d.Networks = d.Networks[:1]
	d.Factors[0].Only.Methods = []string{"vnc"}
	d.LeaveOut = []string{"vnc/fast/paint/dark"}
	want := []string{
		"vnc/fast/type/bright", "vnc/fast/type/dark", "vnc/fast/paint/bright",
		"stream/fast/type/none", "stream/fast/paint/none", "local/none/type/none", "local/none/paint/none",
	}
	if diff := cmp.Diff(want, codesOf(d.Conditions())); diff != "" || d.Validate() != nil {
		t.Errorf("%v, conditions (-want +got):\n%s", d.Validate(), diff)
	}
}

func TestTasksOfTwoAppliancesMayHaveOneName(t *testing.T) {
	d := demo()
	d.Methods, d.Networks = study.PlainLevels(study.Local), nil
	d.Tasks = append(d.Tasks, study.Task{ID: "type", Appliance: "office"})
	want := []string{"local/none/type", "local/none/paint", "local/none/type@office"}
	if diff := cmp.Diff(want, codesOf(d.Conditions())); diff != "" || d.Validate() != nil {
		t.Errorf("%v, conditions (-want +got):\n%s", d.Validate(), diff)
	}
	if got := d.Appliances(); !slices.Equal(got, []string{"demo", "office"}) {
		t.Errorf("appliances %v", got)
	}
}

func TestWhatIsWrongWithFactorsIsTold(t *testing.T) {
	two := func(d *study.Design) { d.Groups = []study.Group{{Name: "old"}, {Name: "new"}} }
	for name, test := range map[string]struct {
		change func(*study.Design)
		at     string // of the first fault; empty for a good design
	}{
		"nothing":                        {func(*study.Design) {}, ""},
		"a factor with spaces":           {func(d *study.Design) { d.Factors[0].Name = "the light" }, "factors[0].name"},
		"a factor that is there already": {func(d *study.Design) { d.Factors[0].Name = "network" }, "factors[0].name"},
		"a factor twice":                 {func(d *study.Design) { d.Factors = append(d.Factors, d.Factors[0]) }, "factors[1].name"},
		"a factor without levels":        {func(d *study.Design) { d.Factors[0].Levels = nil }, "factors[0].levels"},
		"a level twice":                  {func(d *study.Design) { d.Factors[0].Levels[1].Name = "bright" }, "factors[0].levels[1].name"},
		"a level with a slash":           {func(d *study.Design) { d.Factors[0].Levels[1].Name = "half/dark" }, "factors[0].levels[1].name"},
		"crossed with an unknown task":   {func(d *study.Design) { d.Factors[0].Only.Tasks = []string{"sing"} }, "factors[0].only.tasks[0]"},
		"a level that has another meaning": {func(d *study.Design) {
			d.Factors[0].Only.Tasks = []string{"type"}
			d.Factors[0].Levels[0].Name = "none"
		}, "factors[0].levels[0].name"},
		"blocks by the factor":            {func(d *study.Design) { d.Blocks = study.Blocks{By: "light", Order: study.Latin} }, ""},
		"blocks by a factor that is none": {func(d *study.Design) { d.Blocks = study.Blocks{By: "noise", Order: study.Latin} }, "blocks.by"},
		"one form":                        {func(d *study.Design) { d.Tasks[0].Forms = d.Tasks[0].Forms[:1] }, "tasks[0].forms"},
		"a form twice":                    {func(d *study.Design) { d.Tasks[0].Forms[1].Name = "A" }, "tasks[0].forms[1].name"},
		"a task twice in one appliance":   {func(d *study.Design) { d.Tasks = append(d.Tasks, study.Task{ID: "type", Appliance: "demo"}) }, "tasks[2].id"},
		"groups":                          {two, ""},
		"one group":                       {func(d *study.Design) { two(d); d.Groups = d.Groups[:1] }, "groups"},
		"a group twice":                   {func(d *study.Design) { two(d); d.Groups[1].Name = "old" }, "groups[1].name"},
		"a group of an unknown network":   {func(d *study.Design) { two(d); d.Groups[1].Networks = []string{"6G"} }, "groups[1].networks[0]"},
		"a participant in two groups": {func(d *study.Design) {
			two(d)
			d.Groups[0].Codes, d.Groups[1].Codes = []string{"P001"}, []string{"P002", "P001"}
		}, "groups[1].codes[1]"},
		"a group by hand and by code":     {func(d *study.Design) { two(d); d.Groups[0].ByHand, d.Groups[0].Codes = true, []string{"P001"} }, "groups[0].by_hand"},
		"a group by an answer to nothing": {func(d *study.Design) { two(d); d.Groups[0].Answered = &instrument.When{Is: []string{"1"}} }, "groups[0].answered.item"},
		"a group that nothing is left of": {func(d *study.Design) {
			two(d)
			d.Groups[0].Methods = []string{"local"}
			d.LeaveOut = []string{"local/none/type/bright", "local/none/type/dark", "local/none/paint/bright", "local/none/paint/dark"}
		}, "groups[0]"},
		"an instruction of an unknown task": {func(d *study.Design) {
			two(d)
			d.Groups[0].Instructions = []study.Instead{{Task: "sing", Instruction: study.Plain("Sing.")}}
		}, "groups[0].instructions[0].task"},
	} {
		d := furnished()
		test.change(&d)
		at := ""
		if faults := d.Faults(); len(faults) > 0 {
			at = faults[0].At
		}
		if at != test.at {
			t.Errorf("%s: %v, want a fault at %q", name, d.Faults(), test.at)
		}
	}
}

// In all sequences together each condition has each form of its task equally often, also at each position; in each
// sequence every condition is done as often as before there were forms.
func TestFormsAreBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := demo()
		d.Methods = study.PlainLevels(rapid.SampledFrom([][]study.AccessMethod{{study.VNC}, {study.VNC, study.Local}, study.AccessMethods()}).Draw(t, "methods")...)
		d.Tasks = d.Tasks[:rapid.IntRange(1, 2).Draw(t, "tasks")]
		for i := range d.Tasks {
			for f := range rapid.SampledFrom([]int{0, 2, 3}).Draw(t, "forms") {
				d.Tasks[i].Forms = append(d.Tasks[i].Forms, study.Form{Name: string(rune('A' + f))})
			}
		}
		d.Order = rapid.SampledFrom([]study.Order{study.Williams, study.Latin, study.Fixed}).Draw(t, "order")
		d.Repetitions = rapid.IntRange(1, 3).Draw(t, "repetitions")
		count := map[string]map[string]int{} // by condition and position, by form
		for s := range d.Sequences() {
			var codes []string
			for i, c := range d.Plan(s) {
				codes = append(codes, c.Code())
				at := fmt.Sprint(c.Code(), i)
				if count[at] == nil {
					count[at] = map[string]int{}
				}
				count[at][c.Form]++
				if len(c.Task.Forms) > 0 == (c.Form == "") {
					t.Fatalf("the form of %s is %q", c.Code(), c.Form)
				}
			}
			slices.Sort(codes)
			all := codesOf(d.Conditions())
			all = slices.Repeat(all, d.Repetitions)
			slices.Sort(all)
			if !slices.Equal(codes, all) {
				t.Fatalf("sequence %d has the conditions %v, want %v", s, codes, all)
			}
		}
		for at, forms := range count {
			for _, task := range d.Tasks {
				if of := strings.Contains(at, "/"+task.Level()); of && len(forms) != max(1, len(task.Forms)) {
					t.Fatalf("%s has the forms %v of %d", at, forms, len(task.Forms))
				}
			}
			want := -1
			for form, n := range forms {
				if want < 0 {
					want = n
				}
				if n != want {
					t.Fatalf("%s: forms %v are not balanced, as %s shows", at, forms, form)
				}
			}
		}
	})
}

func TestAFormReplacesWhatItNames(t *testing.T) {
	d := furnished()
	var texts []string
	for _, c := range d.Plan(0) {
		if c.Task.ID == "type" {
			texts = append(texts, c.Form+" "+c.Task.Goal+" "+c.Task.Instruction.String())
		}
	}
	slices.Sort(texts)
	if got := slices.Compact(texts); !slices.Equal(got, []string{"A letter-a.txt ", "B  Write the other letter."}) {
		t.Errorf("forms %q", got)
	}
}

// Blocks by a free factor stay together.
func TestBlocksByAFreeFactor(t *testing.T) {
	d := furnished()
	d.Blocks = study.Blocks{By: "light", Order: study.Latin}
	for s := range d.Sequences() {
		changes := 0
		plan := d.Plan(s)
		for i := 1; i < len(plan); i++ {
			if plan[i].FreeLevel("light") != plan[i-1].FreeLevel("light") {
				changes++
			}
		}
		if changes != 1 {
			t.Fatalf("sequence %d changes the light %d times, want once", s, changes)
		}
	}
}

// grouped returns a design whose groups people get into in different ways.
func grouped() study.Design {
	d := furnished()
	d.Groups = []study.Group{
		{Name: "invited", Codes: []string{"P003"}, Consent: study.Plain("You were invited."), Thanks: study.Plain("Well done.")},
		{Name: "gamers", Answered: &instrument.When{Item: "games", Is: []string{"yes"}}, Crossing: study.Crossing{Networks: []string{"fast"}}},
		{Name: "one", Crossing: study.Crossing{Tasks: []string{"type"}}, Instructions: []study.Instead{{Task: "practice", Instruction: study.Plain("Look around.")}}},
		{Name: "other"},
		{Name: "staff", ByHand: true},
	}
	return d
}

func TestPeopleGetIntoTheirGroups(t *testing.T) {
	for name, test := range map[string]struct {
		who  study.Newcomer
		want []string // nil: it depends on their answers
	}{
		"who is invited":               {study.Newcomer{Code: "P003"}, []string{"invited"}},
		"who has not answered yet":     {study.Newcomer{Code: "P001"}, nil},
		"who answers so":               {study.Newcomer{Code: "P001", Asked: true, Answers: map[string]string{"games": "yes"}}, []string{"gamers"}},
		"who answers in another way":   {study.Newcomer{Code: "P001", Asked: true, Answers: map[string]string{"games": "no"}}, []string{"one", "other"}},
		"who is put there":             {study.Newcomer{Code: "P003", Put: "staff"}, []string{"staff"}},
		"who is put into a group lost": {study.Newcomer{Code: "P003", Put: "gone"}, []string{"invited"}},
	} {
		got, err := grouped().GroupsFor(test.who)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: groups %v, %v; want %v", name, got, err, test.want)
		}
	}
	d := grouped()
	d.Groups = d.Groups[:2]
	if _, err := d.GroupsFor(study.Newcomer{Code: "P001", Asked: true}); !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), "no group for you") {
		t.Errorf("whom no group is meant for: %v", err)
	}
	if got, err := demo().GroupsFor(study.Newcomer{}); err != nil || !slices.Equal(got, []string{""}) {
		t.Errorf("in a study without groups: %v, %v", got, err)
	}
}

func TestAGroupMeetsItsOwnLevelsAndTexts(t *testing.T) {
	d := grouped()
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	if got := codesOf(d.For("gamers").Conditions()); len(got) != 2*2*2+2*2 || slices.ContainsFunc(got, func(c string) bool { return strings.Contains(c, "slow") }) {
		t.Errorf("gamers meet %v", got)
	}
	if got := codesOf(d.For("one").Conditions()); slices.ContainsFunc(got, func(c string) bool { return strings.Contains(c, "paint") }) {
		t.Errorf("group one meets %v", got)
	}
	if d.For("invited").Consent.String() != "You were invited." || d.For("one").Practice.Instruction.String() != "Look around." || d.Practice.Instruction.String() == "Look around." {
		t.Error("a group does not read its own texts, or others do")
	}
	if diff := cmp.Diff(codesOf(demo().For("nobody").Conditions()), codesOf(demo().Conditions())); diff != "" {
		t.Error(diff)
	}
	d.Groups = []study.Group{{Name: "a", Crossing: study.Crossing{Networks: []string{"fast"}}}, {Name: "b", Crossing: study.Crossing{Networks: []string{"fast"}}}}
	if slices.ContainsFunc(codesOf(d.Conditions()), func(c string) bool { return strings.Contains(c, "slow") }) {
		t.Errorf("a condition that no group meets is one of the study: %v", codesOf(d.Conditions()))
	}
}

// Without dropout, the groups among which the roster chooses never differ by more than one person.
func TestGroupsAreBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := grouped()
		d.Seed = rapid.Uint64().Draw(t, "seed")
		r := study.RosterOf(d)
		count := map[string]int{}
		for i := range rapid.IntRange(1, 40).Draw(t, "people") {
			who := study.Newcomer{Code: study.ParticipantCode(i+10, false), Asked: true, Answers: map[string]string{"games": rapid.SampledFrom([]string{"yes", "no"}).Draw(t, "games")}}
			groups, err := d.GroupsFor(who)
			if err != nil {
				t.Fatal(err)
			}
			a, err := r.Only(groups...).Next(study.Participant{ID: study.ParticipantID(i + 1)}, time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC))
			if err != nil || !slices.Contains(groups, a.Place.Group) {
				t.Fatalf("place %+v, %v; want one of %v", a.Place, err, groups)
			}
			count[a.Place.Group]++
			r.Taken = append(r.Taken, a)
		}
		if count["one"]-count["other"] > 1 || count["other"]-count["one"] > 1 {
			t.Fatalf("groups %v", count)
		}
	})
}
