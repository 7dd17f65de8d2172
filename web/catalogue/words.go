package catalogue

import (
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message/catalog"

	"vmstudy/study"
)

//go:embed words/*.yaml
var files embed.FS

// Languages returns the languages in which the program itself speaks to participants.
func Languages() []study.Language { return []study.Language{study.English, "de"} }

// The languages of tests.
const (
	Pseudo    study.Language = "qps"
	PseudoRTL study.Language = "qps-Arab"
)

// Speaks reports whether there are words of a language, in any of its regions.
func Speaks(l study.Language) bool {
	base, _ := language.Make(string(l)).Base()
	return slices.Contains([]string{"en", "de", "qps"}, base.String())
}

// A form is a text, or a text for each plural category (CLDR) of its first value.
type form struct {
	text   string
	plural map[string]string
}

// UnmarshalYAML reads a text, or a text for each category.
func (f *form) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		return n.Decode(&f.text)
	}
	return n.Decode(&f.plural)
}

// formsOf returns the texts of a language, by their keys.
func formsOf(l study.Language) map[string]form {
	data, err := files.ReadFile("words/" + string(l) + ".yaml")
	if err != nil {
		panic(err) // the files are part of the program
	}
	all := map[string]form{}
	if err := yaml.Unmarshal(data, &all); err != nil {
		panic(fmt.Sprintf("words of %s: %v", l, err)) // a test reads them all
	}
	return all
}

// english returns every text in English. What does not depend on a number is its own key.
func english() map[string]form {
	all := formsOf(study.English)
	for key := range formsOf("de") {
		if _, has := all[key]; !has {
			all[key] = form{text: key}
		}
	}
	return all
}

// texts has every text in every language.
var texts = sync.OnceValue(func() *catalog.Builder {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	add(b, study.English, english())
	add(b, "de", formsOf("de"))
	add(b, Pseudo, pseudo(english()))
	add(b, PseudoRTL, pseudo(english()))
	return b
})

func add(b *catalog.Builder, l study.Language, all map[string]form) {
	tag := language.Make(string(l))
	for key, f := range all {
		messages := []catalog.Message{catalog.String(f.text)}
		if f.plural != nil {
			var cases []any
			for _, category := range slices.Sorted(maps.Keys(f.plural)) { // few, many, one, other, two, zero
				if category != "other" {
					cases = append(cases, category, f.plural[category])
				}
			}
			messages[0] = plural.Selectf(1, "", append(cases, "other", f.plural["other"])...)
		}
		if err := b.Set(tag, key, messages...); err != nil {
			panic(fmt.Sprintf("%s in %s: %v", key, l, err))
		}
	}
}

// pseudo returns texts in letters with accents.
func pseudo(all map[string]form) map[string]form {
	accented := map[string]form{}
	for key, f := range all {
		g := form{text: accent(f.text)}
		if f.plural != nil {
			g.plural = map[string]string{"other": accent(f.plural["other"])}
		}
		accented[key] = g
	}
	return accented
}

const (
	plainLetters    = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	accentedLetters = "àƀćďéƒĝĥîĵķĺɱñôƥɋŕśţûṽŵẋýžÀɃĆĎÉƑĜĤÎĴĶĹṀÑÔƤɊŔŚŢÛṼŴẊÝŽ"
)

// accent puts accents on the letters of a text, and leaves the places of values alone: %d, %[2]s.
func accent(text string) string {
	var b strings.Builder
	accented := []rune(accentedLetters)
	place := false
	for _, r := range text {
		i := strings.IndexRune(plainLetters, r)
		switch {
		case r == '%':
			place = !place
		case place && i >= 0:
			place = false
		case i >= 0:
			r = accented[i]
		}
		b.WriteRune(r)
	}
	return b.String()
}
