package study

import (
	"slices"

	"vmstudy/study/adaptive"
	"vmstudy/study/instrument"
)

// checkCrossover checks a search for the crossover, if the design has one.
func (d Design) checkCrossover(f faults) {
	if !d.Searches() {
		return
	}
	c := d.Crossover
	d.checkSearched(f)
	f = f.within("crossover")
	for _, m := range []struct{ at, level string }{{"near", c.Near}, {"far", c.Far}} {
		i := d.methodAt(m.level)
		f.unless(i >= 0 && d.Methods[i].Method.Networked(), m.at, "choose an access method of the study that passes a network: %q is none", m.level)
	}
	f.unless(c.Near != c.Far, "far", "a method cannot be compared with itself")
	d.checkSearchedNetworks(f)
	id, question, is := c.Asked()
	if f.unless(is && slices.Contains(d.Instruments, id), "rating", "choose by which question the methods are compared: one for a number, of what is asked after every trial") {
		own, known := d.Questionnaire(id)
		i := slices.IndexFunc(own.Questions(), func(q instrument.Item) bool { return q.ID == question && q.Numeric() })
		f.unless(!known || i >= 0, "rating", "questionnaire %q has no question for a number that is called %q", id, question)
	}
	f.unless(c.Pairs >= 1 && c.Pairs <= MaxPairs, "pairs", "a search ends after 1 to %d pairs of trials", MaxPairs)
	f.unless(c.Least >= adaptive.ShortestRTT, "least_ms", "the crossover lies at %v or more", adaptive.ShortestRTT)
	f.unless(c.Most >= 2*c.Least && c.Most <= maxRTT, "most_ms", "the greatest round trip is at least twice the least one, and at most %v", maxRTT)
	f.unless(c.Lapse >= 0 && c.Lapse < 0.5, "lapse_percent", "the share of lapses is from 0 to less than 50 %%")
	f.unless(c.Width >= 0 && c.Width <= maxOctaves, "width_octaves", "an interval has a width of 0 to %d octaves", maxOctaves)
	if search, err := adaptive.New(d.SearchPlan(0)); err == nil && c.Pairs >= 1 {
		_, more := search.Next()
		f.unless(more, "width_octaves", "the interval is this narrow before the first pair, so nobody would do one: aim at a narrower one, or at none")
	}
}

// maxOctaves is the widest interval that a search can aim at.
const maxOctaves = 10

// checkSearchedNetworks checks the networks among which a search chooses.
func (d Design) checkSearchedNetworks(f faults) {
	c := d.Crossover
	for i, name := range c.Networks {
		there := slices.ContainsFunc(d.Networks, func(n NamedNetwork) bool { return n.Name == name })
		f.unless(there && !slices.Contains(c.Networks[:i], name), item("networks", i), "network %q is none of this study or there twice", name)
	}
	f.unless(len(d.searched()) >= 2, "networks", "a search for the crossover chooses among at least 2 networks")
	for _, n := range d.searched() {
		f.unless(len(n.Network.Schedule.Phases) == 0, "networks", "network %q has phases, so it has no one round trip: choose among the others", n.Name)
	}
}

// checkSearched checks that nothing is laid out beforehand in a study whose plan is not known beforehand.
func (d Design) checkSearched(f faults) {
	const say = "a study that searches for the crossover lays out one pair of trials after the other: "
	for _, a := range d.Methods {
		if l := a.Level(); l != d.Crossover.Near && l != d.Crossover.Far {
			f.unless(false, "methods", say+"it has the two methods that it compares only, and nobody would meet %s", l)
		}
	}
	f.unless(d.Order == Random, "order", say+"choose a random order, since chance says which method of a pair comes first")
	f.unless(len(d.Factors) == 0, "factors", say+"leave out factors of your own")
	f.unless(len(d.LeaveOut) == 0, "leave_out", say+"no combinations can be left out; name the networks that it chooses among")
	f.unless(len(d.First) == 0, "first", say+"no condition can come first")
	f.unless(d.Repetitions <= 1, "repetitions", say+"how many there are, the search says")
	f.unless(d.Blocks == (Blocks{}), "blocks.by", say+"there are no blocks")
	f.unless(d.InARow == 0, "in_a_row", say+"leave out how many may follow each other")
	f.unless(len(d.Visits) == 0, "visits", say+"everything is done in one visit")
	f.unless(len(d.AfterBlock) == 0, "after_block", say+"there are no blocks")
	f.unless(len(d.AfterVisit) == 0, "after_visit", say+"ask at the end")
	f.unless(len(d.Preregistration.Comparisons) == 0, "preregistration.comparisons",
		"a planned comparison is of people who all meet the same conditions; in a search for the crossover everybody meets others, so leave it out and state the search")
	for i, g := range d.Groups {
		f.unless(g.Crossing.Empty(), item("groups", i), say+"a group cannot meet some of the levels only")
	}
}
