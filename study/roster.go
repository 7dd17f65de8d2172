package study

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// GroupPlan is what the roster knows of a group of participants.
type GroupPlan struct {
	Name      string
	Sequences int // how many sequences balance its design
}

// GroupPlans returns what the roster knows of the groups of d. A design without groups is one group without a name.
func (d Design) GroupPlans() (all []GroupPlan) {
	if len(d.Groups) == 0 {
		return []GroupPlan{{Sequences: d.Sequences()}}
	}
	for _, g := range d.Groups {
		all = append(all, GroupPlan{g.Name, d.For(g.Name).Sequences()})
	}
	return all
}

// PlanHash identifies what decides the plan of d: its conditions in their order, the order of
// sequences, the seed and the groups. Versions with the same PlanHash differ in texts and in how
// trials are conducted, so the people of all of them fill the same places.
func (d Design) PlanHash() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %d\n", d.Appliance, d.Order, d.Seed)
	if d.Repetitions > 1 || d.InARow > 0 || len(d.First) > 0 || d.Blocks != (Blocks{}) { // else the hash is as before there were any
		fmt.Fprintf(h, "%d %d %q %q %q\n", d.rounds(), d.InARow, d.First, d.Blocks.By, d.Blocks.Order)
	}
	if d.Searches() {
		c := d.Crossover
		fmt.Fprintf(h, "%q %q %q %q %t %d %d %g %g %d\n", c.Near, c.Far, c.Networks, c.Rating, c.LowIsGood, c.Least, c.Most, c.Lapse, c.Width, c.Pairs)
	}
	for _, c := range d.Conditions() {
		fmt.Fprintf(h, "%q %q\n", c.Code(), c.Network.Network) // the words for a network name all that it sets
	}
	for _, a := range d.Methods {
		if plain := (Access{Method: a.Method, Strategy: a.Strategy}); a != plain { // else the codes of conditions say it all
			fmt.Fprintf(h, "%q %q\n", a.Name, a.options())
		}
	}
	for _, g := range d.GroupPlans() {
		fmt.Fprintf(h, "%q %d\n", g.Name, g.Sequences)
		if g.Name == "" {
			continue // all its conditions are there already
		}
		for _, c := range d.For(g.Name).Conditions() {
			fmt.Fprintf(h, "%q\n", c.Code())
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Roster says who has which place of a plan. All versions with the same Design.PlanHash share one.
type Roster struct {
	Groups []GroupPlan
	Seed   uint64       // of the study
	Taken  []Assignment // of everybody who ever took a place, pilots too
	Closed []Place      // closed by hand: nobody gets them; see WholeGroup
}

// RosterOf returns the roster of a plan before anybody has come.
func RosterOf(d Design) Roster { return Roster{Groups: d.GroupPlans(), Seed: d.Seed} }

// Only returns the roster of the groups with these names. Everybody is still in it, so that arrivals count on.
func (r Roster) Only(groups ...string) Roster {
	r.Groups = slices.DeleteFunc(slices.Clone(r.Groups), func(g GroupPlan) bool { return !slices.Contains(groups, g.Name) })
	return r
}

// Next returns the place for the participant p who arrives now. It is in the group that the fewest
// people fill, and there it is the sequence that the fewest fill. People fill a place if they have
// finished, or are active within their lease. What is closed is left out. Equals are drawn by
// chance, which follows from the study's seed and the number of the arrival.
//
// Pilots fill nothing, and for them nothing is closed.
func (r Roster) Next(p Participant, now time.Time) (Assignment, error) {
	arrival := 1
	for i := range r.Taken {
		if r.Taken[i].Pilot == p.Pilot {
			arrival++
		}
	}
	chance := rand.New(rand.NewPCG(r.Seed, uint64(arrival)))
	filled := r.filled(now)
	open := func(g, sequence int) bool { return p.Pilot || !r.closed(r.Groups[g].Name, sequence) }
	group := least(len(r.Groups), chance, func(g int) (int, bool) {
		total, any := 0, false
		for sequence, n := range filled[g] {
			total, any = total+n, any || open(g, sequence)
		}
		return total, any
	})
	if group < 0 {
		return Assignment{}, Refuse(ErrConflict, "This study takes nobody at the moment: all its places are closed. Please tell the experimenter.")
	}
	sequence := least(len(filled[group]), chance, func(s int) (int, bool) { return filled[group][s], open(group, s) })
	return Assignment{
		Participant: p.ID, Pilot: p.Pilot, Place: Place{r.Groups[group].Name, sequence},
		Arrival: arrival, TakenAt: now, LeaseEnds: now.Add(Lease),
	}, nil
}

// least returns the number from 0 to n-1 with the smallest value, by chance among equals, or -1 if
// value admits none.
func least(n int, chance *rand.Rand, value func(int) (v int, admitted bool)) int {
	found, fewest, equals := -1, 0, 0
	for i := range n {
		v, admitted := value(i)
		switch {
		case !admitted:
		case found < 0 || v < fewest:
			found, fewest, equals = i, v, 1
		case v == fewest:
			equals++
			if chance.IntN(equals) == 0 { // each of the equals is as likely as the others
				found = i
			}
		}
	}
	return found
}

// filled counts who fills each place at the moment now, by the index of its group and by sequence.
func (r Roster) filled(now time.Time) [][]int {
	all := make([][]int, len(r.Groups))
	for g := range r.Groups {
		all[g] = make([]int, r.Groups[g].Sequences)
	}
	for i := range r.Taken { // by index: an assignment is large, and a study may have many
		a := &r.Taken[i]
		if g := r.groupOf(a.Place); g >= 0 && a.Counts(now) {
			all[g][a.Place.Sequence]++
		}
	}
	return all
}

// groupOf returns the index of the group of p, or -1 if the plan has no such place.
func (r Roster) groupOf(p Place) int {
	for g := range r.Groups {
		if group := &r.Groups[g]; group.Name == p.Group && p.Sequence >= 0 && p.Sequence < group.Sequences {
			return g
		}
	}
	return -1
}

// ClosedWhole reports whether nobody gets a place in the group.
func (r Roster) ClosedWhole(group string) bool {
	return slices.Contains(r.Closed, Place{group, WholeGroup})
}

func (r Roster) closed(group string, sequence int) bool {
	return len(r.Closed) > 0 && (slices.Contains(r.Closed, Place{group, sequence}) || r.ClosedWhole(group))
}

// Has reports whether the plan has the place p, or, if its sequence is WholeGroup, the group.
func (r Roster) Has(p Place) bool {
	whole := p.Sequence == WholeGroup && slices.ContainsFunc(r.Groups, func(g GroupPlan) bool { return g.Name == p.Group })
	return whole || r.groupOf(p) >= 0
}

// Closing is what an experimenter did to a place, or to a whole group.
type Closing struct {
	Place  Place
	Closed bool // or opened again
	By     ExperimenterID
	At     time.Time
}

// Says reports whether what c asks for is so already.
func (r Roster) Says(c Closing) bool { return slices.Contains(r.Closed, c.Place) == c.Closed }

// Tally is how one place stands. Pilots are not in it.
type Tally struct {
	Place
	Finished, Active, GivenBack int
	Closed                      bool
}

// Filled is how many people fill the place.
func (t Tally) Filled() int { return t.Finished + t.Active }

// Tallies returns how each place stands at the moment now, in the order of the plan.
func (r Roster) Tallies(now time.Time) []Tally {
	var all []Tally
	first := make([]int, len(r.Groups)) // the index in all of each group's first sequence
	for g, group := range r.Groups {
		first[g] = len(all)
		for s := range group.Sequences {
			all = append(all, Tally{Place: Place{group.Name, s}, Closed: r.closed(group.Name, s)})
		}
	}
	for i := range r.Taken {
		a := &r.Taken[i]
		g := r.groupOf(a.Place)
		if g < 0 || a.Pilot {
			continue
		}
		switch t := &all[first[g]+a.Place.Sequence]; a.State(now) {
		case PlaceFinished:
			t.Finished++
		case PlaceActive:
			t.Active++
		default:
			t.GivenBack++
		}
	}
	return all
}
