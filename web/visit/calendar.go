package visit

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An entry is an appointment for calendar programs: a VEVENT of RFC 5545.
type entry struct {
	uid      string // the same whenever the appointment changes, so that the new entry replaces the old one
	stamp    time.Time
	from, to time.Time
	summary  string
	place    string
	text     string
	url      string
}

// calendar writes a calendar with one entry (RFC 5545, sections 3.4 and 3.6.1).
func calendar(e entry) string {
	var b strings.Builder
	line := func(name, value string) { b.WriteString(folded(name + ":" + value)) }

	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//vmstudy//appointments//EN")
	line("METHOD", "PUBLISH")
	line("BEGIN", "VEVENT")
	line("UID", escaped(e.uid))
	// The larger number is the newer version (section 3.8.7.4). It has 32 bits, which is enough for
	// minutes.
	line("SEQUENCE", strconv.FormatInt(e.stamp.Unix()/60, 10))
	line("DTSTAMP", utcTime(e.stamp))
	line("DTSTART", utcTime(e.from))
	line("DTEND", utcTime(e.to))
	line("SUMMARY", escaped(e.summary))
	line("LOCATION", escaped(e.place))
	line("DESCRIPTION", escaped(e.text))
	line("URL", e.url)
	line("END", "VEVENT")
	line("END", "VCALENDAR")
	return b.String()
}

// utcTime writes t in form 2 of section 3.3.5: date with UTC time.
func utcTime(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escaped writes a text value (section 3.3.11). Control characters, which no line may contain,
// become spaces.
func escaped(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' || c == 0x7f {
			return ' '
		}
		return c
	}, escapes.Replace(text))
}

const longestLine = 75 // bytes, without the line break (section 3.1)

// folded breaks a line into pieces that are short enough, and ends it. Each further piece begins
// with a space. No character is cut in two.
func folded(line string) string {
	var b strings.Builder
	room := longestLine
	for _, c := range line {
		n := utf8.RuneLen(c)
		if n > room {
			b.WriteString("\r\n ")
			room = longestLine - 1
		}
		b.WriteRune(c)
		room -= n
	}
	b.WriteString("\r\n")
	return b.String()
}
