package catalogue

import (
	"errors"
	"slices"
	"strconv"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
	"golang.org/x/text/message"

	"vmstudy/study"
)

// A Tongue speaks one language. The zero Tongue speaks English.
type Tongue struct {
	language study.Language // of the page; empty for English
	printer  *message.Printer
}

// English is spoken to whom nothing else is known of.
var English = In(study.English)

// In returns the tongue for a language.
func In(l study.Language) Tongue {
	words := language.English
	if Speaks(l) {
		words = language.Make(string(l))
	}
	return Tongue{language: l, printer: message.NewPrinter(words, message.Catalog(texts()))}
}

// Language returns the language of t.
func (t Tongue) Language() study.Language {
	if t.language == "" {
		return study.English
	}
	return t.language
}

// Say returns a text in the language, with values in its places. Its key is the text in English.
func (t Tongue) Say(text string, values ...any) string {
	if t.printer == nil {
		t = English
	}
	return t.printer.Sprintf(text, values...)
}

// Refusal returns why err refuses something; "" if err is no refusal.
func (t Tongue) Refusal(err error) string {
	var r *study.Refusal
	if !errors.As(err, &r) {
		return ""
	}
	return t.Say(r.Text, r.Values...)
}

// Told returns a sentence that something below the pages says to participants. It is empty if the catalogue does not have
// the sentence, because then it is not meant for them: it may name their condition, or the reason of an experimenter.
func (t Tongue) Told(sentence string) string {
	if _, has := english()[sentence]; !has {
		return ""
	}
	return t.Say(sentence)
}

// Digits returns a number as it stands in codes and years: nothing parts its digits.
func Digits(n int) string { return strconv.Itoa(n) }

// rightToLeft are the scripts that are written from right to left (ISO 15924).
var rightToLeft = []string{"Arab", "Hebr", "Thaa", "Syrc", "Nkoo", "Adlm", "Rohg", "Mand", "Samr"}

// Direction returns "rtl" or "ltr", as the attribute dir has it.
func Direction(l study.Language) string {
	script, _ := language.Make(string(l)).Script()
	if slices.Contains(rightToLeft, script.String()) {
		return "rtl"
	}
	return "ltr"
}

// NameOf returns what a language calls itself; its tag if that is not known.
func NameOf(l study.Language) string {
	if name := display.Self.Name(language.Make(string(l))); name != "" {
		return name
	}
	return string(l)
}

// NameInEnglish returns what English calls a language, for experimenters.
func NameInEnglish(l study.Language) string {
	if name := display.English.Tags().Name(language.Make(string(l))); name != "" {
		return name
	}
	return string(l)
}

// Preferred returns the one of some languages that suits an Accept-Language header best; the first if none does.
func Preferred(header string, among []study.Language) study.Language {
	wanted, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(wanted) == 0 {
		return among[0]
	}
	var tags []language.Tag
	for _, l := range among {
		tags = append(tags, language.Make(string(l)))
	}
	_, i, _ := language.NewMatcher(tags).Match(wanted...)
	return among[i]
}
