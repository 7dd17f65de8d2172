package lab

import (
	"maps"
	"net/url"
	"strings"
	"unicode"

	"vmstudy/study"
	"vmstudy/web/view"
)

// factorRows returns the rows of the study's own factors as they were typed.
func factorRows(in url.Values) (all []view.FactorRow) {
	for i := range rows(in, "factors") {
		at := row("factors", i)
		levels := at + ".levels"
		x := view.FactorRow{Number: i + 1, At: at, Drop: dropRow + at, AddLevel: addRow + levels}
		for j := range max(1, rows(in, levels)) {
			x.Levels = append(x.Levels, view.LevelRow{Number: j + 1, At: row(levels, j), Drop: dropRow + row(levels, j)})
		}
		all = append(all, x)
	}
	return all
}

// groupRows returns the rows of the groups as they were typed.
func groupRows(in url.Values, appliances []Appliance) (all []view.GroupRow) {
	if rows(in, "groups") == 0 {
		return nil
	}
	d, _ := readDesign(in, appliances, study.Design{})
	var methods, networks, tasks []view.Choice
	for _, a := range d.Methods {
		methods = append(methods, view.Choice{Value: a.Level(), Label: "Method " + a.Level()})
	}
	for _, n := range d.Networks {
		networks = append(networks, view.Choice{Value: n.Name, Label: "Network " + n.Name})
	}
	for _, t := range d.Tasks {
		tasks = append(tasks, view.Choice{Value: t.Level(), Label: "Task " + t.Level()})
	}
	for i := range rows(in, "groups") {
		at := row("groups", i)
		all = append(all, view.GroupRow{
			Number: i + 1, At: at, Drop: dropRow + at, Methods: methods, Networks: networks, Tasks: tasks,
			Codes: listed(in, at+".codes"), Is: listed(in, at+".answered.is"),
		})
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

// splitLists returns the fields with each list of words that was typed into one field as the words.
func splitLists(in url.Values) url.Values {
	in = maps.Clone(in)
	for i := range rows(in, "groups") {
		for _, path := range []string{row("groups", i) + ".codes", row("groups", i) + ".answered.is"} {
			if in.Has(path) {
				in[path+"[]"] = strings.FieldsFunc(in.Get(path), func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
				in.Del(path)
			}
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
