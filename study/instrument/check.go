package instrument

import (
	"strings"
	"unicode/utf8"
)

// Limits of an instrument. They are far beyond what a person can be asked, and keep what a stranger sends from costing much.
const (
	MaxQuestions = 200
	MaxOptions   = 100
	MaxMeasures  = 100
	MaxWording   = 5000 // characters of one text
	MaxLimit     = 10_000
	maxTicks     = 101
	maxPoints    = 11
	maxSteps     = 10_000 // of an Analogue
)

// Check returns all that is wrong with the instrument, at most 100 faults, in the order of its parts.
func (in Instrument) Check() []Fault {
	c := &checker{}
	if !isName(in.ID) {
		c.fault("id", "%q is no name: write lower-case letters, digits and underscores, with a letter first, at most 40", shortened(in.ID))
	}
	if in.Version < 1 {
		c.fault("version", "versions count from 1")
	}
	c.wording("title", in.Title, true)
	c.wording("intro", in.Intro, false)
	c.wording("source", Plain(in.Source), false)
	if !c.amounts(in) {
		return c.faults
	}
	c.names(in)
	earlier := map[string]Item{}
	for i, it := range in.Items {
		at := inList("items", i)
		c.item(at, it)
		c.shownIf(at, it, earlier, in.Shuffled)
		for _, q := range it.questions() {
			earlier[q.ID] = q
		}
	}
	c.measures(in)
	return c.faults
}

// amounts reports whether the instrument is small enough to be looked at.
func (c *checker) amounts(in Instrument) bool {
	questions := len(in.Items)
	for i, it := range in.Items {
		if i == MaxQuestions {
			break
		}
		questions += max(len(it.Rows)-1, 0)
		for _, list := range []struct {
			name string
			n    int
			most int
		}{{"options", len(it.Options), MaxOptions}, {"rows", len(it.Rows), MaxQuestions}, {"shown_if", len(it.ShownIf), maxWhens}} {
			if list.n > list.most {
				c.fault(inList("items", i)+"."+list.name, "%d are too many: at most %d are possible", list.n, list.most)
				return false
			}
		}
	}
	switch {
	case questions == 0:
		c.fault("items", "at least one item is needed")
	case questions > MaxQuestions:
		c.fault("items", "%d questions are too many: at most %d are possible", questions, MaxQuestions)
	case len(in.Measures) > MaxMeasures:
		c.fault("measures", "%d are too many: at most %d are possible", len(in.Measures), MaxMeasures)
	}
	return questions > 0 && questions <= MaxQuestions && len(in.Measures) <= MaxMeasures
}

// names checks that all names of questions are names, and differ.
func (c *checker) names(in Instrument) {
	seen := map[string]bool{}
	name := func(at, id string) {
		switch {
		case !isName(id):
			c.fault(at, "%q is no name: write lower-case letters, digits and underscores, with a letter first, at most 40", shortened(id))
		case seen[id]:
			c.fault(at, "another question has the name %q already", id)
		}
		seen[id] = true
	}
	for i, it := range in.Items {
		name(inList("items", i)+".id", it.ID)
		for j, r := range it.Rows {
			name(inList(inList("items", i)+".rows", j)+".id", r.ID)
		}
	}
}

// wording checks a text that people read, in each of its languages. Which languages it should have is the study's matter.
func (c *checker) wording(at string, w Wording, needed bool) {
	if needed && w.Empty() {
		c.fault(at, "a text is needed here")
	}
	for _, l := range w.Languages() {
		at := at
		if l != "" {
			at += "." + string(l)
		}
		switch n := utf8.RuneCountInString(w[l]); {
		case l != "" && !l.Valid():
			c.fault(at, "%q is no language: write a tag such as en, de or pt-BR", shortened(string(l)))
		case needed && w.Blank(l):
			c.fault(at, "a text is needed here")
		case n > MaxWording:
			c.fault(at, "%d characters are too many: at most %d are possible", n, MaxWording)
		case !storable(w[l]):
			c.fault(at, "some of these characters cannot be stored: use plain text")
		}
	}
}

// storable reports whether a database can store s: valid UTF-8 without NUL.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }
