package visit

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"vmstudy/studytest"
)

func TestCalendar(t *testing.T) {
	zone := time.FixedZone("CET", 3600)
	from := time.Date(2026, 3, 31, 0, 30, 0, 0, zone) // still the 30th in UTC
	got := calendar(entry{
		uid: "1f3a@vmstudy", stamp: studytest.Noon, from: from, to: from.Add(75 * time.Minute),
		summary: "Schreiben aus der Ferne: ein Brief, ein Bild; und danach ein paar Fragen zur Zufriedenheit",
		place:   `Room 2.14 \ left`, text: "Your personal link:\nhttps://lab.example/p/abc", url: "https://lab.example/p/abc",
	})
	want, err := os.ReadFile("testdata/appointment.ics")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEscapedText(t *testing.T) {
	for text, want := range map[string]string{
		`plain`:              `plain`,
		`a, b; c`:            `a\, b\; c`,
		`C:\new`:             `C:\\new`,
		"one\ntwo\r\nthree":  `one\ntwo\nthree`,
		"a lone\rreturn":     `a lone\nreturn`,
		"a:b\"c\"":           `a:b"c"`,
		"zero\x00 del\x7f":   "zero  del ",
		"END:VEVENT\r\nX:y,": `END:VEVENT\nX:y\,`,
	} {
		if got := escaped(text); got != want {
			t.Errorf("escaped(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestFoldedLines(t *testing.T) {
	tests := map[string]struct{ line, want string }{
		"short":                       {"SUMMARY:x", "SUMMARY:x\r\n"},
		"75 bytes":                    {strings.Repeat("x", 75), strings.Repeat("x", 75) + "\r\n"},
		"76 bytes":                    {strings.Repeat("x", 76), strings.Repeat("x", 75) + "\r\n x\r\n"},
		"75 and 74 bytes":             {strings.Repeat("x", 149), strings.Repeat("x", 75) + "\r\n " + strings.Repeat("x", 74) + "\r\n"},
		"a character on the edge":     {strings.Repeat("x", 74) + "é", strings.Repeat("x", 74) + "\r\n é\r\n"},
		"a character before the edge": {strings.Repeat("x", 73) + "éx", strings.Repeat("x", 73) + "é\r\n x\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := folded(tt.line); got != tt.want {
				t.Errorf("folded(%q) = %q, want %q", tt.line, got, tt.want)
			}
		})
	}
}

func TestFoldingLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := "SUMMARY:" + escaped(rapid.String().Draw(t, "text"))
		got := folded(line)
		for piece := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			if len(piece) > 75 || !utf8.ValidString(piece) || strings.ContainsAny(piece, "\r\n") {
				t.Fatalf("%d bytes in the piece %q", len(piece), piece)
			}
		}
		if unfolded := strings.ReplaceAll(strings.TrimSuffix(got, "\r\n"), "\r\n ", ""); unfolded != line {
			t.Fatalf("unfolded it is %q, was %q", unfolded, line)
		}
	})
}
