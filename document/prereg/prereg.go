// Package prereg writes the preregistration of a published version: what it tests, how, with whom, and in which words it asks. It follows from the version
// of the study and the version of this program alone, so the same versions give the same bytes, whenever and wherever it is written.
package prereg

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Of returns the preregistration of a version. instruments are those that it asks, in its words.
func Of(v study.Version, instruments []instrument.Instrument) Document {
	d := v.Design
	doc := &Document{title: "Preregistration: " + d.Name()}
	doc.say("Version %d of the study was published on %s. It never changes. The SHA-256 of its text is %s, and stands on every row of data.", v.Number, v.PublishedAt.UTC().Format("2 January 2006 at 15:04:05 UTC"), v.Hash)
	doc.say("This document was made of that version by vmstudy. Whoever makes it again with the same version of vmstudy gets the same document.")
	doc.hypotheses(d)
	doc.design(d)
	doc.sample(d)
	doc.exclusions(d)
	doc.instruments(d, instruments)
	return *doc
}

func (doc *Document) hypotheses(d study.Design) {
	doc.heading(2, "Hypotheses and planned comparisons")
	all := d.Preregistration.Comparisons
	if len(all) == 0 {
		doc.say("No comparison is planned. Every test of the data is exploratory.")
		return
	}
	var rows [][]string
	for _, c := range all {
		doc.quote(c.Name + ": " + c.Hypothesis)
		rows = append(rows, []string{c.Name, outcome(c), fmt.Sprintf("%s: %s − %s", c.Factor, c.First, c.Second), where(c), c.Shows(), tests[c.Test], family(c)})
	}
	doc.table([]string{"Comparison", "Outcome", "Compared", "In", "To be shown", "Test", "Family"}, rows)
	if slices.ContainsFunc(all, func(c study.Comparison) bool { return c.Outcome == study.OutcomeTime }) {
		doc.say("For its time a task counts as done if the machine saw that it was completed, or if the participant said that it was done. Other tasks have no time.")
	}
	doc.say("A difference is the first level less the second. What a participant has for a level is the mean of their values in the conditions that are compared; who lacks one of these is left out of that comparison.")
	if slices.ContainsFunc(all, study.Comparison.BetweenGroups) {
		doc.say("Groups are compared by the mean of each person over the conditions that both groups meet.")
	}
	doc.say("P-values are corrected by Holm’s method over the comparisons of one family; those without a family are one, too. A comparison is shown if its corrected p-value is below 0.05. A claim with a margin is tested by one-sided tests at that margin, “differs by less” by two of them (TOST).")
	doc.say("These comparisons are confirmatory. Every other test of the data is exploratory.")
}

var tests = map[study.PlannedTest]string{
	study.SignedRank: "Wilcoxon’s signed rank test, exact up to 100 people, zeros by Pratt’s rule", study.PairedT: "paired t test", study.McNemar: "McNemar’s exact test",
	study.MannWhitney: "Mann-Whitney test of people’s means, exact up to 100 people",
}

func outcome(c study.Comparison) string {
	switch c.Outcome {
	case study.OutcomeCompletion:
		return "whether the machine saw that the task was completed"
	case study.OutcomeTime:
		return "natural logarithm (base e) of the seconds on task, of tasks that were done"
	}
	return c.Outcome
}

func where(c study.Comparison) string {
	if some := slices.Concat(c.Only.Methods, c.Only.Networks, c.Only.Tasks); len(some) > 0 {
		return strings.Join(some, ", ")
	}
	return "all conditions"
}

func family(c study.Comparison) string {
	if c.Family == "" {
		return "–"
	}
	return c.Family
}

var orders = map[study.Order]string{
	study.Williams: "a Williams design, which balances position and carry-over", study.Latin: "a Latin square, which balances position", study.Random: "random for each participant", study.Fixed: "the same for everybody, as listed",
}

func (doc *Document) design(d study.Design) {
	doc.heading(2, "Design")
	conditions := d.Conditions()
	doc.trials(d)
	doc.heading(3, "Access methods")
	var rows [][]string
	for _, a := range d.Methods {
		rows = append(rows, []string{a.Level(), a.Method.Meaning(), accessOptions(a)})
	}
	doc.table([]string{"Level", "Meaning", "Options"}, rows)
	rows = nil
	for _, n := range d.Networks {
		rows = append(rows, []string{n.Name, n.Network.String()})
	}
	if len(rows) > 0 {
		doc.heading(3, "Networks")
		doc.table([]string{"Level", "Emulated"}, rows)
	}
	for _, x := range d.Factors {
		doc.heading(3, "Factor "+x.Name)
		for _, l := range x.Levels {
			doc.list(l.Titled())
			doc.quote(d.Reading(l.Shown))
		}
	}
	doc.tasks(d)
	doc.groups(d)
	doc.conduct(d)
	if len(d.LeaveOut) > 0 {
		doc.say("These combinations are left out: %s.", strings.Join(d.LeaveOut, ", "))
	}
	doc.heading(3, "Conditions")
	if !d.GroupsDiffer() {
		doc.list(codes(conditions)...)
		return
	}
	for _, g := range d.Groups {
		doc.say("Group %s:", g.Name)
		doc.list(codes(d.For(g.Name).Conditions())...)
	}
}

// trials says how many trials people do. Groups that meet different conditions have different numbers.
func (doc *Document) trials(d study.Design) {
	if d.Searches() {
		doc.search(d)
		return
	}
	order := fmt.Sprintf("The order of conditions is %s; the seed of all chance is %d.", orders[d.Order], d.Seed)
	if !d.GroupsDiffer() {
		doc.say("Participants do %s of %s, within people. %s", study.Count(len(d.Plan(0)), "trial"), study.Count(len(d.Conditions()), "condition"), order)
		return
	}
	doc.say("Groups of participants meet different conditions, each of them within people:")
	var all []string
	for _, g := range d.Groups {
		own := d.For(g.Name)
		all = append(all, fmt.Sprintf("group %s: %s of %s", g.Name, study.Count(len(own.Plan(0)), "trial"), study.Count(len(own.Conditions()), "condition")))
	}
	doc.list(all...)
	doc.say("%s", order)
}

// search says how a study looks for the crossover.
func (doc *Document) search(d study.Design) {
	c := d.Crossover
	p := d.SearchPlan(0)
	doc.say("Participants do pairs of trials, at most %d: the same task with %s and with %s over one network, in an order of chance (seed %d). Both are compared by %s.", c.Pairs, c.Near, c.Far, d.Seed, c.Rating)
	doc.say("The study searches for the crossover: the round trip at which a participant finds both equally good, one for each bandwidth. The next network is the one that is expected to tell most about it, as QUEST+ (Watson 2017) has it. "+
		"Beforehand all round trips from %v to %v are equally probable, on a logarithmic scale; %g %% of pairs are taken to say nothing.", c.Least, c.Most, 100*p.Lapse)
	if c.Width > 0 {
		doc.say("A participant stops earlier when the 95 %% interval of each crossover is at most %g octaves wide.", c.Width)
	}
}

func codes(conditions []study.Condition) (all []string) {
	for _, c := range conditions {
		all = append(all, c.Code())
	}
	return all
}

// accessOptions are the options of a level, as in a study file.
func accessOptions(a study.Access) string {
	plain := strings.NewReplacer("{", "", "}", "", `"`, "", ":", ": ", ",", ", ").Replace(string(document.WriteOptions(a)))
	if plain = strings.TrimSpace(plain); plain == "" {
		return "as usual"
	}
	return plain
}

func (doc *Document) tasks(d study.Design) {
	doc.heading(3, "Tasks")
	doc.say("A participant may work on a task for up to %s.", d.TrialLimit)
	if d.Practice != nil {
		doc.say("First comes one trial of practice with the local method: %s. It never counts.", d.Reading(d.Practice.Title))
	}
	for _, t := range d.Tasks {
		doc.say("%s (%s):", d.Reading(t.Title), t.Level())
		doc.quote(d.Reading(t.Instruction))
		for _, f := range t.Forms {
			doc.say("In form %s:", f.Name)
			doc.quote(d.Reading(t.InForm(f.Name).Instruction))
		}
	}
}

func (doc *Document) groups(d study.Design) {
	if len(d.Groups) == 0 {
		return
	}
	doc.heading(3, "Groups")
	for _, g := range d.Groups {
		how := "as many as into each other group, by the plan"
		switch {
		case len(g.Codes) > 0:
			how = "by their codes"
		case g.Answered != nil:
			how = "who answer the question " + g.Answered.Item + " " + answers(*g.Answered)
		case g.ByHand:
			how = "by an experimenter"
		}
		doc.say("%s: people get into it %s. They meet %s.", strings.TrimSpace(g.Name+" "+g.Title), how, study.Count(len(d.For(g.Name).Conditions()), "condition"))
	}
}

// answers says which answers are meant.
func answers(w instrument.When) string {
	var all []string
	if len(w.Is) > 0 {
		all = append(all, "with "+strings.Join(w.Is, " or "))
	}
	if w.AtLeast != nil {
		all = append(all, "with at least "+w.AtLeast.String())
	}
	if w.AtMost != nil {
		all = append(all, "with at most "+w.AtMost.String())
	}
	return strings.Join(all, ", ")
}

func (doc *Document) conduct(d study.Design) {
	var all []string
	add := func(is bool, format string, args ...any) {
		if is {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	add(d.Repetitions > 1, "each condition is done %d times", d.Repetitions)
	add(len(d.First) > 0, "everybody begins with %s", strings.Join(d.First, ", "))
	add(d.Blocks.By != study.NoFactor, "trials are done in blocks of %s, whose order is %s", d.Blocks.By, orders[d.Blocks.Order])
	add(d.InARow > 0, "at most %d trials with one access method follow each other", d.InARow)
	add(d.PauseEvery > 0, "a pause is offered after every %s", study.Count(d.PauseEvery, "trial"))
	add(d.PauseLeast > 0, "a pause takes at least %s", d.PauseLeast)
	for i, v := range d.Visits {
		add(true, "visit %d begins after %s and at the earliest %s after the visit before", i+2, study.Count(v.After, "trial"), v.Apart)
	}
	add(d.Record == study.RecordAsk, "screens of those who agree are recorded")
	add(d.Record == study.RecordAll, "all screens are recorded")
	doc.list(all...)
}

func (doc *Document) sample(d study.Design) {
	doc.heading(2, "Sample and stopping")
	p := d.Preregistration
	if p.Participants > 0 {
		doc.say("%d participants are to be analysed.", p.Participants)
	} else {
		doc.say("The number of participants is not fixed.")
	}
	if strings.TrimSpace(p.Stopping) == "" {
		doc.say("No rule says when the study stops to take people.")
	}
	doc.quote(p.Stopping)
	for _, w := range d.TurnAway {
		doc.list("The screening turns away who answers the question " + w.Item + " " + answers(w) + ".")
	}
}

func (doc *Document) exclusions(d study.Design) {
	doc.heading(2, "Exclusion")
	if strings.TrimSpace(d.Preregistration.Exclusions) == "" {
		doc.say("Nothing is left out by plan, besides what the program leaves out by itself.")
	}
	doc.quote(d.Preregistration.Exclusions)
	doc.say("The program leaves out, and says so in the data, what does not count because:")
	var program, people []string
	for _, r := range study.Reasons() {
		says := r.Says + " (" + string(r.Why) + ")"
		if r.Why.ByHand() {
			people = append(people, says)
		} else {
			program = append(program, says)
		}
	}
	doc.list(program...)
	doc.say("Experimenters can leave out more by hand. The data say so, and results count it. Whether it was planned is to be judged by what is said above. It does not count because:")
	doc.list(people...)
}
