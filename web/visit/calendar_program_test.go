package visit_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// readCalendar has a calendar program read a file, and say what it found.
const readCalendar = `
import json, sys
from icalendar import Calendar
found = []
for path in sys.argv[1:]:
    c = Calendar.from_ical(open(path, "rb").read())
    events = c.walk("VEVENT")
    assert len(events) == 1, events
    e = events[0]
    found.append({"Method": str(c["METHOD"]), "Status": str(e["STATUS"]), "UID": str(e["UID"]), "Sequence": int(e["SEQUENCE"]), "Starts": e.decoded("DTSTART").isoformat(),
        "Ends": e.decoded("DTEND").isoformat(), "Organizer": str(e["ORGANIZER"]), "Name": str(e["ORGANIZER"].params["CN"]), "Place": str(e["LOCATION"]), "Summary": str(e["SUMMARY"])})
print(json.dumps(found))
`

func TestACalendarProgramFollowsTwoMovesAndACancellation(t *testing.T) {
	studytest.Need(t, "icalendar")
	p, slots := appointments(t)
	link := page.LinkPath(p.Who.Link)
	p.Must(p.Store.SetAppointing(t.Context(), p.Study, study.Appointing{Contact: "Ada, room 12", Mail: "ada@example.org", At: p.Now}))
	var files []string
	keep := func(a webtest.Answer) {
		t.Helper()
		p.WantsRedirect(a, link)
		file := filepath.Join(t.TempDir(), "appointment.ics")
		p.Must(os.WriteFile(file, []byte(p.Get(link+"/appointment.ics").Body), 0o600))
		files = append(files, file)
		p.Now = p.Now.Add(time.Second) // less than a minute: each is newer all the same
	}
	keep(book(p, slots[0]))
	keep(book(p, slots[2]))
	keep(book(p, slots[3]))
	keep(cancels(p, slots[3], "ill", ""))

	type event struct {
		Method, Status, UID                           string
		Sequence                                      int
		Starts, Ends, Organizer, Name, Place, Summary string
	}
	out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", append([]string{"-c", readCalendar}, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var found []event
	p.Must(json.Unmarshal(out, &found))
	want := []event{
		{Method: "PUBLISH", Status: "CONFIRMED", Starts: "2026-03-20T09:00:00+00:00", Ends: "2026-03-20T10:00:00+00:00", Place: "Room 1"},
		{Method: "PUBLISH", Status: "CONFIRMED", Starts: "2026-03-20T10:00:00+00:00", Ends: "2026-03-20T11:00:00+00:00", Place: "Room 2"},
		{Method: "PUBLISH", Status: "CONFIRMED", Starts: "2026-03-20T11:00:00+00:00", Ends: "2026-03-20T12:00:00+00:00", Place: "Room 1"},
		{Method: "CANCEL", Status: "CANCELLED", Starts: "2026-03-20T11:00:00+00:00", Ends: "2026-03-20T12:00:00+00:00", Place: "Room 1"},
	}
	for i, w := range want {
		w.UID, w.Organizer, w.Name, w.Summary = found[0].UID, "mailto:ada@example.org", "Ada room 12", studytest.Design().Name()
		w.Sequence = found[i].Sequence
		if found[i] != w {
			t.Errorf("file %d has %+v, want %+v", i+1, found[i], w)
		}
		if i > 0 && found[i].Sequence <= found[i-1].Sequence {
			t.Errorf("file %d has the number %d after %d", i+1, found[i].Sequence, found[i-1].Sequence)
		}
	}
	if strings.Contains(found[0].UID, p.Who.Link) || found[0].UID == "" {
		t.Errorf("the identity is %q", found[0].UID)
	}
}
