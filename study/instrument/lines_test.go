package instrument_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vmstudy/study/instrument"
)

func TestLinesEndWithLF(t *testing.T) {
	for name, tt := range map[string]struct{ given, want string }{
		"nothing":                       {"", ""},
		"as it should be":               {"one\ntwo\n", "one\ntwo\n"},
		"as browsers send it":           {"one\r\n\r\ntwo\r\n", "one\n\ntwo\n"},
		"converted twice":               {"one\r\r\ntwo\r\r\r\n", "one\ntwo\n"},
		"a CR that ends no line":        {"one\rtwo\r", "one\rtwo\r"},
		"a CR at the end of the text":   {"one\r\ntwo\r", "one\ntwo\r"},
		"a CR inside a line that ends":  {"o\rne\r\n", "o\rne\n"},
		"nothing but line ends":         {"\r\r\n\r\n", "\n\n"},
		"spaces before a line end stay": {"one \r\n", "one \n"},
	} {
		if got := instrument.WithLF(tt.given); got != tt.want {
			t.Errorf("%s: %q has become %q, want %q", name, tt.given, got, tt.want)
		}
	}
}

func TestLineEndsThatAreMendedStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.StringMatching("[a\r\n]{0,12}").Draw(t, "text")
		once := instrument.WithLF(given)
		if again := instrument.WithLF(once); again != once || strings.Contains(once, "\r\n") {
			t.Fatalf("%q became %q and then %q", given, once, again)
		}
		if strings.Count(once, "\n") != strings.Count(given, "\n") {
			t.Fatalf("%q and %q have not as many lines", given, once)
		}
	})
}
