package study_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/study"
)

// A crowd acts on a roster as people and experimenters do. Its own counts are kept from what was
// done, not from what the roster says.
type crowd struct {
	*rapid.T
	study.Roster
	now    time.Time
	counts []bool // whether each of Taken fills its place
}

// newCrowd draws a roster of one to three groups. Nobody has come.
func newCrowd(t *rapid.T) *crowd {
	c := &crowd{T: t, now: time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)}
	c.Seed = rapid.Uint64().Draw(t, "seed")
	for _, name := range []string{"", "novice", "experienced"}[:rapid.IntRange(1, 3).Draw(t, "groups")] {
		c.Groups = append(c.Groups, study.GroupPlan{Name: name, Sequences: rapid.IntRange(1, 6).Draw(t, "sequences")})
	}
	return c
}

// filled counts who fills places for which of is true.
func (c *crowd) filled(of func(study.Place) bool) (n int) {
	for i, a := range c.Taken {
		if c.counts[i] && of(a.Place) {
			n++
		}
	}
	return n
}

func (c *crowd) sequence(p study.Place) int {
	return c.filled(func(o study.Place) bool { return o == p })
}

func (c *crowd) group(name string) int {
	return c.filled(func(o study.Place) bool { return o.Group == name })
}

func (c *crowd) open(p study.Place) bool {
	return !slices.Contains(c.Closed, p) && !slices.Contains(c.Closed, study.Place{Group: p.Group, Sequence: study.WholeGroup})
}

// places lists all places, of one group or, if only is nil, of all.
func (c *crowd) places(only *string) (all []study.Place) {
	for _, g := range c.Groups {
		for s := range g.Sequences {
			if only == nil || *only == g.Name {
				all = append(all, study.Place{Group: g.Name, Sequence: s})
			}
		}
	}
	return all
}

// arrive lets somebody take a place, and checks that the place is the right one.
func (c *crowd) arrive(pilot bool) {
	got, err := c.Next(study.Participant{ID: study.ParticipantID(len(c.Taken) + 1), Pilot: pilot}, c.now)
	if !slices.ContainsFunc(c.places(nil), c.open) && !pilot {
		if err == nil {
			c.Fatalf("got place %+v, although all are closed", got.Place)
		}
		return
	}
	if err != nil {
		c.Fatal(err)
	}
	if again, _ := c.Next(study.Participant{ID: got.Participant, Pilot: pilot}, c.now); again != got {
		c.Fatalf("asked again got %+v, first %+v", again, got)
	}
	if !pilot && !c.open(got.Place) {
		c.Fatalf("got the closed place %+v", got.Place)
	}
	for _, p := range c.places(nil) {
		if (pilot || c.open(p)) && c.group(p.Group) < c.group(got.Place.Group) {
			c.Fatalf("group %q was given with %d people, although group %q has %d", got.Place.Group, c.group(got.Place.Group), p.Group, c.group(p.Group))
		}
	}
	for _, p := range c.places(&got.Place.Group) {
		if (pilot || c.open(p)) && c.sequence(p) < c.sequence(got.Place) {
			c.Fatalf("%+v was given with %d people, although %+v has %d", got.Place, c.sequence(got.Place), p, c.sequence(p))
		}
	}
	c.Taken, c.counts = append(c.Taken, got), append(c.counts, !pilot)
}

// anybody draws one of those who came; nil if nobody did.
func (c *crowd) anybody() (*study.Assignment, int) {
	if len(c.Taken) == 0 {
		return nil, 0
	}
	i := rapid.IntRange(0, len(c.Taken)-1).Draw(c.T, "who")
	return &c.Taken[i], i
}

// rule rules about somebody what is admitted.
func (c *crowd) rule(state study.PlaceState) {
	a, i := c.anybody()
	r := study.Ruling{State: state, Why: "it was so", At: c.now}
	if a == nil || a.Admits(r) != nil {
		return
	}
	a.Ruling = r
	c.counts[i] = !a.Pilot && state == study.PlaceActive && (!a.EndedAt.IsZero() || c.now.Before(a.LeaseEnds))
}

// act does one thing that may happen.
func (c *crowd) act() {
	switch rapid.SampledFrom([]string{"arrive", "arrive", "arrive", "pilot", "finish", "wait", "return", "rule", "close", "reopen"}).Draw(c.T, "act") {
	case "arrive":
		c.arrive(false)
	case "pilot":
		c.arrive(true)
	case "finish":
		if a, i := c.anybody(); a != nil && a.EndedAt.IsZero() {
			a.EndedAt = c.now
			c.counts[i] = !a.Pilot && a.Ruling.State != study.PlaceWithdrawn && a.Ruling.State != study.PlaceExcluded
		}
	case "wait":
		c.now = c.now.Add(time.Duration(rapid.IntRange(1, 13).Draw(c.T, "hours")) * time.Hour)
		for i, a := range c.Taken {
			c.counts[i] = c.counts[i] && (!a.EndedAt.IsZero() || c.now.Before(a.LeaseEnds))
		}
	case "return":
		if a, i := c.anybody(); a != nil {
			a.LeaseEnds = c.now.Add(study.Lease)
			c.counts[i] = !a.Pilot && (a.Ruling.State == "" || a.Ruling.State == study.PlaceActive || a.Ruling.State == study.PlaceDropped && !a.EndedAt.IsZero())
		}
	case "rule":
		c.rule(rapid.SampledFrom([]study.PlaceState{study.PlaceActive, study.PlaceDropped, study.PlaceExcluded, study.PlaceWithdrawn}).Draw(c.T, "state"))
	case "close":
		p := rapid.SampledFrom(c.places(nil)).Draw(c.T, "place")
		if rapid.IntRange(0, 3).Draw(c.T, "whole") == 0 {
			p.Sequence = study.WholeGroup
		}
		c.Closed = append(c.Closed, p)
	case "reopen":
		c.Closed = nil
	}
}

func TestAPlaceGoesToWhatIsLeastFilled(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCrowd(t)
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			c.act()
		}
		for _, tally := range c.Tallies(c.now) {
			if want := c.sequence(tally.Place); tally.Filled() != want || tally.Closed == c.open(tally.Place) {
				t.Fatalf("%+v is filled by %d, want %d; closed %v", tally.Place, tally.Filled(), want, tally.Closed)
			}
		}
	})
}

func TestWithoutDropoutPlacesFillLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCrowd(t)
		for range rapid.IntRange(1, 80).Draw(t, "people") {
			c.arrive(rapid.IntRange(0, 9).Draw(t, "pilot") == 0)
		}
		var groups []int
		for _, g := range c.Groups {
			groups = append(groups, c.group(g.Name))
			var sequences []int
			for _, p := range c.places(&g.Name) {
				sequences = append(sequences, c.sequence(p))
			}
			if slices.Max(sequences)-slices.Min(sequences) > 1 {
				t.Fatalf("the sequences of group %q are filled by %v", g.Name, sequences)
			}
		}
		if slices.Max(groups)-slices.Min(groups) > 1 {
			t.Fatalf("the groups are filled by %v", groups)
		}
	})
}

// Whoever recruits until everybody who was planned has finished gets an exact balance, however many
// drop out on the way: a place that is given back goes to the next one.
func TestRecruitingUntilAllHaveFinishedEndsLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := newCrowd(t)
		c.Groups = c.Groups[:1]
		each := rapid.IntRange(1, 3).Draw(t, "each")
		all := func(study.Place) bool { return true }
		for {
			for c.filled(all) < each*c.Groups[0].Sequences {
				c.arrive(false)
			}
			finished := true
			for i := range c.Taken {
				if a := &c.Taken[i]; c.counts[i] && a.EndedAt.IsZero() {
					if rapid.IntRange(0, 4).Draw(t, "stays") > 0 {
						a.EndedAt = c.now
					} else {
						c.counts[i], finished = false, false
					}
				}
			}
			if finished {
				break
			}
			c.now = c.now.Add(study.Lease)
		}
		for _, tally := range c.Tallies(c.now) {
			if tally.Finished != each {
				t.Fatalf("%d have finished at %+v, want %d", tally.Finished, tally.Place, each)
			}
		}
	})
}

func TestTiesAreDrawnEvenly(t *testing.T) {
	first := map[int]int{}
	for seed := range uint64(6000) {
		a, err := study.Roster{Groups: []study.GroupPlan{{Sequences: 6}}, Seed: seed}.Next(study.Participant{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		first[a.Place.Sequence]++
	}
	for s := range 6 {
		if n := first[s]; n < 850 || n > 1150 { // 1000 within five standard deviations
			t.Errorf("sequence %d came first %d times in 6000, want about 1000", s, n)
		}
	}
}

func TestOnlyTheSamePlanIsShared(t *testing.T) {
	base := study.Design{
		Title: study.Plain("One"), Consent: study.Plain("Yes?"), Methods: study.PlainLevels(study.VNC), Tasks: []study.Task{{ID: "type", Title: study.Plain("Type")}},
		Networks: []study.NamedNetwork{{Name: "slow", Network: study.Network{RTT: time.Second}}}, Order: study.Williams, Seed: 7,
	}
	for name, test := range map[string]struct {
		change func(*study.Design)
		shared bool
	}{
		"other texts":             {func(d *study.Design) { d.Title, d.Consent = study.Plain("Two"), study.Plain("No?") }, true},
		"another wording":         {func(d *study.Design) { d.Tasks = []study.Task{{ID: "type", Title: study.Plain("Write")}} }, true},
		"more questions":          {func(d *study.Design) { d.Instruments = []string{"tlx"} }, true},
		"another limit":           {func(d *study.Design) { d.TrialLimit = time.Hour }, true},
		"another task":            {func(d *study.Design) { d.Tasks = []study.Task{{ID: "draw", Title: study.Plain("Type")}} }, false},
		"another method":          {func(d *study.Design) { d.Methods = study.PlainLevels(study.Stream) }, false},
		"another name of a level": {func(d *study.Design) { d.Methods = []study.Access{{Name: "far", Method: study.VNC}} }, false},
		"another option of a level": {func(d *study.Design) {
			d.Methods = []study.Access{{Method: study.VNC, Flow: study.Continuous}}
		}, false},
		"another seed":  {func(d *study.Design) { d.Seed++ }, false},
		"another order": {func(d *study.Design) { d.Order = study.Latin }, false},
		"a slower network": {func(d *study.Design) {
			d.Networks = []study.NamedNetwork{{Name: "slow", Network: study.Network{RTT: 2 * time.Second}}}
		}, false},
		"a search":          {func(d *study.Design) { d.Crossover.Pairs = 3 }, false},
		"another appliance": {func(d *study.Design) { d.Appliance = "paint" }, false},
	} {
		d := base
		test.change(&d)
		if got := d.PlanHash() == base.PlanHash(); got != test.shared {
			t.Errorf("%s: shares the plan: %v, want %v", name, got, test.shared)
		}
	}
}
