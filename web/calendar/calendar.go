// Package calendar writes appointments for calendar programs.
package calendar

import (
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"vmstudy/study"
)

// An Entry is an appointment for calendar programs: a VEVENT of RFC 5545.
type Entry struct {
	UID       string // the same whenever the appointment changes, so that the new entry replaces the old one
	Sequence  int    // the larger number is the newer version (section 3.8.7.4)
	Stamp     time.Time
	From, To  time.Time
	Summary   string
	Place     string
	Text      string
	URL       string // empty for none
	Organizer string // a URI, such as mailto:ada@example.org
	Name      string // of the organizer
	Cancelled bool   // it does not take place: the program takes it out
}

// String writes a calendar with one entry. It is published, or cancelled, as RFC 5546 says (section 3.2): nobody answers it.
func (e Entry) String() string {
	c := ics.NewCalendar()
	c.SetProductId("-//vmstudy//appointments//EN")
	v := c.AddEvent(cleaned(e.UID))
	c.SetMethod(ics.Method(e.Method()))
	v.SetStatus(ics.ObjectStatusConfirmed)
	if e.Cancelled {
		v.SetStatus(ics.ObjectStatusCancelled)
	}
	v.SetSequence(e.Sequence)
	v.SetDtStampTime(e.Stamp)
	v.SetStartAt(e.From)
	v.SetEndAt(e.To)
	v.SetSummary(cleaned(e.Summary))
	v.SetLocation(cleaned(e.Place))
	v.SetDescription(cleaned(e.Text))
	if e.URL != "" {
		v.SetURL(e.URL)
	}
	v.SetOrganizer(e.Organizer, ics.WithCN(named(e.Name)))
	return c.Serialize(ics.WithNewLineWindows) // the library's own choice depends on the system; the format's does not
}

// Method is what a program does with the entry: it publishes or cancels an appointment.
func (e Entry) Method() string {
	if e.Cancelled {
		return string(ics.MethodCancel)
	}
	return string(ics.MethodPublish)
}

// UID returns the identity of the entry of a participant for one of their visits, by their first personal link: unique, the same for each appointment for
// that visit, and it does not reveal the link. That of the first visit names none, as before there were several.
func UID(first study.LinkHash, visit int) string {
	id := hex.EncodeToString(first[:16])
	if visit > 1 {
		id += "-" + strconv.Itoa(visit)
	}
	return id + "@vmstudy"
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
