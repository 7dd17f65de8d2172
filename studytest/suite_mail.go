package studytest

import (
	"time"

	"vmstudy/study"
)

// written returns somebody who has booked a time and said where to write.
func (l *lab) written(mail string) (study.Participant, study.Slot) {
	l.Helper()
	s := l.published(OneTrial()).Study
	p := l.people(s, false, 1)[0]
	at := l.offered(slot(s, mail, 10, 11))[0]
	_, err := l.BookSlot(l.ctx(), study.Booking{Slot: at.ID, Participant: p.ID, At: Noon})
	l.must(err)
	l.must(l.SetAddress(l.ctx(), study.Address{Participant: p.ID, Mail: mail, Language: "de", At: Noon}))
	return p, at
}

// only returns the correspondence of one person, who must have one.
func (l *lab) only(p study.Participant) study.Correspondence {
	l.Helper()
	all, err := l.Correspondences(l.ctx(), p.ID)
	l.must(err)
	if len(all) != 1 {
		l.Fatalf("participant %d has %d correspondences, want one", p.ID, len(all))
	}
	return all[0]
}

func testAddresses(l *lab) {
	p, _ := l.written("ada@example.org")
	got, err := l.Address(l.ctx(), p.ID)
	l.must(err)
	l.wantEqual("the address", got, study.Address{Participant: p.ID, Mail: "ada@example.org", Language: "de", At: Noon})
	l.wantKind("no address", l.SetAddress(l.ctx(), study.Address{Participant: p.ID, Mail: "ada@example.org\r\nBcc: eve@example.org", At: Noon}), study.ErrInvalid)
	l.wantKind("the address of nobody", l.SetAddress(l.ctx(), study.Address{Participant: 4711, Mail: "x@example.org", At: Noon}), study.ErrNotFound)
	l.must(l.SetAddress(l.ctx(), study.Address{Participant: p.ID, Mail: "lovelace@example.org", Language: "en", At: hours(1)}))
	l.wantEqual("the new address", l.only(p).Address.Mail, "lovelace@example.org")
	for range 2 { // the second call must change nothing
		l.must(l.RemoveAddress(l.ctx(), p.ID, hours(2)))
	}
	_, err = l.Address(l.ctx(), p.ID)
	l.wantKind("an address that was taken back", err, study.ErrNotFound)
	l.wantKind("take back the address of nobody", l.RemoveAddress(l.ctx(), 4711, Noon), study.ErrNotFound)
	all, err := l.Correspondences(l.ctx(), 0)
	l.must(err)
	l.wantEqual("who gets mails", len(all), 0)
}

func testMails(l *lab) {
	p, at := l.written("ada@example.org")
	l.must(l.SetAppointing(l.ctx(), p.Study, study.Appointing{Notice: time.Hour, Contact: "Ada", Mail: "lab@example.org", Remind: 2 * time.Hour, At: Noon}))
	c := l.only(p)
	l.wantEqual("how the study deals with appointments", c.Asks, study.Appointing{Notice: time.Hour, Contact: "Ada", Mail: "lab@example.org", Remind: 2 * time.Hour})
	l.wantEqual("what the mails are about", c.Diary.Last().Slot, at.ID)
	owed := c.Owed(Noon)
	l.wantEqual("how many mails are owed", len(owed), 1)
	l.must(l.QueueMail(l.ctx(), owed[0]))
	c = l.only(p)
	l.wantEqual("what is owed when it is queued", len(c.Owed(Noon)), 0)
	first := c.Mails[0]
	want := owed[0]
	want.ID = first.ID
	l.wantEqual("the mail that waits", first, want)

	later := first.Failed(study.MailDeferred, hours(0.5))
	l.must(l.RecordMail(l.ctx(), later))
	l.wantEqual("a mail after a try", l.only(p).Mails, []study.Mail{later})
	sent := later.Sent(hours(1))
	l.must(l.RecordMail(l.ctx(), sent))
	l.wantKind("a mail that was sent", l.RecordMail(l.ctx(), sent.Failed(study.MailRefused, hours(2))), study.ErrNotFound)
	mails, err := l.Mails(l.ctx(), p.Study)
	l.must(err)
	l.wantEqual("mails of the study", mails, []study.Mail{sent})
	other, err := l.Mails(l.ctx(), p.Study+1)
	l.must(err)
	l.wantEqual("mails of another study", len(other), 0)

	l.must(l.RevokeLinks(l.ctx(), p.Study, []study.ParticipantID{p.ID}, hours(1.4)))
	l.wantEqual("whether who has no link cannot come", l.only(p).Out, true)
	l.must(l.RenewLinks(l.ctx(), p.Study, []study.NewLink{{Participant: p.ID, Secret: "another of " + p.Code}}, time.Time{}, hours(1.6)))
	l.wantEqual("whether who has another link cannot come", l.only(p).Out, false)

	l.must(l.SetState(l.ctx(), p.Study, study.Openness{State: study.StudyClosed, At: hours(2)}))
	l.wantEqual("the state of a study that was closed", l.only(p).State, study.StudyClosed)
}

// Who withdraws gets no mail that waits, and their address goes first, whether or not what they gave is kept.
func testMailsOfWhoWithdraws(l *lab) {
	for _, erase := range []bool{false, true} {
		p, _ := l.written(map[bool]string{false: "kept@example.org", true: "erased@example.org"}[erase])
		l.must(l.QueueMail(l.ctx(), l.only(p).Owed(Noon)[0]))
		waits := l.only(p).Mails[0]
		l.must(l.Withdraw(l.ctx(), p.ID, study.Withdrawal{Erase: erase, At: hours(1)}))
		_, err := l.Address(l.ctx(), p.ID)
		l.wantKind("the address of who has withdrawn", err, study.ErrNotFound)
		l.wantKind("another address after a withdrawal", l.SetAddress(l.ctx(), study.Address{Participant: p.ID, Mail: "x@example.org", At: hours(1)}), study.ErrConflict)
		l.wantKind("queue a mail after a withdrawal", l.QueueMail(l.ctx(), waits), study.ErrNotFound)
		l.wantKind("record a mail after a withdrawal", l.RecordMail(l.ctx(), waits.Sent(hours(1))), study.ErrNotFound)
		mails, err := l.Mails(l.ctx(), p.Study)
		l.must(err)
		waits.State, waits.At = study.MailDropped, hours(1)
		l.wantEqual("the mail that waited", mails, []study.Mail{waits})
		if !erase {
			continue
		}
		stone, err := l.Erase(l.ctx(), p.ID, hours(1))
		l.must(err)
		l.wantEqual("what was removed", stone.Removed[0], study.Removed{Kind: "mail", Rows: 1})
		mails, err = l.Mails(l.ctx(), p.Study)
		l.must(err)
		l.wantEqual("mails after an erasure", len(mails), 0)
	}
}
