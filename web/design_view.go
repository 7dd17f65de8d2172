package web

import (
	"cmp"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// designView makes the form from its fields and faults.
func designView(in url.Values, appliances []Appliance, bad faults) view.DesignForm {
	f := view.DesignForm{
		Fields:      view.Fields{Values: in, Faults: bad},
		Instruments: instrumentChoices(in),
		Networks:    networkRows(in, bad),
	}
	for _, m := range study.AccessMethods() {
		f.Methods = append(f.Methods, view.Choice{Value: string(m), Label: string(m), Meaning: m.Meaning()})
	}
	for _, s := range study.Strategies() {
		f.Strategies = append(f.Strategies, view.Choice{Value: string(s), Label: string(s), Meaning: s.Meaning()})
	}
	for _, o := range study.Orders() {
		f.Orders = append(f.Orders, view.Choice{Value: string(o), Label: orderNames[o]})
	}
	for _, p := range study.RecordPolicies() {
		f.Records = append(f.Records, view.Choice{Value: string(p), Label: recordNames[p]})
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
}

var recordNames = map[study.RecordPolicy]string{
	study.RecordNever: "never",
	study.RecordAsk:   "if the participant says so on the consent page",
	study.RecordAll:   "always; the consent page says so",
}

func applianceChoice(a Appliance, in url.Values) view.ApplianceChoice {
	c := view.ApplianceChoice{Name: a.Name, Title: cmp.Or(a.Title, a.Name), Chosen: a.Name == in.Get("appliance")}
	for _, t := range a.Tasks {
		if t.Practice {
			continue
		}
		c.Tasks = append(c.Tasks, view.Choice{Value: taskValue(a.Name, t.ID), Label: t.Title, Meaning: t.Instruction})
	}
	if t, ok := a.practice(); ok {
		c.Practice = t.Title
	}
	return c
}

func instrumentChoices(in url.Values) []view.InstrumentChoice {
	var all []view.InstrumentChoice
	library := questionnaire.Named()
	for _, q := range library {
		if q.ID == aboutPerson {
			continue
		}
		c := view.InstrumentChoice{ID: q.ID, Title: string(q.Title), Meaning: fmt.Sprintf("version %d, %s", q.Version, study.Count(len(q.Items), "item"))}
		chosen := in.Get(placeField + q.ID)
		c.Places = append(c.Places, view.Choice{Label: "not asked", Chosen: chosen == ""})
		for place := 1; place < len(library); place++ {
			value := strconv.Itoa(place)
			c.Places = append(c.Places, view.Choice{Value: value, Label: "asked " + ordinal(place), Chosen: chosen == value})
		}
		all = append(all, c)
	}
	return all
}

// shownSequences is how many sequences a preview shows at most.
const shownSequences = 6

// designPreview computes the conditions, sequences and duration of d.
func designPreview(d study.Design, bad faults) view.Preview {
	p := view.Preview{Practice: d.Practice != nil}
	for _, field := range inFormOrder(bad) {
		p.Faults = append(p.Faults, view.Fault{Field: field, Say: bad[field]})
	}
	if len(d.Networks) > study.MaxLevels {
		return p // too many conditions to show
	}
	conditions := d.Conditions()
	p.Trials = len(conditions)
	for i, c := range conditions {
		row := view.ConditionRow{Number: i + 1, Method: c.Access(), Network: c.Network.Name, Task: c.Task.Title}
		if c.Method.Networked() && !bad.networks() {
			row.Setting = c.Network.Network.String()
		}
		p.Conditions = append(p.Conditions, row)
	}
	if p.Trials == 0 || !d.Order.Valid() || bad["limit_s"] != "" {
		return p
	}
	p.Minutes = int(d.Estimate().Minutes())
	p.Appointment = int(appointmentLength(d).Minutes())
	p.Balance = balance(d)
	for n := range min(shownSequences, d.Sequences()) {
		p.Sequences = append(p.Sequences, numbered(d.Order.Row(p.Trials, n, d.Seed)))
	}
	p.More = d.Sequences() - len(p.Sequences)
	return p
}

func balance(d study.Design) string {
	if d.Order == study.Random {
		return "any number: each participant has an order of their own"
	}
	return fmt.Sprintf("a multiple of %d", d.Sequences())
}

// numbered turns indices of conditions into their numbers, which begin at 1.
func numbered(row []int) []int {
	for i := range row {
		row[i]++
	}
	return row
}

// formOrder is the order of the fields on the form.
var formOrder = []string{
	"", "title", "consent", "thanks", "appliance", "tasks", "methods", "strategies", "networks", "limit_s", "pause_every", "set_up_min", "order", "seed", "record",
}

// inFormOrder returns the fields that have faults, in the order of the form.
func inFormOrder(bad faults) []string {
	place := func(field string) (section int, path string) {
		list, rest, _ := strings.Cut(field, "[")
		number, rest, _ := strings.Cut(rest, "]")
		return slices.Index(formOrder, list), fmt.Sprintf("%9s%s", number, rest) // networks[10] comes after networks[2]
	}
	return slices.SortedFunc(maps.Keys(bad), func(a, b string) int {
		sectionA, pathA := place(a)
		sectionB, pathB := place(b)
		return cmp.Or(cmp.Compare(sectionA, sectionB), strings.Compare(pathA, pathB))
	})
}

func ordinal(n int) string {
	words := []string{"first", "second", "third", "fourth", "fifth"}
	if n <= len(words) {
		return words[n-1]
	}
	return fmt.Sprintf("as number %d", n)
}
