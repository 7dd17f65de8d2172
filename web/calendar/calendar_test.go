package calendar

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"vmstudy/study"
	"vmstudy/studytest"
)

// example is an entry with all that is hard to write.
func example() Entry {
	zone := time.FixedZone("CET", 3600)
	from := time.Date(2026, 3, 31, 0, 30, 0, 0, zone) // still the 30th in UTC
	return Entry{
		UID: "1f3a@vmstudy", Sequence: 7, Stamp: studytest.Noon, From: from, To: from.Add(75 * time.Minute),
		Summary: "Schreiben aus der Ferne: ein Brief, ein Bild; und danach ein paar Fragen zur Zufriedenheit",
		Place:   `Room 2.14 \ left`, Text: "Your personal link:\r\nhttps://lab.example/p/abc", URL: "https://lab.example/p/abc",
		Organizer: "mailto:ada@example.org", Name: `Ada "Lovelace", room 12; left`,
	}
}

func TestCalendar(t *testing.T) {
	for file, cancelled := range map[string]bool{"testdata/appointment.ics": false, "testdata/cancelled.ics": true} {
		e := example()
		e.Cancelled = cancelled
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.String(); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

// A calendar is read by programs that believe each line. So no text of a study may make one.
func TestNoTextBreaksOutOfItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := example()
		hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"x\r\nEND:VEVENT", "\\n,;:", "\x00\x7f", strings.Repeat("ä ", 80), strings.Repeat("x", 200)}))
		e.Summary, e.Place, e.Text, e.Name = hostile.Draw(t, "summary"), hostile.Draw(t, "place"), hostile.Draw(t, "text"), hostile.Draw(t, "name")
		got := e.String()
		for piece := range strings.SplitSeq(strings.TrimSuffix(got, "\r\n"), "\r\n") {
			if len(piece) > 75 || !utf8.ValidString(piece) || strings.ContainsAny(piece, "\r\n\x00\x7f") {
				t.Fatalf("%d bytes in the piece %q", len(piece), piece)
			}
		}
		var names []string
		for line := range strings.SplitSeq(strings.TrimSuffix(strings.ReplaceAll(got, "\r\n ", ""), "\r\n"), "\r\n") {
			name, _, _ := strings.Cut(line, ":")
			names = append(names, strings.SplitN(name, ";", 2)[0])
		}
		const want = "BEGIN VERSION PRODID METHOD BEGIN UID STATUS SEQUENCE DTSTAMP DTSTART DTEND SUMMARY LOCATION DESCRIPTION URL ORGANIZER END END"
		if got := strings.Join(names, " "); got != want {
			t.Fatalf("the lines are %s, want %s", got, want)
		}
	})
}

func TestEachVisitHasAnEntryOfItsOwn(t *testing.T) {
	first := study.LinkHash{1, 2}
	if got := UID(first, 1); got != "01020000000000000000000000000000@vmstudy" || got != UID(first, 0) {
		t.Errorf("the entry of the first visit is %s", got)
	}
	if got := UID(first, 2); got != "01020000000000000000000000000000-2@vmstudy" {
		t.Errorf("the entry of the second visit is %s", got)
	}
}
