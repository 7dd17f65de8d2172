package study_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// bilingual is the good design with everything in English and German.
func bilingual() study.Design {
	d := demo()
	d.Languages = []study.Language{"en", "de"}
	d.Questionnaires = []instrument.Instrument{{ID: "one", Version: 1, Title: study.Plain("T"), Items: []instrument.Item{
		{ID: "one", Text: study.Plain("Q"), Kind: instrument.Scale, To: 3 * instrument.One, Low: study.Plain("no"), High: study.Plain("yes")},
	}}}
	d = d.Settled()
	for _, w := range d.Wordings() {
		if text := w.In("en"); text != "" {
			*w = w.With("de", text+" auf Deutsch")
		}
	}
	return d
}

func TestEveryTextIsThereInEveryLanguage(t *testing.T) {
	tests := map[string]struct {
		change func(*study.Design)
		want   []string // the places of the faults
	}{
		"all is there":             {func(*study.Design) {}, nil},
		"a title is missing":       {func(d *study.Design) { d.Title = study.Wording{"en": "T"} }, []string{"title.de"}},
		"the first is missing":     {func(d *study.Design) { d.Title = study.Wording{"de": "T"} }, []string{"title.en"}},
		"a text is blank":          {func(d *study.Design) { d.Consent = study.Wording{"en": "I agree.", "de": " \n"} }, []string{"consent.de"}},
		"a plain text":             {func(d *study.Design) { d.Consent = study.Plain("I agree.") }, []string{"consent.de"}},
		"no thanks at all":         {func(d *study.Design) { d.Thanks = nil }, nil},
		"an instruction":           {func(d *study.Design) { d.Tasks[1].Instruction = study.Wording{"en": "Do."} }, []string{"tasks[1].instruction.de"}},
		"the practice":             {func(d *study.Design) { d.Practice = &study.Task{ID: "p", Title: study.Wording{"de": "Üben"}} }, []string{"practice.title.en"}},
		"a label of a scale":       {func(d *study.Design) { d.Questionnaires[0].Items[0].High = study.Wording{"en": "yes"} }, []string{"questionnaires[0].items[0].high.de"}},
		"a language of no study":   {func(d *study.Design) { d.Title = d.Title.With("fr", "Deux") }, []string{"title.fr"}},
		"no such language":         {func(d *study.Design) { d.Languages = append(d.Languages, "klingon") }, []string{"languages[2]"}},
		"a language that is twice": {func(d *study.Design) { d.Languages = append(d.Languages, "de") }, []string{"languages[2]"}},
		"an endless translation":   {func(d *study.Design) { d.Title = d.Title.With("de", strings.Repeat("x", study.MaxTitle+1)) }, []string{"title.de"}},
		"a title of two lines":     {func(d *study.Design) { d.Title = d.Title.With("de", "Zwei\nZeilen") }, []string{"title.de"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d := bilingual()
			tc.change(&d)
			var got []string
			for _, f := range d.Faults() {
				if !strings.Contains(f.At, "klingon") {
					got = append(got, f.At)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheWritersOfAStudySeeItsNameInAnyCase(t *testing.T) {
	d := study.Design{Languages: []study.Language{"de", "en"}, Title: study.Wording{"en": "Two", "de": "Zwei"}}
	if d.Name() != "Zwei" {
		t.Errorf("the name is %q, want that in the first language", d.Name())
	}
	d.Title = study.Wording{"en": "Two"}
	if d.Name() != "Two" {
		t.Errorf("the name is %q, want the only one that there is", d.Name())
	}
}

func TestASettledDesignHasOneFormOfEachText(t *testing.T) {
	tests := map[string]struct {
		languages []study.Language
		title     study.Wording
		want      study.Wording
		spoken    []study.Language // that the settled design names
	}{
		"one language":                  {nil, study.Plain("T"), study.Plain("T"), nil},
		"English alone":                 {[]study.Language{"en"}, study.Wording{"en": "T"}, study.Plain("T"), nil},
		"German alone":                  {[]study.Language{"de"}, study.Wording{"de": "T"}, study.Plain("T"), []study.Language{"de"}},
		"German alone, two texts":       {[]study.Language{"de"}, study.Wording{"de": "T", "en": "U"}, study.Wording{"de": "T", "en": "U"}, []study.Language{"de"}},
		"German alone, in English":      {[]study.Language{"de"}, study.Wording{"en": "T"}, study.Wording{"en": "T"}, []study.Language{"de"}},
		"two languages":                 {[]study.Language{"de", "en"}, study.Wording{"de": "T", "en": "U"}, study.Wording{"de": "T", "en": "U"}, []study.Language{"de", "en"}},
		"two languages and a plain one": {[]study.Language{"de", "en"}, study.Plain("T"), study.Wording{"de": "T"}, []study.Language{"de", "en"}},
		"two languages and nothing":     {[]study.Language{"de", "en"}, nil, nil, []study.Language{"de", "en"}},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d := study.Design{Languages: tc.languages, Title: tc.title}.Settled()
			if diff := cmp.Diff(tc.want, d.Title); diff != "" || !slices.Equal(d.Languages, tc.spoken) {
				t.Errorf("languages %v, title (-want +got):\n%s", d.Languages, diff)
			}
			if diff := cmp.Diff(d, d.Settled()); diff != "" {
				t.Errorf("settled again it is another one:\n%s", diff)
			}
		})
	}
}

func TestADesignInOneLanguageIsAsIfItNeverHadOthers(t *testing.T) {
	d := bilingual()
	before := bilingual()
	want := before.Speaking("en")
	want.Languages = nil
	if faults := want.Faults(); len(faults) > 0 {
		t.Error(faults)
	}
	if title := d.Speaking("de").Questionnaires[0].Title; title.String() != "T auf Deutsch" || !title.IsPlain() {
		t.Errorf("in German it says %v", title)
	}
	if diff := cmp.Diff(before, d); diff != "" {
		t.Errorf("speaking has changed the design:\n%s", diff)
	}
}

func TestWhoLooksAfterAStudyReadsItsFirstLanguage(t *testing.T) {
	w := study.Wording{"de": "Schreiben", "en": "Write"}
	for languages, want := range map[string]string{"en de": "Write", "de en": "Schreiben", "fr en": "Schreiben", "": "Write"} {
		var d study.Design
		for _, l := range strings.Fields(languages) {
			d.Languages = append(d.Languages, study.Language(l))
		}
		if got := d.Reading(w); got != want {
			t.Errorf("in a study in %q: %q, want %q", languages, got, want)
		}
	}
}
