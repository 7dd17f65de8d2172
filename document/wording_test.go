package document_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/document"
	"vmstudy/study"
)

// translated is the example in two languages.
func translated() study.Design {
	d := example()
	d.Languages = []study.Language{"en", "de"}
	d = d.Settled()
	for _, w := range d.Wordings() {
		if text := w.In("en"); text != "" {
			*w = w.With("de", "„"+text+"“ auf Deutsch")
		}
	}
	return d
}

func TestATextIsAStringOrATextForEachLanguage(t *testing.T) {
	const rest = "appliance: demo\nmethods: [local]\ntasks: [{id: type}]\norder: fixed\nlimit_s: 60\n"
	tests := map[string]struct {
		text   string
		want   study.Wording
		faults string // the place of the fault
	}{
		"a string":                         {"title: Two ways", study.Plain("Two ways"), ""},
		"a text in each language":          {"languages: [en, de]\ntitle: {en: Two ways, de: Zwei Wege}", study.Wording{"en": "Two ways", "de": "Zwei Wege"}, ""},
		"a string is in the first":         {"languages: [de, en]\ntitle: Zwei Wege", study.Wording{"de": "Zwei Wege"}, ""},
		"a text in the only language":      {"languages: [de]\ntitle: {de: Zwei Wege}", study.Plain("Zwei Wege"), ""},
		"an empty text is none":            {"languages: [en, de]\ntitle: {en: Two ways, de: ''}", study.Wording{"en": "Two ways"}, ""},
		"a text that is not there":         {"languages: [en, de]\ntitle: {en: Two ways, de: }", study.Wording{"en": "Two ways"}, ""},
		"Norwegian":                        {"languages: ['no', en]\ntitle: {no: To veier, en: Two ways}", study.Wording{"no": "To veier", "en": "Two ways"}, ""},
		"a language that is none":          {"languages: [en, de]\ntitle: {en: Two ways, German: Zwei Wege}", nil, "title.German"},
		"a list":                           {"title: [Two ways]", nil, "title"},
		"texts inside the text of another": {"languages: [en, de]\ntitle: {en: Two ways, de: {de: Zwei Wege}}", nil, "title.de"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, faults := document.Read([]byte("format: 3\n" + tc.text + "\n" + rest))
			if tc.faults == "" && len(faults) > 0 || tc.faults != "" && (len(faults) != 1 || faults[0].At != tc.faults) {
				t.Fatalf("faults %v, want one at %q", faults, tc.faults)
			}
			if diff := cmp.Diff(tc.want, d.Title); diff != "" {
				t.Errorf("title (-want +got):\n%s", diff)
			}
			if again := read(t, document.Write(d)); tc.faults == "" && document.Hash(again) != document.Hash(d) {
				t.Errorf("read again, it has another hash:\n%s", document.Write(d))
			}
		})
	}
}

func TestATranslationIsOnlyWording(t *testing.T) {
	if changes := document.Changes(example(), translated()); len(changes) == 0 || !document.OnlyWording(changes) {
		t.Errorf("%v should be changes of the wording", changes)
	}
	other := translated()
	other.Languages = []study.Language{"en", "zh-Hant"}
	if changes := document.Changes(translated(), other); len(changes) != 1 || !document.OnlyWording(changes) {
		t.Errorf("%v should be one change of the wording", changes)
	}
}

func TestAMissingTranslationIsToldWithItsLine(t *testing.T) {
	d := translated()
	d.InARow, d.Crossover = 0, study.Crossover{} // which need a random order
	d.Consent = study.Wording{"en": "I agree."}
	text := document.Write(d)
	_, faults := document.Check([]byte(text))
	if len(faults) != 1 || faults[0].At != "consent.de" || !strings.Contains(faults[0].Say, "de") {
		t.Fatalf("%v, want that the consent is missing in German", faults)
	}
	if line := strings.Split(text, "\n")[faults[0].Line-1]; !strings.Contains(line, "en: \"I agree.\"") {
		t.Errorf("the fault is told of line %d, %q", faults[0].Line, line)
	}
}

func TestAFieldOfAFormIsOneOfATextThatParticipantsRead(t *testing.T) {
	for name, want := range map[string]string{
		"title": "title ", "consent.de": "consent de", "factors[0].levels[12].shown": "factors[0].levels[12].shown ",
		"factors[0].levels[12].shown.pt-BR": "factors[0].levels[12].shown pt-BR", "tasks[1].forms[0].title.de": "tasks[1].forms[0].title de",
		"groups[3].instructions[0].instruction": "groups[3].instructions[0].instruction ",
		"groups[3].title":                       "", "factors[0].levels[1].told": "", "languages[]": "", "networks[0].name": "", "nothing.title": "",
	} {
		path, in, ok := document.Text(name)
		if got := path + " " + string(in); ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v, want %q", name, got, ok, want)
		}
	}
}
