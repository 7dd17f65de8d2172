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

// example is an entry with all that is hard to write.
func example() entry {
	zone := time.FixedZone("CET", 3600)
	from := time.Date(2026, 3, 31, 0, 30, 0, 0, zone) // still the 30th in UTC
	return entry{
		uid: "1f3a@vmstudy", sequence: 7, stamp: studytest.Noon, from: from, to: from.Add(75 * time.Minute),
		summary: "Schreiben aus der Ferne: ein Brief, ein Bild; und danach ein paar Fragen zur Zufriedenheit",
		place:   `Room 2.14 \ left`, text: "Your personal link:\r\nhttps://lab.example/p/abc", url: "https://lab.example/p/abc",
		organizer: "mailto:ada@example.org", name: `Ada "Lovelace", room 12; left`,
	}
}

func TestCalendar(t *testing.T) {
	for file, cancelled := range map[string]bool{"testdata/appointment.ics": false, "testdata/cancelled.ics": true} {
		e := example()
		e.cancelled = cancelled
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar(e); got != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
		}
	}
}

// A calendar is read by programs that believe each line. So no text of a study may make one.
func TestNoTextBreaksOutOfItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := example()
		hostile := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"x\r\nEND:VEVENT", "\\n,;:", "\x00\x7f", strings.Repeat("ä ", 80), strings.Repeat("x", 200)}))
		e.summary, e.place, e.text, e.name = hostile.Draw(t, "summary"), hostile.Draw(t, "place"), hostile.Draw(t, "text"), hostile.Draw(t, "name")
		got := calendar(e)
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
