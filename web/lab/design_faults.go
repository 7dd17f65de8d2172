package lab

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"vmstudy/document"
	"vmstudy/web/view"
)

// formOrder is the order of the fields on the form.
var formOrder = []string{
	"", "title", "consent", "thanks", "practice.title", "practice.instruction", "appliance", "tasks", "methods", "networks", "factors", "groups", "leave_out", "first", "limit_s", "pause_every", "pause_least_s", "set_up_min", "order", "in_a_row", "repetitions", "blocks.by", "blocks.order", "seed", "crossover", "crossover.near", "crossover.far", "crossover.rating", "crossover.low_is_good", "crossover.least_ms", "crossover.most_ms", "crossover.lapse_percent", "crossover.pairs", "crossover.width_octaves", "crossover.networks", "visits", "screening", "turn_away", "turned_away", "opening", "after_practice", "instruments", "after_block", "after_visit", "closing", "record", "license", "preregistration.participants", "preregistration.stopping", "preregistration.exclusions", comparisonList,
}

// faultsView lists what keeps a design from being published. What is wrong with a row of a list says which row it is, because it
// stands away from the row.
func faultsView(bad faults) (all []view.Fault) {
	for _, field := range inFormOrder(bad) {
		say := bad[field]
		list, rest, is := strings.Cut(field, "[")
		number, _, _ := strings.Cut(rest, "]")
		_, _, text := document.Text(field)
		switch i, err := strconv.Atoi(number); {
		case is && err == nil && list == "networks" && !strings.HasPrefix(say, "Network "):
			say = fmt.Sprintf("Network %d: %s", i+1, say)
		case text && strings.ContainsAny(field, ".["), list == "groups", list == "factors", list == "visits", list == "turn_away", list == comparisonList:
			say = placeWords(field) + ": " + say
		}
		all = append(all, view.Fault{Field: field, Say: say})
	}
	return all
}

// placeWords says where a field stands, as in Group 1, instruction 2, instruction.
func placeWords(field string) string {
	if path, _, is := document.Text(field); is {
		field = path
	}
	var words []string
	for step := range strings.SplitSeq(field, ".") {
		name, number, listed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
		name = strings.ReplaceAll(name, "_", " ")
		if i, err := strconv.Atoi(number); listed && err == nil {
			name = fmt.Sprintf("%s %d", strings.TrimSuffix(name, "s"), i+1)
		}
		words = append(words, name)
	}
	said := strings.Join(words, ", ")
	return strings.ToUpper(said[:1]) + said[1:]
}

// inFormOrder returns the fields that have faults, in the order of the form.
func inFormOrder(bad faults) []string {
	place := func(field string) (section int, path string) {
		list, rest, _ := strings.Cut(field, "[")
		number, rest, _ := strings.Cut(rest, "]")
		if text, _, is := document.Text(list); is {
			list = text // title.de is in the section of title
		}
		return slices.Index(formOrder, list), fmt.Sprintf("%9s%s", number, rest) // networks[10] comes after networks[2]
	}
	return slices.SortedFunc(maps.Keys(bad), func(a, b string) int {
		sectionA, pathA := place(a)
		sectionB, pathB := place(b)
		return cmp.Or(cmp.Compare(sectionA, sectionB), strings.Compare(pathA, pathB))
	})
}
