package instrument

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Language is a BCP 47 tag in its usual case: a language with perhaps a script and a region, such as de, zh-Hans or pt-BR.
type Language string

// English is the language of what says of no language that it is in it.
const English Language = "en"

// LanguagePattern is what well-formed languages match.
const LanguagePattern = `^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$`

var languageTag = regexp.MustCompile(LanguagePattern)

// Valid reports whether l is well formed. Whether anybody speaks it is not looked at.
func (l Language) Valid() bool { return languageTag.MatchString(string(l)) }

// A Wording is a text that participants read, in each of its languages. A text that is not translated has one value, for
// the language "": see Plain. No value is empty, and the nil Wording is no text.
type Wording map[Language]string

// Plain returns a text that is not translated: it reads the same in every language.
func Plain(text string) Wording {
	if text == "" {
		return nil
	}
	return Wording{"": text}
}

// IsPlain reports whether w is not translated. No text is not translated either.
func (w Wording) IsPlain() bool { return len(w) == 0 || len(w) == 1 && w[""] != "" }

// In returns the text in a language. It is empty if w is translated, but not into this language.
func (w Wording) In(l Language) string {
	if text, ok := w[l]; ok {
		return text
	}
	return w[""]
}

// String returns the text of a Wording of one language. Of several it returns the first by tag: for what is not shown to
// participants, and has no language.
func (w Wording) String() string {
	for _, l := range w.Languages() {
		return w[l]
	}
	return ""
}

// Languages returns the languages that w has, by tag.
func (w Wording) Languages() []Language { return slices.Sorted(maps.Keys(w)) }

// Empty reports whether there is no text.
func (w Wording) Empty() bool { return len(w) == 0 }

// Blank reports whether nothing can be seen of w in a language.
func (w Wording) Blank(l Language) bool { return strings.TrimSpace(w.In(l)) == "" }

// With returns w with a text for a language, or without the language if the text is empty.
func (w Wording) With(l Language, text string) Wording {
	w = maps.Clone(w)
	if w == nil {
		w = Wording{}
	}
	if w[l] = text; text == "" {
		delete(w, l)
	}
	if len(w) == 0 {
		return nil
	}
	return w
}

// UnmarshalText makes the text of a file a plain Wording.
func (w *Wording) UnmarshalText(text []byte) error {
	*w = Plain(string(text))
	return nil
}

// MarshalYAML writes w as the recipes of appliances have it: a text, or a text for each language.
func (w Wording) MarshalYAML() (any, error) {
	if w.IsPlain() {
		return w[""], nil
	}
	return map[Language]string(w), nil
}

// between returns low and high with a dash between them, in each language that either has.
func between(low, high Wording) Wording {
	w := Wording{}
	for _, l := range slices.Concat(low.Languages(), high.Languages()) {
		if l != "" || low.IsPlain() && high.IsPlain() {
			w[l] = low.In(l) + " – " + high.In(l)
		}
	}
	return w
}
