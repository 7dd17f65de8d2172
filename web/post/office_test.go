package post

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/internal/mailtest"
	"vmstudy/mail"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/catalogue"
)

// laboratory is a study with one participant who has booked and said where to write.
type laboratory struct {
	*testing.T
	*studytest.Store
	office *Office
	now    time.Time
	study  study.StudyID
	who    study.Participant
	slots  []study.Slot
	log    *bytes.Buffer
}

func at(hours float64) time.Time {
	return studytest.Noon.Add(time.Duration(hours * float64(time.Hour)))
}

func newLaboratory(t *testing.T, title, address string) *laboratory {
	t.Helper()
	d := studytest.OneTrial()
	d.Title = study.Wording{study.English: title}
	return laboratoryOf(t, d, address)
}

// laboratoryOf is newLaboratory with a study of another design.
func laboratoryOf(t *testing.T, d study.Design, address string) *laboratory {
	t.Helper()
	l := &laboratory{T: t, Store: studytest.NewStore(), now: studytest.Noon, log: &bytes.Buffer{}}
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(l.log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	var err error
	l.study, err = l.CreateStudy(t.Context(), 0, d, l.now)
	l.must(err)
	_, err = l.Publish(t.Context(), l.study, 0, l.now)
	l.must(err)
	people, err := l.AddParticipants(t.Context(), l.study, false, []string{"thesecretofthelink"}, l.now)
	l.must(err)
	l.who = people[0]
	l.must(l.OfferSlots(t.Context(), []study.Slot{
		{Study: l.study, Station: "Room 12", StartsAt: at(24), EndsAt: at(25)}, {Study: l.study, Station: "Room 14", StartsAt: at(48), EndsAt: at(49)},
	}, 9))
	l.slots, err = l.Slots(t.Context(), l.study)
	l.must(err)
	l.must(l.SetAppointing(t.Context(), l.study, study.Appointing{Contact: "Ada, room 1", Mail: "ada@example.org", Remind: 3 * time.Hour, At: l.now}))
	l.books(0)
	l.must(l.SetAddress(t.Context(), study.Address{Participant: l.who.ID, Mail: address, Language: study.English, At: l.now}))
	l.office = &Office{Store: l.Store, Sender: "study@example.org", Now: func() time.Time { return l.now }}
	return l
}

func (l *laboratory) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

func (l *laboratory) books(i int) {
	l.Helper()
	_, err := l.BookSlot(l.Context(), study.Booking{Slot: l.slots[i].ID, Participant: l.who.ID, At: l.now})
	l.must(err)
}

// by lets the office send by a server.
func (l *laboratory) by(s *mailtest.Server) {
	l.office.Send = mail.Server{Host: "127.0.0.1", Port: s.Port, From: "study@example.org", TLS: mail.Never, Limit: 10 * time.Second}.Send
}

// turn lets the office work once, and checks that nothing in the log leads to anybody.
func (l *laboratory) turn() {
	l.Helper()
	l.must(l.office.Turn(l.Context()))
	if strings.Contains(l.log.String(), "@") {
		l.Errorf("the log has an address: %s", l.log)
	}
}

// newest returns the newest mail of the study.
func (l *laboratory) newest() study.Mail {
	l.Helper()
	all, err := l.Mails(l.Context(), l.study)
	l.must(err)
	if len(all) == 0 {
		l.Fatal("there is no mail")
	}
	return all[len(all)-1]
}

func TestAnAppointmentIsConfirmedMovedRemindedOfAndCancelled(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	l := newLaboratory(t, "Typing from afar", "bob@example.net")
	l.by(server)
	wants := func(subject, method, text, sequence string) {
		t.Helper()
		l.turn()
		l.turn() // the second must send nothing
		got := server.Next()
		server.Nothing()
		if s := got.Header("Subject"); len(s) != 1 || s[0] != subject {
			t.Errorf("the subject is %q, want %q", s, subject)
		}
		if len(got.To) != 1 || got.To[0] != "bob@example.net" || len(got.Parts) != 2 {
			t.Fatalf("got %+v", got)
		}
		ics := got.Parts[1].Text
		if got.Parts[1].Method != method || !strings.Contains(ics, "METHOD:"+method) || !strings.Contains(ics, "SEQUENCE:"+sequence) {
			t.Errorf("the calendar with %s is %s", got.Parts[1].Method, ics)
		}
		for _, want := range []string{text, "Typing from afar", "Ada, room 1"} {
			if !strings.Contains(got.Parts[0].Text, want) {
				t.Errorf("the mail does not say %q: %s", want, got.Parts[0].Text)
			}
		}
		if strings.Contains(got.Parts[0].Text+ics, "thesecretofthelink") {
			t.Error("the mail has the personal link in it")
		}
	}
	sequence := func() string {
		d, err := l.Diary(t.Context(), l.who.ID)
		l.must(err)
		return strconv.Itoa(d.Sequence())
	}
	day := func(hours float64) string { return at(hours).Format("Monday, 2 January 2006, 15:04 UTC") }
	wants("Your appointment on "+day(24), "PUBLISH", "Room 12", sequence())
	l.now = at(1)
	l.books(1)
	wants("Your appointment was moved to "+day(48), "PUBLISH", "Room 14", sequence())
	l.now = at(45)
	wants("Reminder: your appointment on "+day(48), "PUBLISH", "Room 14", sequence())
	l.now = at(46)
	l.must(l.EndBooking(t.Context(), study.Booking{Participant: l.who.ID, Kind: study.BookingCancelled, Slot: l.slots[1].ID, At: l.now}))
	wants("Your appointment on "+day(48)+" does not take place", "CANCEL", "You have cancelled your appointment", sequence())
}

func TestAMailIsInTheLanguageOfWhoReadsIt(t *testing.T) {
	for language, want := range map[study.Language]string{study.English: "Your appointment", "de": "Ihr Termin", catalogue.Pseudo: ""} {
		l := newLaboratory(t, "Typing", "bob@example.net")
		l.must(l.SetAddress(t.Context(), study.Address{Participant: l.who.ID, Mail: "bob@example.net", Language: language, At: l.now}))
		var got mail.Message
		l.office.Send = func(_ context.Context, m mail.Message) error { got = m; return nil }
		l.turn()
		if !strings.HasPrefix(got.Subject, want) || want == "" && strings.Contains(got.Subject+got.Text, "ppointment") {
			t.Errorf("%s: the subject is %q", language, got.Subject)
		}
	}
}

func TestMailsWaitWhileTheServerIsDown(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	l := newLaboratory(t, "Typing", "bob@example.net")
	l.by(server)
	server.Stop()
	l.turn()
	if m := l.newest(); m.State != study.MailWaits || m.Tries != 1 || m.Cause != study.MailUnreachable || !m.DueAt.Equal(l.now.Add(time.Minute)) {
		t.Errorf("while the server is down the mail is %+v", m)
	}
	l.turn() // not due
	if m := l.newest(); m.Tries != 1 {
		t.Errorf("it was tried %d times in the same minute", m.Tries)
	}
	server = mailtest.Start(t, mailtest.Options{Port: server.Port})
	l.now = l.now.Add(time.Minute)
	l.turn()
	server.Next()
	if m := l.newest(); m.State != study.MailSent || m.Tries != 2 {
		t.Errorf("when the server is up again the mail is %+v", m)
	}
	if said := l.log.String(); strings.Count(said, "cannot be used") != 1 || strings.Count(said, "can be used again") != 1 {
		t.Errorf("the log says %s", said)
	}
}

func TestAReaderWhomTheServerRefusesIsNotTriedAgain(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	l := newLaboratory(t, "Typing", "nobody@example.net")
	l.by(server)
	l.turn()
	if m := l.newest(); m.State != study.MailFailed || m.Cause != study.MailRefused {
		t.Errorf("the mail is %+v", m)
	}
	l.now = at(2)
	l.turn()
	if m := l.newest(); m.Tries != 1 {
		t.Errorf("it was tried %d times", m.Tries)
	}
	// Another address gets it.
	l.must(l.SetAddress(t.Context(), study.Address{Participant: l.who.ID, Mail: "bob@example.net", Language: study.English, At: l.now}))
	l.turn()
	if got := server.Next(); got.To[0] != "bob@example.net" {
		t.Errorf("it went to %v", got.To)
	}
}

// away is a server that is down, and counts who asks.
func away(tries *int) func(context.Context, mail.Message) error {
	return func(context.Context, mail.Message) error {
		*tries++
		return &mail.Failure{Cause: study.MailUnreachable}
	}
}

func TestNothingIsSentToWhoIsGone(t *testing.T) {
	for name, leave := range map[string]func(*laboratory){
		"who has withdrawn": func(l *laboratory) { l.must(l.Withdraw(l.Context(), l.who.ID, study.Withdrawal{At: l.now})) },
		"who had all of it erased": func(l *laboratory) {
			l.must(l.Withdraw(l.Context(), l.who.ID, study.Withdrawal{Erase: true, At: l.now}))
			_, err := l.Erase(l.Context(), l.who.ID, l.now)
			l.must(err)
		},
		"whose link was revoked": func(l *laboratory) {
			l.must(l.RevokeLinks(l.Context(), l.study, []study.ParticipantID{l.who.ID}, l.now))
		},
		"who has taken the address back": func(l *laboratory) { l.must(l.RemoveAddress(l.Context(), l.who.ID, l.now)) },
		"who is in a study that is closed": func(l *laboratory) {
			l.must(l.SetState(l.Context(), l.study, study.Openness{State: study.StudyClosed, At: l.now}))
		},
		"who is in one that is archived": func(l *laboratory) {
			for _, s := range []study.StudyState{study.StudyClosed, study.StudyArchived} {
				l.must(l.SetState(l.Context(), l.study, study.Openness{State: s, At: l.now}))
			}
		},
	} {
		l, tries := newLaboratory(t, "Typing", "bob@example.net"), 0
		l.office.Send = away(&tries)
		l.turn()
		if tries != 1 {
			t.Fatalf("%s: %d tries before that", name, tries)
		}
		l.now = at(1)
		leave(l)
		l.office.Send = func(context.Context, mail.Message) error { return errors.New("something is sent") }
		for l.now.Before(at(30)) {
			l.now = l.now.Add(time.Hour)
			l.turn()
		}
	}
}

// A reminder that was due while the server did not run goes when it starts, if the appointment is still ahead. If it is not, the queue and the log say
// that it was dropped, once.
func TestAReminderThatWasDueMeanwhileGoesOrIsDropped(t *testing.T) {
	for name, tt := range map[string]struct {
		back float64 // when the server runs again; the appointment is at 24, and its reminder was due at 21
		want study.MailState
		logs string
	}{
		"it is still ahead": {23.5, study.MailSent, "it goes now"},
		"it has begun":      {24.2, study.MailDropped, "it is dropped"},
	} {
		l := newLaboratory(t, "Typing", "bob@example.net")
		l.office.Send = func(context.Context, mail.Message) error { return nil }
		l.turn() // the confirmation
		l.now = at(tt.back)
		for range 2 {
			l.turn()
		}
		all, err := l.Mails(t.Context(), l.study)
		l.must(err)
		if len(all) != 2 || all[1].Kind != study.MailReminds || all[1].State != tt.want {
			t.Errorf("%s: the queue has %+v; want a confirmation and a reminder that is %s", name, all, tt.want)
		}
		if n := strings.Count(l.log.String(), tt.logs); n != 1 {
			t.Errorf("%s: the log says %d times %q:\n%s", name, n, tt.logs, l.log)
		}
	}
}

func TestTheAddressGoesWhenTheVisitBegins(t *testing.T) {
	l := newLaboratory(t, "Typing", "bob@example.net")
	l.office.Send = func(context.Context, mail.Message) error { return nil }
	l.turn()
	l.now = at(24)
	_, err := l.StartSession(t.Context(), l.who.ID, l.now)
	l.must(err)
	l.turn()
	if _, err := l.Address(t.Context(), l.who.ID); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("the address of who has begun: %v", err)
	}
}

func TestAServerThatSendsNoMailsForgetsAddressesAllTheSame(t *testing.T) {
	l := newLaboratory(t, "Typing", "bob@example.net")
	l.turn()
	if mails, err := l.Mails(t.Context(), l.study); err != nil || len(mails) != 0 {
		t.Errorf("queued are %+v, %v", mails, err)
	}
	l.now = at(24)
	_, err := l.StartSession(t.Context(), l.who.ID, l.now)
	l.must(err)
	l.turn()
	if _, err := l.Address(t.Context(), l.who.ID); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("the address of who has begun: %v", err)
	}
}

// The reminder is due while the confirmation is on its way, and then they withdraw.
func TestWhoWithdrawsBetweenTwoMailsGetsOneOnly(t *testing.T) {
	l, sent := newLaboratory(t, "Typing", "bob@example.net"), 0
	tries := 0
	l.office.Send = away(&tries)
	l.turn()
	l.now = at(22) // the confirmation waits, and the reminder is owed too
	l.office.Send = func(context.Context, mail.Message) error {
		sent++
		return l.Withdraw(l.Context(), l.who.ID, study.Withdrawal{At: l.now})
	}
	l.turn()
	if sent != 1 {
		t.Errorf("%d mails were sent, want one", sent)
	}
}

func TestAMailThatCannotBeWrittenKeepsNoOthers(t *testing.T) {
	l, sent := newLaboratory(t, "Typing", "bob@example.net"), 0
	people, err := l.AddParticipants(t.Context(), l.study, false, []string{"another"}, l.now)
	l.must(err)
	_, err = l.BookSlot(t.Context(), study.Booking{Slot: l.slots[1].ID, Participant: people[0].ID, At: l.now})
	l.must(err)
	l.must(l.SetAddress(t.Context(), study.Address{Participant: people[0].ID, Mail: "eve@example.net", Language: study.English, At: l.now}))
	l.office.Send = func(_ context.Context, m mail.Message) error {
		if m.To == "bob@example.net" {
			return errors.New("something is wrong with this one")
		}
		sent++
		return nil
	}
	if err := l.office.Turn(t.Context()); err == nil || sent != 1 {
		t.Errorf("the turn ends with %v, and %d mails were sent to others", err, sent)
	}
}

func TestAnOfficeLooksEveryHalfMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, tries := newLaboratory(t, "Typing", "bob@example.net"), 0
		began := time.Now()
		l.office.Now = func() time.Time { return l.now.Add(time.Since(began)) }
		l.office.Send = away(&tries)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- l.office.Run(ctx) }()
		<-time.After(7*time.Minute + time.Second) // of the bubble's own clock: after 0, 1, 3 and 7 minutes
		synctest.Wait()
		if tries != 4 {
			t.Errorf("%d tries in seven minutes, want 4", tries)
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// hasty is a store that refuses whoever comes with a context that has ended, as the database's driver does.
type hasty struct{ *studytest.Store }

func (s hasty) RecordMail(ctx context.Context, m study.Mail) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return s.Store.RecordMail(ctx, m)
}

// The program stops while a mail is on its way, and the server for mail takes it. At the next start it must not go again.
func TestAMailIsSentOnceThoughTheProgramStopsMeanwhile(t *testing.T) {
	l, sent := newLaboratory(t, "Typing", "bob@example.net"), 0
	l.office.Store = hasty{l.Store}
	ctx, stop := context.WithCancel(t.Context())
	l.office.Send = func(context.Context, mail.Message) error {
		sent++
		stop()
		return nil
	}
	l.must(l.office.Turn(ctx))
	l.now = l.now.Add(time.Minute)
	l.turn()
	if sent != 1 {
		t.Errorf("the confirmation was sent %d times; on record is %+v", sent, l.newest())
	}
}

func TestAClockThatIsSetBackSendsNothingTwiceAndDelaysNothing(t *testing.T) {
	l, sent := newLaboratory(t, "Typing", "bob@example.net"), 0
	l.office.Send = func(context.Context, mail.Message) error { sent++; return nil }
	l.now = l.now.Add(-time.Hour) // it was an hour ahead when the address was entered
	for range 30 {
		l.turn()
		l.now = l.now.Add(rest)
	}
	if sent != 1 {
		t.Errorf("the same confirmation was sent %d times", sent)
	}
	l, tries := newLaboratory(t, "Typing", "bob@example.net"), 0
	l.office.Send = away(&tries)
	l.now = at(20)
	l.turn() // it is 20 hours ahead
	l.now, sent = at(0.1), 0
	l.office.Send = func(context.Context, mail.Message) error { sent++; return nil }
	l.turn()
	if tries != 1 || sent != 1 {
		t.Errorf("after %d tries, and the clock set right, %d are sent", tries, sent)
	}
}

func TestAWithdrawalDuringATryIsNoError(t *testing.T) {
	l := newLaboratory(t, "Typing", "bob@example.net")
	l.office.Send = func(ctx context.Context, _ mail.Message) error {
		l.must(l.Withdraw(ctx, l.who.ID, study.Withdrawal{At: l.now}))
		return &mail.Failure{Cause: study.MailUnreachable}
	}
	l.turn()
	if m := l.newest(); m.State != study.MailDropped {
		t.Errorf("the mail is %s", m.State)
	}
}
