package lab

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/web/view"
)

// factorRows returns the rows of the study's own factors as they were typed. d is the design that the fields say.
func factorRows(in url.Values, d study.Design) (all []view.FactorRow) {
	for i := range rows(in, "factors") {
		at := row("factors", i)
		levels := at + ".levels"
		x := view.FactorRow{Number: i + 1, At: at, Drop: dropRow + at, AddLevel: addRow + levels, Only: crossingChoices(in, at+".only", d)}
		for j := range max(1, rows(in, levels)) {
			x.Levels = append(x.Levels, view.LevelRow{Number: j + 1, At: row(levels, j), Drop: dropRow + row(levels, j)})
		}
		all = append(all, x)
	}
	return all
}

// groupRows returns the rows of the groups as they were typed. d is the design that the fields say.
func groupRows(in url.Values, d study.Design) (all []view.GroupRow) {
	for i := range rows(in, "groups") {
		at := row("groups", i)
		instead := at + ".instructions"
		g := view.GroupRow{
			Number: i + 1, At: at, Drop: dropRow + at, Meets: crossingChoices(in, at, d), AddInstruction: addRow + instead,
			Codes: listed(in, at+".codes"), Is: listed(in, at+".answered.is"),
		}
		for j := range rows(in, instead) {
			path := row(instead, j)
			g.Instructions = append(g.Instructions, view.InsteadRow{
				Number: j + 1, At: path, Drop: dropRow + path, Tasks: taskChoices(d, in.Get(path+".task")),
			})
		}
		for field := range in {
			_, _, is := document.Text(field)
			g.Texts = g.Texts || is && in.Get(field) != "" && strings.HasPrefix(field, at+".")
		}
		all = append(all, g)
	}
	return all
}

// crossingChoices are the levels that a crossing may name, each with the field that chooses it. Those come last that it names and that
// are not there, as after a level got another name: nobody could see otherwise that they are meant.
func crossingChoices(in url.Values, at string, d study.Design) (all []view.Crossing) {
	prefix := at + "."
	for _, list := range []struct {
		title, field string
		names        []string
	}{
		{"Access methods", "methods[]", names(d.Methods, study.Access.Level)},
		{"Networks", "networks[]", names(d.Networks, func(n study.NamedNetwork) string { return n.Name })},
		{"Tasks", "tasks[]", names(d.Tasks, study.Task.Level)},
	} {
		x := view.Crossing{Title: list.title, Field: prefix + list.field}
		for _, name := range list.names {
			x.Levels = append(x.Levels, view.Choice{Value: name, Label: name})
		}
		for _, name := range in[x.Field] {
			if !slices.Contains(list.names, name) {
				x.Levels = append(x.Levels, view.Choice{Value: name, Label: name, Meaning: "is no level of the study"})
			}
		}
		all = append(all, x)
	}
	return all
}

// taskChoices are the tasks that a group may read another instruction of, one of which is chosen.
func taskChoices(d study.Design, chosen string) (all []view.Choice) {
	levels := names(d.Tasks, study.Task.Level)
	if d.Practice != nil {
		levels = append(levels, d.Practice.Level())
	}
	if !slices.Contains(levels, chosen) {
		all = append(all, view.Choice{Value: chosen, Label: cmp.Or(chosen, "choose…")})
	}
	for _, level := range levels {
		all = append(all, view.Choice{Value: level, Label: level})
	}
	return all
}

// names returns the names of levels.
func names[L any](levels []L, name func(L) string) (all []string) {
	for _, l := range levels {
		all = append(all, name(l))
	}
	return all
}

// listed returns a list of words as its field shows it: as it was typed, or the words parted by spaces.
func listed(in url.Values, path string) string {
	if typed := in.Get(path); typed != "" {
		return typed
	}
	return strings.Join(in[path+"[]"], " ")
}

// ruleRows returns the rows of the rules of the screening as they were typed.
func ruleRows(in url.Values) (all []view.RuleRow) {
	for i := range rows(in, "turn_away") {
		at := row("turn_away", i)
		all = append(all, view.RuleRow{Number: i + 1, At: at, Drop: dropRow + at, Is: listed(in, at+".is")})
	}
	return all
}

// visitRows returns the rows of the further visits as they were typed.
func visitRows(in url.Values) (all []view.LevelRow) {
	for i := range rows(in, "visits") {
		at := row("visits", i)
		all = append(all, view.LevelRow{Number: i + 2, At: at, Drop: dropRow + at})
	}
	return all
}

// splitLists returns the fields with each list of words that was typed into one field as the words.
func splitLists(in url.Values) url.Values {
	in = maps.Clone(in)
	var paths []string
	for i := range rows(in, "groups") {
		paths = append(paths, row("groups", i)+".codes", row("groups", i)+".answered.is")
	}
	for i := range rows(in, "turn_away") {
		paths = append(paths, row("turn_away", i)+".is")
	}
	for _, path := range paths {
		if in.Has(path) {
			in[path+"[]"] = strings.FieldsFunc(in.Get(path), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
			in.Del(path)
		}
	}
	return in
}

// spreadWords gives each level that is a plain word a row of fields, as the page has them.
func spreadWords(in url.Values) {
	for i := range rows(in, "factors") {
		levels := row("factors", i) + ".levels"
		for j, name := range in[levels+"[]"] {
			in.Set(row(levels, j)+".name", name)
		}
		in.Del(levels + "[]")
		for j := range 100 {
			if name := in.Get(row(levels, j)); name != "" {
				in.Del(row(levels, j))
				in.Set(row(levels, j)+".name", name)
			}
		}
	}
}
