package lab_test

import (
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// rowOf returns the row of the day's list in which a text stands.
func rowOf(l *webtest.Lab, a webtest.Answer, text string) string {
	l.T.Helper()
	for _, tr := range webtest.All(a.Page, "tr", "") {
		if row := webtest.Text(tr); strings.Contains(row, text) {
			return row
		}
	}
	l.T.Fatalf("no row has %q: %s", text, webtest.Text(a.Page))
	return ""
}

func TestTheDayListSaysWhoComesAndWhatTheyNeed(t *testing.T) {
	l := webtest.NewLab(t)
	d := studytest.Grouped()
	id := l.Study(d, true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one", "two", "three"}, l.Now)
	l.Must(err)
	var offers []study.Slot
	for i, station := range []string{"A", "B", "C", "D"} {
		offers = append(offers, study.Slot{Study: id, Station: station, StartsAt: l.Now.Add(time.Duration(i) * time.Hour), EndsAt: l.Now.Add(time.Duration(i+1) * time.Hour)})
	}
	l.Must(l.Store.OfferSlots(t.Context(), offers, 4))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	for i, p := range people {
		_, err := l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[i].ID, Participant: p.ID, At: l.Now.Add(-time.Minute)})
		l.Must(err)
	}
	const group = "staff"
	l.Must(l.Store.PutIntoGroup(t.Context(), people[1].ID, group, l.Ada.ID, l.Now))
	session, err := l.Store.StartSession(t.Context(), people[2].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), session, false, l.Now))
	l.Now = l.Now.Add(90 * time.Minute)
	signInNow(l)

	a := l.Get("/lab/day")
	for code, want := range map[string][]string{
		"P001": {"12:00 – 13:00 A P001 did not come English not yet"},
		"P002": {"13:00 – 14:00 B P002 has an appointment English " + group},
		"P003": {"14:00 – 15:00 C P003 paused English "},
		"free": {"15:00 – 16:00 D free"},
	} {
		for _, text := range want {
			if row := rowOf(l, a, code); !strings.HasPrefix(row, text) {
				t.Errorf("the row of %s is %q, want %q", code, row, text)
			}
		}
	}
	for _, m := range d.Methods {
		if strings.Contains(webtest.Text(a.Page), " "+m.Level()+" ") {
			t.Errorf("the page names the access method %s: %s", m.Level(), webtest.Text(a.Page))
		}
	}
}

func TestTheDayListHidesGroupsThatTellTheAccessMethod(t *testing.T) {
	for name, tells := range map[string]bool{"groups that meet all methods": false, "a group that meets one method only": true} {
		l := webtest.NewLab(t)
		d := studytest.Grouped()
		d.Visits = []study.Visit{{After: 1, Apart: time.Hour}}
		if tells {
			d.Groups[3].Methods = []string{d.Methods[0].Level()}
		}
		id := l.Study(d, true)
		people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one"}, l.Now)
		l.Must(err)
		l.Must(l.Store.PutIntoGroup(t.Context(), people[0].ID, "staff", l.Ada.ID, l.Now))
		l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{{Study: id, Station: "B", StartsAt: l.Now.AddDate(0, 0, 7), EndsAt: l.Now.AddDate(0, 0, 7).Add(time.Hour)}}, 2))
		_, err = l.Store.WalkIn(t.Context(), study.Booking{Participant: people[0].ID, By: l.Ada.ID, At: l.Now}, study.Slot{Study: id, Station: "A", StartsAt: l.Now, EndsAt: l.Now.Add(time.Hour)}, 2)
		l.Must(err)
		if row := rowOf(l, l.Get("/lab/day"), "P001"); strings.Contains(row, "staff") == tells || !strings.Contains(row, "visit 1") || strings.Contains(row, "of 2") == tells {
			t.Errorf("%s: the row is %q", name, row)
		}
	}
}

func TestTheDayListShowsLinksToThoseWhoMayFollowThem(t *testing.T) {
	for role, links := range map[study.Role]int{study.Conductor: 2, study.Monitor: 0} {
		l := webtest.NewLab(t)
		id := l.Study(studytest.Design(), true)
		people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"one"}, l.Now)
		l.Must(err)
		l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{{Study: id, Station: "B", StartsAt: l.Now.AddDate(0, 0, 7), EndsAt: l.Now.AddDate(0, 0, 7).Add(time.Hour)}}, 2))
		_, err = l.Store.WalkIn(t.Context(), study.Booking{Participant: people[0].ID, By: l.Ada.ID, At: l.Now}, study.Slot{Study: id, Station: "A", StartsAt: l.Now, EndsAt: l.Now.Add(time.Hour)}, 2)
		l.Must(err)
		l.Must(l.Store.SetPassword(t.Context(), "boss", "unused"))
		boss, _, err := l.Store.Experimenter(t.Context(), "boss")
		l.Must(err)
		l.Must(l.Store.ChangeAccount(t.Context(), boss.ID, true, false, l.Now))
		l.Must(l.Store.SetRole(t.Context(), id, boss.ID, study.Owner))
		l.Must(l.Store.SetRole(t.Context(), id, l.Ada.ID, role))
		l.Must(l.Store.ChangeAccount(t.Context(), l.Ada.ID, false, false, l.Now))
		a := l.Get("/lab/day")
		row := rowOf(l, a, "P001")
		if got := len(webtest.All(l.One(a.Page, "tbody", ""), "a", "href")); got != links || !strings.Contains(row, "P001") {
			t.Errorf("as %s: %d links in %q, want %d", role, got, row, links)
		}
	}
}
