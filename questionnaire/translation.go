package questionnaire

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"sync"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// Translations of instruments are files of their own, translations/LANGUAGE/ID-VERSION.yaml, so that a version that has been
// published stays as it is. Each is the instrument again with its texts in the language, and without the measures. Its
// source says who translated it.
//
//go:embed translations/*/*.yaml
var translationFiles embed.FS

// original is the language of the instruments themselves.
const original = study.English

// Languages returns the languages in which the newest version of every instrument can be asked.
func Languages() []study.Language {
	entries, err := translationFiles.ReadDir("translations")
	if err != nil {
		panic(err) // the files are part of the program
	}
	all := []study.Language{original}
	for _, e := range entries {
		all = append(all, study.Language(e.Name()))
	}
	return all
}

// edition names one version of an instrument.
type edition struct {
	id      string
	version int
}

// translated has the instruments with their texts in every language that there is. It panics on a faulty file, as library
// does.
var translated = sync.OnceValue(func() map[edition]instrument.Instrument {
	all := map[edition]instrument.Instrument{}
	for _, in := range library() {
		both := in.Clone()
		for _, w := range both.Wordings() {
			*w = study.Wording(nil).With(original, w.String())
		}
		for _, l := range Languages()[1:] {
			if in, ok := translation(in.ID, in.Version, l); ok {
				addWords(&both, in, l)
			}
		}
		all[edition{in.ID, in.Version}] = both
	}
	return all
})

// translation reads an instrument in a language, if there is a translation.
func translation(id string, version int, l study.Language) (instrument.Instrument, bool) {
	name := path.Join("translations", string(l), fmt.Sprintf("%s-%d.yaml", id, version))
	data, err := translationFiles.ReadFile(name)
	if err != nil {
		return instrument.Instrument{}, false
	}
	in, faults := document.ReadInstrument(data)
	if len(faults) > 0 {
		panic(fmt.Sprintf("%s: %v", name, faults))
	}
	return in, true
}

// addWords adds the texts of in, which is the same instrument in the language l.
func addWords(to *instrument.Instrument, in instrument.Instrument, l study.Language) {
	words := wordsOf(in)
	for at, w := range to.Wordings() {
		*w = w.With(l, words[at].String())
	}
}

// wordsOf returns the texts of an instrument by their paths.
func wordsOf(in instrument.Instrument) map[string]study.Wording {
	words := map[string]study.Wording{}
	for at, w := range in.Wordings() {
		words[at] = *w
	}
	return words
}

// spoken returns an instrument with its texts in the languages of a study, as far as the library has them. A text that is not
// the library's stays as it is. written is the language of plain texts. A language that the study has no longer goes, unless
// its text is somebody's own, or the only one.
func spoken(in instrument.Instrument, written study.Language, languages []study.Language) instrument.Instrument {
	in = in.Clone()
	words := wordsOf(translated()[edition{in.ID, in.Version}])
	for at, w := range in.Wordings() {
		if w.Empty() {
			continue
		}
		now, ours := *w, words[at]
		if now.IsPlain() {
			now = study.Wording{written: w.String()}
		}
		same := func(l study.Language) bool { return ours[l] != "" && now[l] == ours[l] }
		if slices.ContainsFunc(now.Languages(), same) {
			for _, l := range languages {
				if now[l] == "" {
					now = now.With(l, ours[l])
				}
			}
		}
		any := slices.ContainsFunc(languages, func(l study.Language) bool { return now[l] != "" })
		for _, l := range now.Languages() {
			if any && same(l) && !slices.Contains(languages, l) {
				now = now.With(l, "")
			}
		}
		*w = now
	}
	return in
}
