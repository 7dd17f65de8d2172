package document

import (
	"vmstudy/study"
	"vmstudy/study/instrument"
)

type (
	design   = study.Design
	wording  = study.Wording
	language = study.Language
)

// said is a field that participants read and that nothing else depends on. It is a text, or a text for each language. The
// schema says so with x-wording.
func said[T any](name string, place func(*T) *wording, about string) field[T] {
	return fieldOf(name, place, wordingCodec, wording.Empty, about)
}

var wordingCodec = codec[wording]{
	write: func(w wording) node {
		if w.IsPlain() {
			return quote(w.In(""))
		}
		n := node{kind: object}
		for _, l := range w.Languages() {
			n.keys, n.values = append(n.keys, string(l)), append(n.values, quote(w[l]))
		}
		return n
	},
	read: func(r *reader, at string, n node, into *wording) {
		var s string
		if n.kind != object {
			text[string]().read(r, at, n, &s)
			*into = study.Plain(s)
			return
		}
		for i, key := range n.keys {
			v := n.values[i]
			switch at := inObject(at, key); {
			case !language(key).Valid():
				r.fault(at, v.line, "“%s” is no language: write a tag such as en, de or pt-BR", shortened(key))
			case v.kind != absent:
				s = ""
				text[string]().read(r, at, v, &s)
				*into = into.With(language(key), s)
			}
		}
	},
	schema: func() schema {
		return schema{"x-wording": true, "oneOf": []schema{
			{"type": "string"},
			{"type": "object", "propertyNames": schema{"pattern": instrument.LanguagePattern}, "additionalProperties": schema{"type": "string"}},
		}}
	},
}

// languagesField counts as wording: with another language, people read the same study in other words.
var languagesField = func() field[design] {
	tags := text[language]()
	tags.write = func(l language) node {
		if isWord(string(l)) {
			return plain(string(l))
		}
		return quote(string(l))
	}
	tags.schema = func() schema { return schema{"type": "string", "pattern": instrument.LanguagePattern} }
	f := all("languages", func(d *design) *[]language { return &d.Languages }, tags, 20,
		"The languages in which participants can read the study, as tags such as en or pt-BR. The first is the one it is written in. Without any, it is English.")
	list := f.schema
	f.schema = func() schema {
		s := list()
		s["x-wording"] = true
		return s
	}
	return f
}()
