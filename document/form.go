package document

import (
	"cmp"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vmstudy/study"
)

// The fields of a form have the paths of their values as names: title, networks[0].rtt_ms. A list of words, such as
// methods, has a field methods[] for each. A field that is left empty, and an item of which all fields are, are not there.

// WriteForm returns d as the fields of a form.
func WriteForm(d study.Design) url.Values {
	in := url.Values{}
	for _, f := range designFields {
		if n := f.write(d); n.kind != absent {
			flatten(in, f.name, n)
		}
	}
	return in
}

// ReadForm reads a design from the fields of a form. Fields that a design has not are passed over. What cannot be read
// stays zero, and has a fault.
func ReadForm(in url.Values) (study.Design, []Fault) {
	r := &reader{format: Format}
	var d study.Design
	readFields(r, "", treeOf(in).node(), &d, designFields)
	return d.Settled(), r.sorted()
}

// Tidy returns the fields of a form as ReadForm sees them: items that are empty are gone, and the others are numbered
// without gaps. Fields that a design has not stay as they are.
func Tidy(in url.Values) url.Values {
	tidy := url.Values{}
	for name, values := range in {
		if !ofDesign(name) {
			tidy[name] = values
		}
	}
	flatten(tidy, "", treeOf(in).node())
	return tidy
}

// ofDesign reports whether a field of a form is one of a design, or of a part of it.
func ofDesign(name string) bool {
	first, _, _ := strings.Cut(name, ".")
	first, _, _ = strings.Cut(first, "[")
	return slices.ContainsFunc(designFields, func(f field[design]) bool { return f.name == first })
}

// Text says of which text a field of a form is: one that participants read, in a language, or in none if the field names none.
// ok is false if the field is of something else.
func Text(name string) (path string, in study.Language, ok bool) {
	if wordings[unnumbered(name)] {
		return name, "", true
	}
	dot := strings.LastIndex(name, ".")
	if dot < 0 || !wordings[unnumbered(name[:dot])] {
		return "", "", false
	}
	return name[:dot], study.Language(name[dot+1:]), true
}

// wordings has the paths of all texts that participants read, with the numbers of items left out: factors[].levels[].shown.
var wordings = func() map[string]bool {
	all := map[string]bool{}
	var walk func(at string, s schema)
	walk = func(at string, s schema) {
		s = asObject(s)
		if s["x-wording"] == true && s["oneOf"] != nil {
			all[at] = true
			return
		}
		if items, is := s["items"].(schema); is {
			walk(at+"[]", items)
		}
		properties, _ := s["properties"].(schema)
		for name, of := range properties {
			walk(inObject(at, name), of.(schema))
		}
	}
	walk("", fileCodec.schema())
	return all
}()

var itemNumber = regexp.MustCompile(`\[\d+\]`)

func unnumbered(path string) string { return itemNumber.ReplaceAllString(path, "[]") }

func flatten(in url.Values, at string, n node) {
	for i, key := range n.keys {
		flatten(in, inObject(at, key), n.values[i])
	}
	onlyWords := !slices.ContainsFunc(n.items, func(item node) bool { return item.kind != scalar })
	for i, item := range n.items {
		if onlyWords {
			in.Add(at+"[]", item.text)
		} else {
			flatten(in, inList(at, i), item)
		}
	}
	if n.kind == scalar {
		in.Set(at, n.text)
	}
}

// branch is a value that a form's fields make up.
type branch struct {
	text   string
	words  []string           // of a list of words
	items  map[int]*branch    // of a list of objects, by the numbers that the form gives them
	fields map[string]*branch // of an object
}

func treeOf(in url.Values) *branch {
	root := &branch{}
	for _, name := range slices.Sorted(maps.Keys(in)) {
		if ofDesign(name) && strings.Count(name, ".") < maxDepth {
			root.put(name, in[name])
		}
	}
	return root
}

// put puts the values of the field with this path into b. A path that cannot be is passed over.
func (b *branch) put(path string, values []string) {
	step, rest, further := strings.Cut(path, ".")
	name, number, listed := strings.Cut(strings.TrimSuffix(step, "]"), "[")
	next := b.field(name)
	switch i, err := strconv.Atoi(number); {
	case listed && number == "" && !further:
		next.words = append(next.words, slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })...)
		return
	case listed && (err != nil || i < 0):
		return
	case listed:
		next = next.item(i)
	}
	if further {
		next.put(rest, values)
	} else {
		next.text = values[0]
	}
}

func (b *branch) field(name string) *branch {
	if b.fields == nil {
		b.fields = map[string]*branch{}
	}
	if b.fields[name] == nil {
		b.fields[name] = &branch{}
	}
	return b.fields[name]
}

func (b *branch) item(i int) *branch {
	if b.items == nil {
		b.items = map[int]*branch{}
	}
	if b.items[i] == nil {
		b.items[i] = &branch{}
	}
	return b.items[i]
}

// node returns the value; the zero node if it is empty.
func (b *branch) node() node {
	var n node
	for _, word := range b.words {
		n.kind, n.items = list, append(n.items, plain(word))
	}
	for _, i := range slices.SortedFunc(maps.Keys(b.items), cmp.Compare) {
		if item := b.items[i].node(); item.kind != absent {
			n.kind, n.items = list, append(n.items, item)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.fields)) {
		if v := b.fields[name].node(); v.kind != absent {
			n.kind, n.keys, n.values = object, append(n.keys, name), append(n.values, v)
		}
	}
	if n.kind == absent && b.text != "" {
		return plain(b.text)
	}
	return n
}
