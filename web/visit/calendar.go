package visit

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// An entry is an appointment for calendar programs: a VEVENT of RFC 5545.
type entry struct {
	uid       string // the same whenever the appointment changes, so that the new entry replaces the old one
	sequence  int    // the larger number is the newer version (section 3.8.7.4)
	stamp     time.Time
	from, to  time.Time
	summary   string
	place     string
	text      string
	url       string
	organizer string // a URI, such as mailto:ada@example.org
	name      string // of the organizer
	cancelled bool   // it does not take place: the program takes it out
}

// calendar writes a calendar with one entry. It is published, or cancelled, as RFC 5546 says (section 3.2): nobody answers it.
func calendar(e entry) string {
	c := ics.NewCalendar()
	c.SetProductId("-//vmstudy//appointments//EN")
	v := c.AddEvent(cleaned(e.uid))
	c.SetMethod(ics.MethodPublish)
	v.SetStatus(ics.ObjectStatusConfirmed)
	if e.cancelled {
		c.SetMethod(ics.MethodCancel)
		v.SetStatus(ics.ObjectStatusCancelled)
	}
	v.SetSequence(e.sequence)
	v.SetDtStampTime(e.stamp)
	v.SetStartAt(e.from)
	v.SetEndAt(e.to)
	v.SetSummary(cleaned(e.summary))
	v.SetLocation(cleaned(e.place))
	v.SetDescription(cleaned(e.text))
	v.SetURL(e.url)
	v.SetOrganizer(e.organizer, ics.WithCN(named(e.name)))
	return c.Serialize(ics.WithNewLineWindows) // the library's own choice depends on the system; the format's does not
}

var lines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// cleaned returns text with control characters, which no line may contain, as spaces.
func cleaned(text string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' && c != '\t' && c != '\n' || c == 0x7f {
			return ' '
		}
		return c
	}, lines.Replace(text))
}

// named returns a name as the value of a parameter. The library puts backslashes before what would have to stand in quotes (section 3.2), so
// that is left out.
func named(name string) string {
	return strings.Join(strings.FieldsFunc(cleaned(name), func(c rune) bool { return strings.ContainsRune(" \n\t,;:\"'\\", c) }), " ")
}
