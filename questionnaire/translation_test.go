package questionnaire

import (
	"bytes"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

func TestEveryInstrumentIsThereInGerman(t *testing.T) {
	german := study.Design{Languages: []study.Language{"de"}}
	for _, in := range All() {
		for at, w := range in.Wordings() {
			both := *w
			words := wordsOf(translated()[edition{in.ID, in.Version}])[at]
			if !both.Empty() && (words["de"] == "" || words["en"] != both.String()) {
				t.Errorf("%s %d, %s: %v is not in German", in.ID, in.Version, at, words)
			}
		}
		d := german
		d.Closing = []string{in.ID}
		q, _ := Complete(d, study.Design{}).Questionnaire(in.ID)
		if !q.Title.IsPlain() || q.Version != in.Version || len(q.Measures) != len(in.Measures) {
			t.Errorf("a study in German asks %+v", q)
		}
	}
}

func TestATranslationIsTheSameInstrument(t *testing.T) {
	for _, in := range All() {
		de, ok := translation(in.ID, in.Version, "de")
		if !ok || de.Source == "" {
			t.Errorf("%s %d has no translation with a source", in.ID, in.Version)
			continue
		}
		bare := func(in instrument.Instrument) instrument.Instrument {
			in = in.Clone()
			in.Source, in.Measures = "", nil
			for _, w := range in.Wordings() {
				if !w.Empty() {
					*w = study.Plain("x")
				}
			}
			return in
		}
		if diff := cmp.Diff(bare(in), bare(de)); diff != "" {
			t.Errorf("%s in German is another instrument:\n%s", in.ID, diff)
		}
	}
}

func TestEveryTranslationIsOfAnInstrument(t *testing.T) {
	names, err := fs.Glob(translationFiles, "translations/*/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		data, err := translationFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		in, faults := document.ReadInstrument(data)
		if _, err := Find(in.ID, in.Version); err != nil || len(faults) > 0 || !bytes.Contains([]byte(name), []byte(file(in)[len("instruments"):])) {
			t.Errorf("%s is of no instrument: %v %v", name, err, faults)
		}
	}
}

func TestWordsFollowTheLanguagesOfAStudy(t *testing.T) {
	asks := func(languages ...study.Language) study.Design {
		return study.Design{Languages: languages, Closing: []string{"seq", "own"}}.Settled()
	}
	own := instrument.Instrument{ID: "own", Version: 1, Title: study.Plain("Mine"), Items: []instrument.Item{{ID: "a", Text: study.Plain("A"), Kind: instrument.Text, Limit: 9}}}
	english := asks()
	english.Questionnaires = []instrument.Instrument{own}
	english = Complete(asks(), english)
	title := func(d study.Design, id string) study.Wording {
		q, _ := d.Questionnaire(id)
		return q.Title
	}
	tests := map[string]struct {
		d        study.Design
		seq, own study.Wording
	}{
		"English":                   {english, study.Plain("The task"), study.Plain("Mine")},
		"German is added":           {Complete(asks("en", "de"), english), study.Wording{"en": "The task", "de": "Die Aufgabe"}, study.Wording{"en": "Mine"}},
		"German comes first":        {Complete(asks("de", "en"), english), study.Wording{"en": "The task", "de": "Die Aufgabe"}, study.Wording{"en": "Mine"}},
		"German in its place":       {Complete(asks("de"), english), study.Plain("Die Aufgabe"), study.Wording{"en": "Mine"}},
		"added and gone":            {Complete(asks(), Complete(asks("en", "de"), english)), study.Plain("The task"), study.Plain("Mine")},
		"there are no French words": {Complete(asks("en", "fr"), english), study.Wording{"en": "The task"}, study.Wording{"en": "Mine"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.seq, title(tc.d, "seq")) + cmp.Diff(tc.own, title(tc.d, "own")); diff != "" {
				t.Errorf("titles (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWordsOfTheLibraryThatNobodyAsksForAreGoneInAnyLanguage(t *testing.T) {
	d := Complete(study.Design{Languages: []study.Language{"en", "de"}, Closing: []string{"seq"}}, study.Design{})
	if len(d.Questionnaires) != 1 {
		t.Fatalf("the study asks %v", d.Questionnaires)
	}
	if d = Complete(study.Design{Languages: d.Languages}, d); len(d.Questionnaires) > 0 {
		t.Errorf("%v stay", d.Questionnaires)
	}
}

func TestADesignThatNamesItsInstrumentsSpeaksItsLanguages(t *testing.T) {
	for want, languages := range map[string][]study.Language{"The task": nil, "Die Aufgabe": {"de"}} {
		if in, err := Of(study.Design{Languages: languages}, "seq"); err != nil || in.Title.String() != want || !in.Title.IsPlain() {
			t.Errorf("in %v the title is %v, %v; want %q", languages, in.Title, err, want)
		}
	}
	in, err := Of(study.Design{Languages: []study.Language{"en", "de"}}, "seq")
	if diff := cmp.Diff(study.Wording{"en": "The task", "de": "Die Aufgabe"}, in.Title); err != nil || diff != "" {
		t.Errorf("%v, the title (-want +got):\n%s", err, diff)
	}
}
