package post

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vmstudy/mail"
	"vmstudy/study"
	"vmstudy/studytest"
)

// betweenVisits is a laboratory whose participant has done the first of two visits a day before the appointment that they have for the second, and said
// before where to write. all are the mails since.
func betweenVisits(t *testing.T) (l *laboratory, all *[]mail.Message) {
	t.Helper()
	d := studytest.Design()
	d.Practice, d.Visits = nil, []study.Visit{{After: 1, Apart: 20 * time.Hour}}
	l, all = laboratoryOf(t, d, "bob@example.net"), &[]mail.Message{}
	l.office.Send = func(_ context.Context, m mail.Message) error { *all = append(*all, m); return nil }
	l.now = at(24)
	id, err := l.StartSession(t.Context(), l.who.ID, l.now)
	l.must(err)
	l.must(l.RecordConsent(t.Context(), id, false, l.now))
	l.turn()
	x, err := l.Session(t.Context(), id)
	l.must(err)
	a, err := l.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: l.now})
	l.must(err)
	a.State = study.Running
	l.must(l.RecordAttempt(t.Context(), a, l.now, 0))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, l.now
	l.must(l.RecordAttempt(t.Context(), a, l.now, 0))
	_, err = l.TakeSeat(t.Context(), id, l.now) // the page that says when they can come back
	l.must(err)
	l.turn()
	l.books(1)
	l.who.Session = id
	return l, all
}

func (l *laboratory) wantAddress(there bool, when string) {
	l.Helper()
	if _, err := l.Address(l.Context(), l.who.ID); errors.Is(err, study.ErrNotFound) == there {
		l.Errorf("%s: the address: %v", when, err)
	}
}

func TestWhoComesTwiceGetsMailsAboutTheSecondVisit(t *testing.T) {
	l, all := betweenVisits(t)
	l.must(l.SetState(t.Context(), l.study, study.Openness{State: study.StudyClosed, At: l.now})) // they may finish
	l.turn()
	l.now = at(46)
	l.turn()
	l.wantAddress(true, "between the visits")
	if len(*all) != 2 || !strings.Contains((*all)[0].Subject, "Your appointment on") || !strings.Contains((*all)[1].Subject, "Reminder") {
		t.Fatalf("the mails are %+v", *all)
	}
	if c := (*all)[1].Calendar; !strings.Contains(c, "-2@vmstudy") {
		t.Errorf("the entry of the second visit is %s", c)
	}
	x, err := l.Session(t.Context(), l.who.Session)
	l.must(err)
	l.must(l.RecordVisit(t.Context(), x.ID, study.Step{Kind: study.StepReturn, Trial: 1}, l.now))
	l.turn()
	l.wantAddress(false, "in the last visit")
}

func TestWhoIsExcludedBetweenVisitsReadsThatTheirAppointmentDoesNotTakePlace(t *testing.T) {
	l, all := betweenVisits(t)
	l.turn()
	tries := 0
	send := l.office.Send
	l.office.Send = away(&tries)
	l.must(l.SetPassword(t.Context(), "ada", "hash"))
	ada, _, err := l.Experimenter(t.Context(), "ada")
	l.must(err)
	l.must(l.Rule(t.Context(), l.who.Session, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundTechnical, By: ada.ID, At: l.now}))
	l.turn()
	l.wantAddress(true, "while the mail waits")
	l.office.Send = send
	l.now = l.now.Add(time.Hour)
	l.turn()
	l.turn()
	l.wantAddress(false, "when the mail was sent")
	last := (*all)[len(*all)-1]
	said := "The people who run the study have cancelled your appointment on Monday, 16 March 2026, 12:00 UTC.\n"
	if !strings.Contains(last.Subject, "does not take place") || strings.Contains(last.Text, "another time") || !strings.Contains(last.Text, said) {
		t.Errorf("they read %s: %s", last.Subject, last.Text)
	}
}

func TestTheAddressGoesWithThePlaceOfWhoDoesNotComeBack(t *testing.T) {
	l, _ := betweenVisits(t)
	x, err := l.Session(t.Context(), l.who.Session)
	l.must(err)
	l.now = x.Assignment.KeptUntil().Add(-time.Second)
	l.turn()
	l.wantAddress(true, "while the place is kept")
	l.now = x.Assignment.KeptUntil()
	l.turn()
	l.wantAddress(false, "when the place is given back")
}
