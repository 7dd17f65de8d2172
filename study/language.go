package study

import (
	"iter"
	"slices"

	"vmstudy/study/instrument"
)

// Language is a BCP 47 tag such as de or pt-BR.
type Language = instrument.Language

// Wording is a text that participants read, in each of its languages.
type Wording = instrument.Wording

// English is the language of a study that names none.
const English = instrument.English

// Plain returns a text of a study that has one language.
func Plain(text string) Wording { return instrument.Plain(text) }

// maxLanguages is how many languages a study may have.
const maxLanguages = 20

// Spoken returns the languages in which participants can read the study: at least one, the one first in which it is written.
func (d Design) Spoken() []Language {
	if len(d.Languages) == 0 {
		return []Language{English}
	}
	return d.Languages
}

// Written returns the language in which the study is written.
func (d Design) Written() Language { return d.Spoken()[0] }

// Speaks reports whether participants can read the study in a language.
func (d Design) Speaks(l Language) bool { return slices.Contains(d.Spoken(), l) }

// Name returns the title for people who look after the study.
func (d Design) Name() string { return d.Reading(d.Title) }

// English returns a text in English; empty if it is in other languages only.
func (d Design) English(w Wording) string {
	if d.Written() != English {
		return w[English]
	}
	return w.In(English)
}

// Reading returns a text as people who look after the study read it: in its first language, or else in any that there is.
func (d Design) Reading(w Wording) string {
	if text := w.In(d.Written()); text != "" {
		return text
	}
	return w.String()
}

// Wordings returns every text of the design that participants may read, empty ones too, with its path as in a study file. What
// is changed through the pointers is changed in the design.
func (d *Design) Wordings() iter.Seq2[string, *Wording] {
	return func(yield func(string, *Wording) bool) {
		more := yield("title", &d.Title) && yield("consent", &d.Consent) && yield("turned_away", &d.TurnedAway) && yield("thanks", &d.Thanks)
		for i := range d.Tasks {
			more = more && d.Tasks[i].wordings(item("tasks", i), yield)
		}
		if d.Practice != nil {
			more = more && d.Practice.wordings("practice", yield)
		}
		for i := range d.Factors {
			for j := range d.Factors[i].Levels {
				more = more && yield(item("factors", i)+"."+item("levels", j)+".shown", &d.Factors[i].Levels[j].Shown)
			}
		}
		for i := range d.Groups {
			more = more && d.Groups[i].wordings(item("groups", i), yield)
		}
		for i := range d.Questionnaires {
			for at, w := range d.Questionnaires[i].Wordings() {
				more = more && yield(item("questionnaires", i)+"."+at, w)
				if !more {
					return
				}
			}
		}
	}
}

func (t *Task) wordings(at string, yield func(string, *Wording) bool) (more bool) {
	more = yield(at+".title", &t.Title) && yield(at+".instruction", &t.Instruction)
	for i := range t.Forms {
		at := at + "." + item("forms", i)
		more = more && yield(at+".title", &t.Forms[i].Title) && yield(at+".instruction", &t.Forms[i].Instruction)
	}
	return more
}

func (g *Group) wordings(at string, yield func(string, *Wording) bool) (more bool) {
	more = yield(at+".consent", &g.Consent) && yield(at+".thanks", &g.Thanks)
	for i := range g.Instructions {
		more = more && yield(at+"."+item("instructions", i)+".instruction", &g.Instructions[i].Instruction)
	}
	return more
}

// Speaking returns the design with all its texts in one language, as plain ones.
func (d Design) Speaking(l Language) Design {
	d = d.apart()
	for _, w := range d.Wordings() {
		*w = Plain(w.In(l))
	}
	return d
}

// apart returns a copy of d whose texts can be changed without changing those of d.
func (d Design) apart() Design {
	d.Tasks, d.Questionnaires = slices.Clone(d.Tasks), slices.Clone(d.Questionnaires)
	if d.Practice != nil {
		practice := *d.Practice
		d.Practice = &practice
	}
	for i := range d.Tasks {
		d.Tasks[i].Forms = slices.Clone(d.Tasks[i].Forms)
	}
	d.Factors, d.Groups = slices.Clone(d.Factors), slices.Clone(d.Groups)
	for i := range d.Factors {
		d.Factors[i].Levels = slices.Clone(d.Factors[i].Levels)
	}
	for i := range d.Groups {
		d.Groups[i].Instructions = slices.Clone(d.Groups[i].Instructions)
	}
	for i, q := range d.Questionnaires {
		d.Questionnaires[i] = q.Clone()
	}
	return d
}

// Settled returns the design with each text in the one form that suits its languages. In a study of one language texts are
// plain; in one of several, a plain text is in the first language. A study in nothing but English names no language. So
// designs that are the same study are equal.
func (d Design) Settled() Design {
	d = d.apart()
	if slices.Equal(d.Languages, []Language{English}) {
		d.Languages = nil
	}
	for _, w := range d.Wordings() {
		text := w.In(d.Written())
		switch _, translated := (*w)[d.Written()]; {
		case len(d.Languages) < 2 && translated && len(*w) == 1:
			*w = Plain(text)
		case len(d.Languages) >= 2 && w.IsPlain():
			*w = Wording(nil).With(d.Written(), text)
		}
	}
	return d
}

// at is the path of a text in a language.
func (d Design) at(path string, l Language) string {
	if l == "" {
		return path
	}
	return path + "." + string(l)
}

// checkLanguages checks that each text is there in each language of the study, and in no other.
func (d Design) checkLanguages(f faults) {
	f.unless(len(d.Languages) <= maxLanguages, "languages", "%d languages are more than %d", len(d.Languages), maxLanguages)
	for i, l := range d.Languages {
		f.unless(l.Valid(), item("languages", i), "%q is no language: write a tag such as en, de or pt-BR", l)
		f.unless(!slices.Contains(d.Languages[:i], l), item("languages", i), "the language %s is there twice", l)
	}
	for _, m := range d.Missing() {
		f.unless(false, d.at(m.At, m.Language), "this text is missing in the language %s", m.Language)
	}
	for at, w := range d.Wordings() {
		for _, l := range w.Languages() {
			f.unless(l == "" || d.Speaks(l), d.at(at, l), "the study has no language %s: add the language, or remove this text", l)
		}
	}
}

// Missing is a text that there is in one language of a study and not in another.
type Missing struct {
	At       string // the path of the text, without the language
	Language Language
}

// Missing returns the texts that are not there in each language of the study, in the order of a study file. A text that
// there is in no language is none of them.
func (d Design) Missing() (all []Missing) {
	for at, w := range d.Wordings() {
		for _, l := range d.Spoken() {
			plain := w.IsPlain() && (l == d.Written() || len(d.Spoken()) == 1)
			if !w.Empty() && !plain && (w.IsPlain() || w.Blank(l)) {
				all = append(all, Missing{at, l})
			}
		}
	}
	return all
}
