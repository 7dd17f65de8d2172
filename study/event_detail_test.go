package study

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestADetailIsWhatATextMayBe(t *testing.T) {
	for name, tt := range map[string]struct{ says, want string }{
		"a sentence stays":                 {"The machine waited — 3 s.", "The machine waited — 3 s."},
		"bytes that are no text":           {"qemu: \xff\xfe", "qemu: \uFFFD"},
		"a NUL, which PostgreSQL refuses":  {"a\x00b", "a\uFFFDb"},
		"nothing is cut within a sign":     {strings.Repeat("x", DetailLimit-1) + "é", strings.Repeat("x", DetailLimit-1)},
		"what just fits is not cut at all": {strings.Repeat("é", DetailLimit/2), strings.Repeat("é", DetailLimit/2)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Detail(tt.says); got != tt.want {
				t.Errorf("it is %q, want %q", got, tt.want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		got := Detail(string(rapid.SliceOfN(rapid.Byte(), 0, 2*DetailLimit).Draw(t, "says")))
		if len(got) > DetailLimit || !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Fatalf("%q", got)
		}
	})
}
