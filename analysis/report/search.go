package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study/adaptive"
)

// noGrid is why nothing is tested that takes it that all people have met all conditions.
const noGrid = "Refused: in this study everybody met other networks, which followed from what they had answered. What compares conditions over people takes it that all have met them all. " +
	"The section on the crossover has the estimates that this study was made for."

// Search shows, for a study that searches for the crossover, what is known of it: of each participant, and of all.
func Search(d Data) Section {
	s := Section{ID: "search", Title: "The crossover"}
	c := d.Design.Crossover
	switch {
	case !d.Design.Searches():
		return Section{}
	case d.Blind:
		s.Lead = []string{"You are blind in this study. The crossover is shown once you are unblinded: it names the method that does well where the round trip is short."}
		return s
	}
	s.Lead = []string{
		fmt.Sprintf("The crossover is the round trip at which somebody finds %s and %s equally good by %s: below it %s is the better one, above it %s. There is one for each bandwidth.", c.Near, c.Far, c.Rating, c.Near, c.Far),
		"Estimated, not tested: nothing here is confirmatory.",
	}
	people := Table{
		ID: "search-people", Title: "The crossover of each participant", Open: true,
		Columns: slices.Concat(texts("Participant", "Bandwidth"), numbers("Pairs", "Crossover (ms)", "Low (ms)", "High (ms)", "Width (octaves)"), texts("Remark")),
	}
	known := map[string][]crossed{}
	var bandwidths []string
	for _, who := range d.searchers() {
		for _, b := range d.beliefs(who) {
			if !slices.Contains(bandwidths, b.Bandwidth) {
				bandwidths = append(bandwidths, b.Bandwidth)
			}
			if b.Trials > 0 {
				known[b.Bandwidth] = append(known[b.Bandwidth], crossed{math.Log2(float64(b.Crossover) / float64(time.Millisecond)), b.AtEnd})
			}
			people.Rows = append(people.Rows, believed(who, b))
		}
	}
	all := Table{
		ID: "search-all", Title: "The crossover of all participants", Open: true,
		Columns: slices.Concat(texts("Bandwidth"), numbers("People", "of them at an end", "Crossover (ms)", "Low (ms)", "High (ms)"), texts("Remark")),
	}
	for _, b := range bandwidths {
		all.Rows = append(all.Rows, overPeople(b, known[b]))
	}
	s.Tables = []Table{all, people}
	p := d.Design.SearchPlan(0)
	s.Notes = []string{
		fmt.Sprintf("Of each participant: the median and the interval that holds the crossover with a probability of 95 %%, by Bayes’ rule, from the pairs of which both trials count. Beforehand all round trips from %v to %v are equally probable, on a logarithmic scale; %g %% of pairs are taken to say nothing. Without a pair the interval is that of the prior.", p.Least, p.Most, 100*p.Lapse),
		"Of all: the geometric mean of people’s medians, and its 95 % interval by Student’s t on the logarithmic scale. It is about how people differ; how sure each one’s crossover is does not weigh. Who has no pair is left out.",
		"At an end: the interval reaches an end of the round trips that were taken for possible, so the crossover may lie beyond it, and the mean is drawn towards the middle.",
		"Distributions and tests of single conditions are left out: who met a condition follows from what they had answered before.",
	}
	return s
}

// crossed is a crossover on the scale of octaves above 1 ms.
type crossed struct {
	octaves float64
	atEnd   bool
}

// searchers are the people who have trials, in their order.
func (d Data) searchers() (all []string) {
	for _, t := range d.Trials {
		if !slices.Contains(all, t.Participant) {
			all = append(all, t.Participant)
		}
	}
	return all
}

// beliefs are what is known of the crossovers of a participant. The sequence does not matter: it says only what comes next.
func (d Data) beliefs(who string) []adaptive.Belief {
	plan := d.Design.SearchPlan(0)
	search, err := adaptive.New(plan)
	if err != nil {
		return nil // no such design was published
	}
	id, question, _ := d.Design.Crossover.Asked()
	asked := Asked{id, question}
	pairs := map[int]map[string]*Trial{} // by number, and by method
	for _, t := range d.Trials {
		if t.Participant == who && t.Position > 0 {
			n := (t.Position - 1) / 2
			if pairs[n] == nil {
				pairs[n] = map[string]*Trial{}
			}
			pairs[n][t.Condition.Access.Level()] = t
		}
	}
	for n := range d.Design.Crossover.Pairs {
		near, far := pairs[n][d.Design.Crossover.Near], pairs[n][d.Design.Crossover.Far]
		if near == nil || far == nil {
			continue
		}
		x, is := asked.answer(near)
		y, too := asked.answer(far)
		at := slices.IndexFunc(plan.Networks, func(o adaptive.Network) bool { return o.Name == near.Condition.Network.Name })
		if is && too && at >= 0 {
			_ = search.Tell(adaptive.Trial{Network: at, Answer: d.Design.Crossover.Better(x, y)}) // the network and the answer are there
		}
	}
	return search.Beliefs()
}

func believed(who string, b adaptive.Belief) []Cell {
	remark := text("")
	switch {
	case b.Trials == 0:
		remark = text("no pair: the prior")
	case b.AtEnd:
		remark = text("at an end")
	}
	return []Cell{
		text(who), text(b.Bandwidth), count(b.Trials), number(milliseconds(b.Crossover), 0), number(milliseconds(b.Low), 0), number(milliseconds(b.High), 0), number(float64(b.Width), 1), remark,
	}
}

// overPeople is what the crossovers of several people come to.
func overPeople(bandwidth string, people []crossed) []Cell {
	var xs []float64
	ends := 0
	for _, p := range people {
		xs = append(xs, p.octaves)
		if p.atEnd {
			ends++
		}
	}
	nan := math.NaN()
	row := func(centre, low, high float64, remark string) []Cell {
		return []Cell{text(bandwidth), count(len(people)), count(ends), number(centre, 0), number(low, 0), number(high, 0), text(remark)}
	}
	sum, err := stat.Summarize(xs)
	if err != nil {
		return row(nan, nan, nan, "nobody has a pair")
	}
	in, err := sum.MeanInterval()
	switch {
	case err != nil:
		return row(math.Exp2(sum.Mean), nan, nan, "one person has no interval of all")
	case sum.SD == 0:
		return row(math.Exp2(sum.Mean), nan, nan, "all have the same")
	}
	return row(math.Exp2(sum.Mean), math.Exp2(in.Low), math.Exp2(in.High), "")
}

// searching are the sections of a study that searches.
func searching() []func(Data) Section { return []func(Data) Section{Who, Network, Search, Notes} }

// refusedSearch is a section in place of one that a search has no data for.
func refusedSearch(d Data, s Section) (Section, bool) {
	if !d.Design.Searches() {
		return s, false
	}
	s.Lead = []string{noGrid}
	return s, true
}
