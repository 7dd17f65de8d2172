package lab_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

// booked is a study with one participant who has an appointment, on a server that sends mails.
func booked(t *testing.T) (l *webtest.Lab, id study.StudyID, p study.Participant, address string) {
	t.Helper()
	l = webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Mails = true })
	id = l.Study(studytest.OneTrial(), true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"alinkofsomebody"}, l.Now)
	l.Must(err)
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{{Study: id, Station: "1", StartsAt: l.Now.Add(24 * time.Hour), EndsAt: l.Now.Add(25 * time.Hour)}}, 9))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[0].ID, At: l.Now})
	l.Must(err)
	return l, id, people[0], fmt.Sprintf("%s/participants/%d/address", webtest.StudyPage(id), people[0].ID)
}

func TestAnExperimenterEntersAnAddressAndTheAuditHasItNot(t *testing.T) {
	l, id, p, path := booked(t)
	l.Wants(l.Get(fmt.Sprintf("%s/participants/%d", webtest.StudyPage(id), p.ID)), 200, "Mails about appointments")
	a := l.Post(path, url.Values{"mail": {"bob at example"}, "language": {"en"}})
	l.Wants(a, 422, "This is no address for mail.")
	l.One(a.Page, "input", "value=bob at example")
	l.Wants(l.Post(path, url.Values{"mail": {"bob@example.net"}, "language": {"xx"}}), 422, "Choose one from the list.")
	l.WantsRedirect(l.Post(path, url.Values{"mail": {"bob@example.net"}, "language": {"en"}}), path)
	l.Wants(l.Get(path), 200, "entered by an experimenter")
	l.WantsRedirect(l.Post(path, url.Values{"do": {"remove"}}), path)
	for _, e := range l.Store.Audits() {
		if strings.Contains(e.Action+e.About+e.Why, "example") {
			t.Errorf("the audit says %+v", e)
		}
	}
}

func TestThePageOfAnAddressKeepsNobodyOut(t *testing.T) {
	l, id, p, path := booked(t)
	l.Must(l.Store.SetAddress(t.Context(), study.Address{Participant: p.ID, Mail: "bob@example.net", Language: "en", At: l.Now}))
	for _, cause := range []study.MailCause{study.MailDeferred, study.MailRefused} {
		m := study.Mail{Participant: p.ID, Kind: study.MailConfirms, Fact: 1, QueuedAt: l.Now, DueAt: l.Now, State: study.MailWaits, At: l.Now}.Failed(cause, l.Now)
		l.Must(l.Store.QueueMail(t.Context(), m))
	}
	axe := webtest.Axe(t)
	for name, at := range map[string]string{"address": path, "appointments-with-mails": webtest.StudyPage(id) + "/appointments"} {
		tab := l.Browse(at)
		webtest.EachLook(t, tab, name, func(look webtest.PageLook) {
			for _, broken := range webtest.Violations(t, tab, axe, webtest.EveryRule) {
				t.Errorf("%s, %s: %s", name, look, broken)
			}
		})
	}
}

func TestAMailThatFailedIsOnThePageOfAppointments(t *testing.T) {
	l, id, p, path := booked(t)
	page := webtest.StudyPage(id) + "/appointments"
	l.Must(l.Store.SetAddress(t.Context(), study.Address{Participant: p.ID, Mail: "bob@example.net", Language: "en", At: l.Now}))
	m := study.Mail{Participant: p.ID, Kind: study.MailConfirms, Fact: 1, QueuedAt: l.Now, DueAt: l.Now, State: study.MailWaits, At: l.Now}
	l.Must(l.Store.QueueMail(t.Context(), m))
	if text := webtest.Text(l.Get(page).Page); strings.Contains(text, "could not be sent") {
		t.Errorf("a mail that waits is shown as failed: %s", text)
	}
	all, err := l.Store.Mails(t.Context(), id)
	l.Must(err)
	l.Must(l.Store.RecordMail(t.Context(), all[0].Failed(study.MailRefused, l.Now)))
	a := l.Get(page)
	l.Wants(a, 200, "takes no mail for this address: ask them for another one.")
	l.One(a.Page, "a", "href="+path)
	l.Wants(l.Get(path), 200, "Not sent.")
	// A newer mail takes its place.
	m.QueuedAt = l.Now.Add(time.Minute)
	l.Must(l.Store.QueueMail(t.Context(), m))
	if text := webtest.Text(l.Get(page).Page); strings.Contains(text, "could not be sent") {
		t.Errorf("a mail that failed is shown although a newer one waits: %s", text)
	}
}

func TestNobodyEntersAnAddressOrGivesATimeInAnArchivedStudy(t *testing.T) {
	l, id, p, path := booked(t)
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{{Study: id, Station: "2", StartsAt: l.Now.Add(24 * time.Hour), EndsAt: l.Now.Add(25 * time.Hour)}}, 9))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	l.One(l.Get(path).Page, "input", "name=mail")
	for _, state := range []study.StudyState{study.StudyClosed, study.StudyArchived} {
		l.Must(l.Store.SetState(t.Context(), id, study.Openness{State: state, At: l.Now}))
	}
	if len(webtest.All(l.Get(path).Page, "input", "name=mail")) > 0 {
		t.Error("the page asks for an address")
	}
	l.Wants(l.Post(path, url.Values{"mail": {"bob@example.net"}, "language": {"en"}}), 409, "This study is archived")
	move := url.Values{"participant": {fmt.Sprint(int64(p.ID))}, "to": {fmt.Sprint(int64(slots[1].ID))}, "ground": {"ill"}}
	l.Wants(l.Post(fmt.Sprintf("%s/appointments/%d/move", webtest.StudyPage(id), slots[0].ID), move), 409, "This study is archived")
	walk := url.Values{"who": {fmt.Sprint(int64(p.ID))}, "station": {"3"}}
	l.Wants(l.Post(webtest.StudyPage(id)+"/appointments/walk-in", walk), 409, "")
}

func TestAFailedMailOfTheVisitBeforeIsNotListed(t *testing.T) {
	l := webtest.NewLab(t)
	l.Serve(func(c *web.Config) { c.Mails = true })
	d := studytest.Design()
	d.Practice, d.Visits = nil, []study.Visit{{After: 1, Apart: time.Hour}}
	id := l.Study(d, true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"alinkofsomebody"}, l.Now)
	l.Must(err)
	p := people[0]
	slot := study.Slot{Study: id, Station: "A", StartsAt: l.Now, EndsAt: l.Now.Add(time.Hour)}
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{slot}, 2))
	_, err = l.Store.WalkIn(t.Context(), study.Booking{Participant: p.ID, By: l.Ada.ID, At: l.Now}, slot, 2)
	l.Must(err)
	l.Must(l.Store.SetAddress(t.Context(), study.Address{Participant: p.ID, Mail: "bob@example.net", Language: "en", At: l.Now}))
	l.Must(l.Store.QueueMail(t.Context(), study.Mail{Participant: p.ID, Kind: study.MailConfirms, Fact: 1, QueuedAt: l.Now, DueAt: l.Now, State: study.MailFailed, Cause: study.MailRefused, At: l.Now}))
	l.Wants(l.Get(webtest.StudyPage(id)+"/appointments"), 200, "could not be sent")
	session, err := l.Store.StartSession(t.Context(), p.ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsent(t.Context(), session, false, l.Now))
	x, err := l.Store.Session(t.Context(), session)
	l.Must(err)
	a, err := l.Store.OpenAttempt(t.Context(), study.Attempt{Trial: x.Trials[0].ID, AskedAt: l.Now})
	l.Must(err)
	a.State = study.Running
	l.Must(l.Store.RecordAttempt(t.Context(), a, l.Now, 0))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, l.Now
	l.Must(l.Store.RecordAttempt(t.Context(), a, l.Now, 0))
	if text := webtest.Text(l.Get(webtest.StudyPage(id) + "/appointments").Page); strings.Contains(text, "could not be sent") {
		t.Errorf("between the visits the page says %s", text)
	}
}

func TestAStudySaysWhenItReminds(t *testing.T) {
	l, id, _, _ := booked(t)
	page := webtest.StudyPage(id) + "/appointments"
	l.WantsRedirect(l.Post(page+"/rules", url.Values{"notice": {"2"}, "remind": {"24"}}), page+"#rules")
	l.WantsRedirect(l.Post(page+"/rules", url.Values{"notice": {"3"}}), page+"#rules") // as the form is where no mails are sent
	got, err := l.Store.Appointing(t.Context(), id)
	l.Must(err)
	if got.Remind != 24*time.Hour || got.Notice != 3*time.Hour {
		t.Errorf("on record is %+v", got)
	}
	for _, wrong := range []string{"-1", "soon", "400"} {
		a := l.Post(page+"/rules", url.Values{"notice": {"3"}, "remind": {wrong}})
		l.Wants(a, 422, "")
		l.One(a.Page, "input", "value="+wrong)
	}
}

func TestASentenceForEachCause(t *testing.T) {
	for _, c := range []study.MailCause{study.MailRefused, study.MailRejected, study.MailDeferred, study.MailUnreachable, study.MailUnsafe, study.MailUnsigned} {
		l, _, p, path := booked(t)
		l.Must(l.Store.SetAddress(t.Context(), study.Address{Participant: p.ID, Mail: "bob@example.net", Language: "en", At: l.Now}))
		l.Must(l.Store.QueueMail(t.Context(), study.Mail{Participant: p.ID, Kind: study.MailReminds, Fact: 1, QueuedAt: l.Now, State: study.MailFailed, Cause: c, At: l.Now}))
		if text := webtest.Text(l.Get(path).Page); !strings.Contains(text, "Not sent. The") {
			t.Errorf("%s is told as %s", c, text)
		}
	}
}
