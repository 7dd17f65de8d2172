package document

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/study"
)

// A Change is a field that two designs have different values of.
type Change struct {
	At            string // the path, in which an item of a list stands with its name: networks[3G].rtt_ms
	Before, After string // as in a study file; empty where the design has not the field
	Wording       bool   // a participant reads other words, and the study is the same
}

// Changes returns what is different in the second of two designs, in the order of a study file. An item of a list is the
// same if it has the same name, wherever it stands; the order of the items is a field of its own.
func Changes(before, after study.Design) (all []Change) {
	old, now := valuesOf(before), valuesOf(after)
	for _, v := range merged(old, now) {
		was, is := textAt(old, v.at), textAt(now, v.at)
		if was != is {
			all = append(all, Change{At: v.at, Before: was, After: is, Wording: v.wording})
		}
	}
	return all
}

// OnlyWording reports whether all changes are of the wording, as of two designs that do not differ. The licence of the data is
// as good as a wording: nobody who takes part meets it.
func OnlyWording(changes []Change) bool {
	return !slices.ContainsFunc(changes, func(c Change) bool { return !c.Wording && c.At != "license" })
}

// value is a field of a design, flat.
type value struct {
	at, text string
	wording  bool
}

func textAt(all []value, at string) string {
	if i := slices.IndexFunc(all, func(v value) bool { return v.at == at }); i >= 0 {
		return all[i].text
	}
	return ""
}

// merged returns the fields of both designs, those of each in their order.
func merged(old, now []value) []value {
	all := slices.Clone(old)
	at := 0 // behind the latest field that both have
	for _, v := range now {
		i := slices.IndexFunc(all, func(other value) bool { return other.at == v.at })
		if i < 0 {
			all, i = slices.Insert(all, at, v), at
		}
		at = i + 1
	}
	return all
}

func valuesOf(d study.Design) (all []value) {
	return flat(nil, "", fileCodec.write(file{Format: Format, Design: d}), fileCodec.schema())
}

// flat appends the values in n to all. s describes n.
func flat(all []value, at string, n node, s schema) []value {
	switch wording := s["x-wording"] == true; {
	case n.kind == object && wording:
		for i, l := range n.keys {
			all = append(all, value{inObject(at, l), n.values[i].text, true})
		}
	case n.kind == object:
		properties, _ := asObject(s)["properties"].(schema)
		for i, key := range n.keys {
			of, _ := properties[key].(schema)
			all = flat(all, inObject(at, key), n.values[i], of)
		}
	case n.kind == list && (isRow(n.items) || wording):
		all = append(all, value{at, strings.Join(texts(n.items), ", "), wording})
	case n.kind == list:
		items, _ := s["items"].(schema)
		names := namesIn(n.items)
		all = append(all, value{at: at, text: strings.Join(names, ", ")})
		for i, item := range n.items {
			all = flat(all, at+"["+names[i]+"]", item, items)
		}
	case n.kind == scalar:
		all = append(all, value{at, n.text, wording})
	}
	return all
}

// namesIn returns by what the items of a list are told apart: their first field, which is a name, an id or a time.
func namesIn(items []node) (names []string) {
	for _, item := range items {
		name := item.text
		if len(item.values) > 0 {
			name = item.values[0].text
		}
		for n := 2; slices.Contains(names, name); n++ { // two tasks of two appliances
			name = fmt.Sprintf("%s (%d)", strings.TrimSuffix(name, fmt.Sprintf(" (%d)", n-1)), n)
		}
		names = append(names, name)
	}
	return names
}

// asObject returns the description of a value that may be a word or an object, if it is an object.
func asObject(s schema) schema {
	either, _ := s["anyOf"].([]schema)
	for _, one := range either {
		if one["type"] == "object" {
			return one
		}
	}
	return s
}

func texts(items []node) (all []string) {
	for _, item := range items {
		all = append(all, item.text)
	}
	return all
}
