package study

import (
	"slices"
	"time"
)

// Address is where mails about a participant's appointments go, which they need not say. It is in no export, in no text of the audit and in no log, and
// goes when they withdraw.
type Address struct {
	Participant ParticipantID
	Mail        string
	Language    Language       // in which they read
	By          ExperimenterID // who entered it; 0: the participant
	At          time.Time
}

// Check returns what is wrong with a, or nil. The sentence does not repeat the address.
func (a Address) Check() error {
	if !MailAddress(a.Mail) {
		return Refuse(ErrInvalid, "This is no address for mail. Please write it as in ada@example.org.")
	}
	return nil
}

// MailKind is what a mail to a participant says.
type MailKind string

// The kinds.
const (
	MailConfirms MailKind = "confirmation" // they have a time, or another one than before
	MailCancels  MailKind = "cancellation" // their appointment does not take place
	MailReminds  MailKind = "reminder"     // their appointment is near
)

// MailState is what has become of a mail.
type MailState string

// The states. Only a mail that waits gets another one.
const (
	MailWaits   MailState = "waiting"
	MailSent    MailState = "sent"    // the server for mail has taken it
	MailFailed  MailState = "failed"  // for good
	MailDropped MailState = "dropped" // what it says was not true any more, or nobody was left to send it to
)

// MailCause is why a mail was not sent. It is a word of ours: what a server for mail says often has the address in it.
type MailCause string

// The causes. The first two are for good.
const (
	MailRefused     MailCause = "refused"     // the server takes no mail for this address
	MailRejected    MailCause = "rejected"    // the server does not take this mail
	MailDeferred    MailCause = "deferred"    // the server says: later
	MailUnreachable MailCause = "unreachable" // there is no connection to the server, or it broke
	MailUnsafe      MailCause = "unsafe"      // the server does not encrypt, or is not who it should be
	MailUnsigned    MailCause = "unsigned"    // the server does not let us in
)

// Final reports whether another try is of no use.
func (c MailCause) Final() bool { return c == MailRefused || c == MailRejected }

// Mail is one mail to a participant, as a fact: whom, what about, and what has become of it. It knows no address.
type Mail struct {
	ID          MailID
	Participant ParticipantID
	Kind        MailKind
	Fact        int // which fact of their diary it is about, counted from 1
	QueuedAt    time.Time
	DueAt       time.Time // nothing is tried before
	Tries       int
	State       MailState
	Cause       MailCause // of the last try that failed; empty if none did
	At          time.Time // of the state
}

// Patience with mails: pauses between tries double, from the first to the longest, and after the last day nothing is tried.
const (
	firstMailPause   = time.Minute
	longestMailPause = time.Hour
	mailPatience     = 3 * 24 * time.Hour
)

// MailPause returns how long a mail rests after so many tries.
func MailPause(tries int) time.Duration {
	pause := firstMailPause
	for range min(tries-1, 10) {
		pause *= 2
	}
	return min(pause, longestMailPause)
}

// Failed returns m after a try that failed.
func (m Mail) Failed(cause MailCause, now time.Time) Mail {
	m.Tries, m.Cause, m.At, m.DueAt = m.Tries+1, cause, now, now.Add(MailPause(m.Tries+1))
	if cause.Final() || m.DueAt.After(m.QueuedAt.Add(mailPatience)) {
		m.State = MailFailed
	}
	return m
}

// Sent returns m after a server has taken it.
func (m Mail) Sent(now time.Time) Mail {
	m.Tries, m.State, m.Cause, m.At = m.Tries+1, MailSent, "", now
	return m
}

// Correspondence is what decides which mails somebody gets who has said where to.
type Correspondence struct {
	Study   StudyID
	State   StudyState // of the study
	Link    LinkHash   // of their first personal link: calendar programs know the appointment by it
	Out     bool       // their personal link was revoked: they cannot come
	Asks    Appointing
	Address Address
	Diary   Diary
	Mails   []Mail // the oldest first
}

// silent reports whether nothing will be said any more: the last visit has begun, or the study is archived.
func (c Correspondence) silent() bool {
	return c.Diary.Final() || c.State == StudyArchived
}

// Over reports whether no mail will be owed any more. Then the address goes. Who takes no part any more, or has left, reads first that their appointment
// does not take place.
func (c Correspondence) Over(now time.Time) bool {
	if c.silent() {
		return true
	}
	waits := slices.ContainsFunc(c.Mails, func(m Mail) bool { return m.State == MailWaits })
	return (c.Diary.Out || c.left(now)) && !waits && len(c.Owed(now)) == 0
}

// left reports whether nobody counts on somebody any more who comes more than once: their place is given back between two visits. Who breaks off within a
// visit, for a night perhaps, has ReturnLease longer.
func (c Correspondence) left(now time.Time) bool {
	until := c.Diary.Kept
	if until.IsZero() {
		return false
	}
	if !c.Diary.Between() {
		until = until.Add(ReturnLease)
	}
	return !now.Before(until)
}

// maxMailsADay is how many mails are queued for one person within a day, so that nobody can have somebody else's address written to again and again.
const maxMailsADay = 10

// Owed returns the mails that are to be queued at the moment now. What is over the limit of a day is owed later; but a cancellation by the laboratory never is.
func (c Correspondence) Owed(now time.Time) (all []Mail) {
	today := 0
	for _, m := range c.Mails {
		if m.QueuedAt.After(now.Add(-24 * time.Hour)) {
			today++
		}
	}
	queued := now
	if c.Address.At.After(now) { // the clock was set back since; has looks from then on
		queued = c.Address.At
	}
	for _, kind := range []MailKind{MailConfirms, MailCancels, MailReminds} {
		m := Mail{Participant: c.Address.Participant, Kind: kind, Fact: len(c.Diary.Facts), QueuedAt: queued, DueAt: now, State: MailWaits, At: now}
		urgent := kind == MailCancels && c.Diary.Last().By != 0
		if (urgent || today+len(all) < maxMailsADay) && c.Holds(m, now) && c.begins(m, now) && !c.has(m) {
			all = append(all, m)
		}
	}
	return all
}

// begins reports whether m is news to who reads it. Who says where to write to only after an appointment was cancelled has seen that; and
// who books shortly before an appointment needs no reminder.
func (c Correspondence) begins(m Mail, now time.Time) bool {
	last := c.Diary.Last()
	switch m.Kind {
	case MailCancels:
		return !c.Address.At.After(last.At) || c.Address.At.After(now) // after now: the clock was set back since
	case MailReminds:
		return last.At.Before(c.near()) && c.Address.At.Before(c.near())
	}
	return true
}

// has reports whether m is queued, or was since the address was said: another address gets it anew.
func (c Correspondence) has(m Mail) bool {
	return slices.ContainsFunc(c.Mails, func(o Mail) bool {
		return o.Kind == m.Kind && o.Fact == m.Fact && (o.State == MailWaits || !o.QueuedAt.Before(c.Address.At))
	})
}

// mute reports whether nothing is said of the last fact: the visit that it is about has begun, or nothing is said at all.
func (c Correspondence) mute() bool {
	return c.silent() || !c.Diary.beganAt(c.Diary.Last().visit()).IsZero()
}

// Holds reports whether what m says is true at the moment now, and of use. Nothing is said of a study that is archived. To who cannot come any more, and
// of a study that is closed to who has not begun, only what does not take place is said.
func (c Correspondence) Holds(m Mail, now time.Time) bool {
	last := c.Diary.Last()
	if m.Fact == 0 || m.Fact != len(c.Diary.Facts) || c.mute() || !now.Before(last.StartsAt) {
		return false
	}
	switch m.Kind {
	case MailConfirms:
		return c.comes()
	case MailReminds:
		return c.comes() && c.Asks.Remind > 0 && !now.Before(c.near())
	case MailCancels:
		return last.Kind == BookingCancelled
	}
	return false
}

// comes reports whether they have an appointment to which they can come.
func (c Correspondence) comes() bool {
	last := c.Diary.Last()
	open := c.State == StudyOpen || c.State == StudyClosed && len(c.Diary.Began) > 0
	return (last.Kind == BookingMade || last.Kind == BookingMoved) && open && !c.Out && !c.Diary.Out
}

// near is when the reminder of the last appointment is due.
func (c Correspondence) near() time.Time { return c.Diary.Last().StartsAt.Add(-c.Asks.Remind) }

// Late returns how long ago a reminder that is owed at the moment now was due. It is late when nothing was sent meanwhile, as while the server did not run.
func (c Correspondence) Late(m Mail, now time.Time) time.Duration {
	if m.Kind != MailReminds {
		return 0
	}
	return now.Sub(c.near())
}

// Missed returns the reminder that should have been sent and was not, because nothing was sent until the appointment began: as a fact, dropped already.
func (c Correspondence) Missed(now time.Time) (m Mail, ok bool) {
	m = Mail{Participant: c.Address.Participant, Kind: MailReminds, Fact: len(c.Diary.Facts), QueuedAt: now, DueAt: now, State: MailDropped, At: now}
	begun := !now.Before(c.Diary.Last().StartsAt)
	return m, begun && m.Fact > 0 && !c.mute() && c.comes() && c.Asks.Remind > 0 && c.begins(m, now) && !c.Address.At.After(now) && !c.has(m)
}

// Ended returns m, which does not hold any more: dropped, or failed if it could not be sent and held until the appointment would have begun.
func (c Correspondence) Ended(m Mail, now time.Time) Mail {
	m.State, m.At = MailDropped, now
	if m.Tries > 0 && c.Holds(m, c.Diary.Last().StartsAt.Add(-1)) {
		m.State = MailFailed
	}
	return m
}
