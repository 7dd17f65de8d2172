package catalogue

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study"
)

// said matches where a text is said, in the languages of our files: its key is a literal.
var said = map[string]*regexp.Regexp{
	".templ": regexp.MustCompile(`\bsay\(ctx, ("(?:[^"\\]|\\.)*")`),
	".go":    regexp.MustCompile(`(?:\bcatalogue\.Say\([^"\n]*?, |\b(?:t|say)\.Say\(|\bsay\(ctx, )("(?:[^"\\]|\\.)*")`),
	".js":    regexp.MustCompile(`(?:^|[^\w.])say\(("(?:[^"\\]|\\.)*")`),
}

// keysIn returns the keys that are said in files with an ending, below a directory.
func keysIn(t *testing.T, dir, ending string) map[string]string {
	t.Helper()
	keys := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ending) || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, m := range said[ending].FindAllStringSubmatch(string(text), -1) {
			key, err := strconv.Unquote(m[1])
			if err != nil {
				t.Errorf("%s: %s: %v", path, m[1], err)
			}
			keys[key] = path
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestEveryTextThatIsSaidIsThereInGerman(t *testing.T) {
	german := formsOf("de")
	n := 0
	for _, ending := range slices.Sorted(maps.Keys(said)) {
		for key, path := range keysIn(t, "..", ending) {
			n++
			if f := german[key]; f.text == "" && f.plural["other"] == "" && strings.Trim(key, "%s") != "" {
				t.Errorf("%s says %q, which is not in words/de.yaml", path, key)
			}
		}
	}
	if n < 120 {
		t.Errorf("%d texts were found, want all", n)
	}
}

func TestTheScriptsSayWhatTheyAreHanded(t *testing.T) {
	keys := keysIn(t, "../static", ".js")
	if diff := cmp.Diff(slices.Sorted(maps.Keys(keys)), slices.Sorted(slices.Values(scriptTexts))); diff != "" {
		t.Errorf("scriptTexts (-said +handed):\n%s", diff)
	}
}

// verbs are the places of values in a text, by their order.
func verbs(text string) []string {
	return regexp.MustCompile(`%(\[\d\])?[a-z%]`).FindAllString(text, -1)
}

func TestATranslationHasThePlacesOfItsText(t *testing.T) {
	for key, f := range formsOf("de") {
		forms := []string{f.text}
		if f.plural != nil {
			forms = slices.Collect(maps.Values(f.plural))
		}
		for _, text := range forms {
			once := key == "%d questions still need an answer. They are marked below, and nothing that you chose is lost." && text != f.plural["other"] // says "one"
			if diff := cmp.Diff(verbs(key), verbs(text)); diff != "" && !once {
				t.Errorf("%q and %q have other places:\n%s", key, text, diff)
			}
		}
	}
}

func TestNumbersDecideTheForm(t *testing.T) {
	tests := map[string]struct {
		l    study.Language
		say  func(Tongue) string
		want string
	}{
		"one minute":             {"en", func(t Tongue) string { return t.Takes(time.Minute) }, "1 minute"},
		"two minutes":            {"en", func(t Tongue) string { return t.Takes(2 * time.Minute) }, "2 minutes"},
		"eine Minute":            {"de", func(t Tongue) string { return t.Takes(time.Minute) }, "1 Minute"},
		"anderthalb Stunden":     {"de", func(t Tongue) string { return t.Takes(90 * time.Minute) }, "1 Stunde 30 Minuten"},
		"ein deutsches Datum":    {"de", func(t Tongue) string { return t.Day(time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)) }, "Samstag, 14. März 2026"},
		"an English date":        {"en", func(t Tongue) string { return t.Day(time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)) }, "Saturday, 14 March 2026"},
		"a date in Austria":      {"de-AT", func(t Tongue) string { return t.Say("Monday") }, "Montag"},
		"a large number":         {"de", func(t Tongue) string { return t.Say("Choose %d.", 1234) }, "Wählen Sie 1.234."},
		"a language without any": {"fr", func(t Tongue) string { return t.Say("Monday") + t.Takes(time.Minute) }, "Monday1 minute"},
		"the pseudo-language":    {Pseudo, func(t Tongue) string { return t.Say("Task %d of %d", 3, 12) }, "Ţàśķ 3 ôƒ 12"},
		"the tongue of nobody":   {"", func(Tongue) string { return Tongue{}.Say("%d minutes", 1) }, "1 minute"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tc.say(In(tc.l)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestALanguageHasItsDirectionAndName(t *testing.T) {
	for l, want := range map[study.Language][2]string{
		"de": {"ltr", "Deutsch"}, "en": {"ltr", "English"}, "ar": {"rtl", "العربية"}, "he": {"rtl", "עברית"}, "pt-BR": {"ltr", "português"}, PseudoRTL: {"rtl", ""}, "az-Arab": {"rtl", ""},
	} {
		if got := Direction(l); got != want[0] {
			t.Errorf("%s runs %s, want %s", l, got, want[0])
		}
		if got := NameOf(l); want[1] != "" && got != want[1] {
			t.Errorf("%s calls itself %q, want %q", l, got, want[1])
		}
	}
}

func TestABrowserHearsItsOwnLanguage(t *testing.T) {
	for header, want := range map[string]study.Language{
		"": "en", "de-DE,de;q=0.9,en;q=0.8": "de", "fr": "en", "fr, de-CH;q=0.5": "de", "nonsense;;": "en", "*": "en",
	} {
		if got := Preferred(header, []study.Language{"en", "de"}); got != want {
			t.Errorf("%q prefers %s, want %s", header, got, want)
		}
	}
}

func TestWhoFindsOutTheLanguageTellsEverybody(t *testing.T) {
	ctx := Hear(t.Context(), English)
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	Speak(inner, "de")
	if got := Say(ctx, "Begin"); got != "Beginnen" {
		t.Errorf("the outer context says %q", got)
	}
	if got := Say(t.Context(), "Begin"); got != "Begin" {
		t.Errorf("a context without a tongue says %q", got)
	}
}

func TestWhatIsToldFromBelowIsSaidOrKeptSilent(t *testing.T) {
	const known, unknown = "The system behind the desktop hung.", "Something nobody has translated."
	for l, want := range map[study.Language][2]string{"en": {known, ""}, "de": {"Das System hinter dem Desktop hing fest.", ""}} {
		if got := [2]string{In(l).Told(known), In(l).Told(unknown)}; got != want {
			t.Errorf("in %s: %q, want %q", l, got, want)
		}
	}
}
