package lab

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/web/view"
)

// designView makes the form from its fields and faults.
func designView(in url.Values, appliances []Appliance, own []instrument.Instrument, bad faults) view.DesignForm {
	f := view.DesignForm{
		Fields:      view.Fields{Values: in, Faults: bad},
		Instruments: instrumentChoices(in, own),
		Networks:    networkRows(in, bad),
		Tongues:     tongues(in),
		Texts:       textPaths(in),
		TaskWords:   translatable(in, appliances),
		TaskForms:   taskForms(in, appliances),
		Levels:      levelRows(in),
		Profiles:    profileChoices(),
		Rules:       ruleRows(in),
		Visits:      visitRows(in),
	}
	for _, m := range study.AccessMethods() {
		f.Methods = append(f.Methods, view.Choice{Value: string(m), Label: string(m), Meaning: m.Meaning()})
	}
	f.Strategies = []view.Choice{{Label: "the best"}}
	for _, s := range study.Strategies() {
		f.Strategies = append(f.Strategies, view.Choice{Value: string(s), Label: string(s) + ": " + s.Meaning()})
	}
	for _, o := range study.Orders() {
		f.Orders = append(f.Orders, view.Choice{Value: string(o), Label: orderNames[o]})
	}
	f.BlockOrders = append([]view.Choice{{Label: "choose…"}}, f.Orders...)
	f.Factors = []view.Choice{{Label: "no blocks"}}
	for _, b := range study.Factors() {
		f.Factors = append(f.Factors, view.Choice{Value: string(b), Label: "one for each " + factorNames[b]})
	}
	for i := range rows(in, "factors") {
		if name := in.Get(row("factors", i) + ".name"); name != "" {
			f.Factors = append(f.Factors, view.Choice{Value: name, Label: "one for each level of " + name})
		}
	}
	for _, p := range study.RecordPolicies() {
		f.Records = append(f.Records, view.Choice{Value: string(p), Label: recordNames[p]})
	}
	f.Licences = licenceChoices(in.Get("license"))
	d, _ := readDesign(in, appliances, study.Design{Questionnaires: own})
	f.Search = searchChoices(in, d)
	if rows(in, "factors")+rows(in, "groups")+rows(in, comparisonList) > 0 {
		f.Own, f.Groups, f.Compared = factorRows(in, d), groupRows(in, d), comparisonRows(in, d)
	}
	for _, a := range appliances {
		f.Appliances = append(f.Appliances, applianceChoice(a, in))
	}
	return f
}

var orderNames = map[study.Order]string{
	study.Williams: "Williams design: position and carry-over balanced",
	study.Latin:    "Latin square: position balanced",
	study.Random:   "Random for each participant",
	study.Fixed:    "As listed, for everybody",
}

var factorNames = map[study.Factor]string{
	study.MethodFactor: "access method", study.NetworkFactor: "network", study.TaskFactor: "task",
}

var recordNames = map[study.RecordPolicy]string{
	study.RecordNever: "never",
	study.RecordAsk:   "if the participant says so on the consent page",
	study.RecordAll:   "always; the consent page says so",
}

func applianceChoice(a Appliance, in url.Values) view.ApplianceChoice {
	english := study.Design{} // the language of appliances
	c := view.ApplianceChoice{Name: a.Name, Title: cmp.Or(a.Title, a.Name), Chosen: a.Name == in.Get("appliance")}
	for _, t := range a.Tasks {
		if t.Practice {
			continue
		}
		c.Tasks = append(c.Tasks, view.Choice{Value: taskValue(a.Name, t.ID), Label: english.Reading(t.Title), Meaning: english.Reading(t.Instruction)})
	}
	if t, ok := a.practice(); ok {
		c.Practice = english.Reading(t.Title)
	}
	return c
}

func instrumentChoices(in url.Values, own []instrument.Instrument) []view.InstrumentChoice {
	var all []view.InstrumentChoice
	d := study.Design{Languages: []study.Language{study.Language(cmp.Or(in.Get(writtenField), string(study.English)))}}
	library := offered(own)
	most := min(len(library), mostPlaces)
	for _, q := range library {
		for _, place := range in[placeField+q.ID] {
			if n, err := strconv.Atoi(place); err == nil && n <= study.MaxTrials { // a study file can ask more than the form offers by itself
				most = max(most, n)
			}
		}
	}
	for _, q := range library {
		chosen := in[placeField+q.ID]
		for i := range max(1, len(chosen)) { // one that is asked about trials and about none, too, has two fields
			c := view.InstrumentChoice{
				Field: placeField + q.ID, Element: placeField + q.ID, Title: d.Reading(q.Title),
				Meaning: fmt.Sprintf("%s, version %d, %s", q.ID, q.Version, study.Count(len(q.Questions()), "item")),
			}
			now := ""
			if i < len(chosen) {
				now = chosen[i]
			}
			if i > 0 {
				c.Element += fmt.Sprint("-", i+1)
			}
			c.Places = places(now, most)
			all = append(all, c)
		}
	}
	return all
}

// places are the times at which an instrument can be asked, of which one is chosen; most is how many it can have in the order after a trial.
func places(chosen string, most int) (all []view.Choice) {
	add := func(value, label string) {
		all = append(all, view.Choice{Value: value, Label: label, Chosen: chosen == value})
	}
	add("", "not asked")
	for _, o := range study.Occasions() {
		if o != study.AfterTrial {
			add(string(o), occasionNames[o])
			continue
		}
		for place := 1; place <= most; place++ {
			add(strconv.Itoa(place), occasionNames[o]+", "+ordinal(place))
		}
	}
	return all
}

var occasionNames = map[study.Occasion]string{
	study.AtScreening: "in the screening", study.AtBeginning: "at the beginning", study.AfterPractice: "after the practice", study.AfterTrial: "after each trial",
	study.AfterBlock: "after each block", study.AfterVisit: "after each visit", study.AtEnd: "once, at the end",
}

// mostPlaces are offered in the order after a trial, unless more are asked already.
const mostPlaces = 9

// shownSequences is how many sequences a preview shows at most.
const shownSequences = 6

// formPreview is the preview beside the form of d.
func formPreview(d study.Design, bad faults) view.Preview {
	p := designPreview(d, bad)
	p.Form = true
	drawn := map[string]bool{}
	for _, c := range p.Conditions {
		drawn[c.Code] = true
	}
	isDrawn := func(code string) bool { return drawn[code] }
	p.LeaveOut = slices.DeleteFunc(slices.Clone(d.LeaveOut), isDrawn)
	p.First = slices.DeleteFunc(slices.Clone(d.First), isDrawn)
	return p
}

// designPreview computes the conditions, sequences and duration of d.
func designPreview(d study.Design, bad faults) view.Preview {
	p := view.Preview{Practice: d.Practice != nil, Faults: faultsView(bad)}
	if len(d.Networks) > study.MaxLevels {
		return p // too many conditions to show
	}
	number := numbersOf(d)
	for i, c := range inListOrder(d) {
		row := view.ConditionRow{
			Code: c.Code(), Method: c.Access.Level(), Network: c.Network.Name, Task: d.Reading(c.Task.Title), Levels: levelWords(c),
			LeftOut: slices.Contains(d.LeaveOut, c.Code()), First: slices.Contains(d.First, c.Code()),
		}
		row.Number = number[row.Code]
		row.Grid = c.Task.Level()
		for _, l := range c.Levels {
			row.Grid += "/" + l.Name
		}
		if c.Method.Networked() && !bad.networks() {
			row.Setting = c.Network.Network.String()
		}
		p.Conditions = append(p.Conditions, row)
		if i == mostCombinations {
			break
		}
	}
	p.Grids = grids(p.Conditions)
	if len(number) == 0 || !d.Order.Valid() || bad["limit_s"] != "" || len(p.Conditions) > mostCombinations || bad.within("blocks.") {
		return p
	}
	p.Trials = d.TrialsAtMost()
	if d.Searches() {
		p.Pairs = d.Crossover.Pairs
	}
	p.Minutes = int(d.Estimate().Minutes())
	for i, takes := range d.EstimatedVisits() {
		p.Takes = append(p.Takes, view.VisitTakes{Minutes: int(takes.Minutes()), Appointment: int(appointmentLengths(d)[i].Minutes())})
	}
	p.Balance = balance(d)
	p.Methods = levelsOf(d)
	p.Factors, p.Visits = factorsWords(d), d.VisitCount()
	if len(d.Groups) > 0 {
		addGroups(&p, d, number)
		return p
	}
	if d.Searches() {
		return p
	}
	for n := range min(shownSequences, d.Sequences()) {
		p.Sequences = append(p.Sequences, strip(d, n, number, p.Methods))
	}
	p.More = d.Sequences() - len(p.Sequences)
	return p
}

// grids lays the conditions of each task, and of each combination of free levels, out by access method and network.
func grids(conditions []view.ConditionRow) (all []view.Grid) {
	for _, c := range conditions {
		i := slices.IndexFunc(all, func(g view.Grid) bool { return g.Of == c.Grid })
		if i < 0 {
			g := view.Grid{Title: c.Task, Of: c.Grid}
			if c.Levels != "" {
				g.Title += " / " + c.Levels
			}
			i, all = len(all), append(all, g)
		}
		all[i].Put(c)
	}
	return all
}

// addGroups adds the first sequence of each group, and how many people balance each.
func addGroups(p *view.Preview, d study.Design, number map[string]int) {
	var each []string
	p.Trials = 0
	for _, g := range d.Groups {
		own := d.For(g.Name)
		each = append(each, g.Name+": "+balance(own))
		if len(own.Conditions()) == 0 {
			continue
		}
		plan := strip(own, 0, number, p.Methods)
		p.Trials = max(p.Trials, own.TrialsAtMost())
		if d.Searches() {
			continue
		}
		p.Sequences, p.Of = append(p.Sequences, plan), append(p.Of, g.Name)
		p.More += own.Sequences() - 1
	}
	p.Balance = strings.Join(each, "; ")
}

// numbersOf returns the numbers that people see of the conditions, from 1, by their codes.
func numbersOf(d study.Design) map[string]int {
	number := map[string]int{}
	for _, c := range inListOrder(d) {
		if !slices.Contains(d.LeaveOut, c.Code()) {
			number[c.Code()] = len(number) + 1
		}
	}
	return number
}

// mostCombinations are shown in a preview, and no plan is made of more.
const mostCombinations = 1000

// inListOrder returns all combinations of d, those first that come first.
func inListOrder(d study.Design) []study.Condition {
	if len(d.Tasks) > study.MaxLevels || len(d.Methods) > study.MaxLevels || !d.Countable() {
		return nil
	}
	all := d.Combinations()
	if d.Searches() { // nobody meets the other networks
		all = d.Conditions()
	}
	place := func(c study.Condition) int {
		if i := slices.Index(d.First, c.Code()); i >= 0 {
			return i
		}
		return len(d.First)
	}
	slices.SortStableFunc(all, func(a, b study.Condition) int { return cmp.Compare(place(a), place(b)) })
	return all
}

// levelsOf returns the access methods of the conditions, each with its strategy.
func levelsOf(d study.Design) (all []string) {
	for _, c := range d.Conditions() {
		if !slices.Contains(all, c.Access.Level()) {
			all = append(all, c.Access.Level())
		}
	}
	return all
}

// strip draws one sequence: a cell for each trial, with the number of its condition.
func strip(d study.Design, sequence int, number map[string]int, methods []string) (cells []view.SequenceCell) {
	before := ""
	for i, c := range d.Plan(sequence) {
		block := d.Blocks.By.Level(c)
		visit := d.VisitOf(i + 1)
		cells = append(cells, view.SequenceCell{
			Returns: i > 0 && visit != d.VisitOf(i), Visit: visit, Number: number[c.Code()], Title: c.Code(), Level: slices.Index(methods, c.Access.Level()) % view.Colours, Begins: i > 0 && block != before,
		})
		before = block
	}
	return cells
}

func balance(d study.Design) string {
	switch n := d.Sequences(); {
	case n >= manySequences:
		return "any number: each participant has an order of their own"
	case n == 1:
		return "any number: all have the same order"
	default:
		return fmt.Sprintf("a multiple of %d", n)
	}
}

// manySequences are more than participants ever come, so that nobody can balance them.
const manySequences = 1000

func ordinal(n int) string {
	words := []string{"first", "second", "third", "fourth", "fifth"}
	if n <= len(words) {
		return words[n-1]
	}
	return fmt.Sprintf("as number %d", n)
}
