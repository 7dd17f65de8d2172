package study

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var mailNoon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func after(hours float64) time.Time { return mailNoon.Add(time.Duration(hours * float64(time.Hour))) }

// appointed is somebody who booked at noon a time that begins ten hours later, and said at once where to write.
func appointed(change func(*Correspondence)) Correspondence {
	c := Correspondence{
		Asks: Appointing{Remind: 3 * time.Hour}, Address: Address{Participant: 7, Mail: "ada@example.org", At: mailNoon},
		Diary: Diary{Facts: []Booking{{Kind: BookingMade, StartsAt: after(10), EndsAt: after(11), At: mailNoon}}},
	}
	change(&c)
	return c
}

func TestWhichMailsAreOwed(t *testing.T) {
	then := func(kind BookingKind, at float64) func(*Correspondence) {
		return func(c *Correspondence) {
			c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: kind, StartsAt: after(10), EndsAt: after(11), At: after(at)})
		}
	}
	mailed := func(m Mail) func(*Correspondence) { return func(c *Correspondence) { c.Mails = append(c.Mails, m) } }
	confirmed := Mail{Kind: MailConfirms, Fact: 1, QueuedAt: mailNoon, State: MailSent}
	for name, tt := range map[string]struct {
		change func(*Correspondence)
		at     float64
		want   MailKind // empty: none
	}{
		"who has booked gets a confirmation": {func(*Correspondence) {}, 0.1, MailConfirms},
		"and only one":                       {mailed(confirmed), 0.1, ""},
		"one for another address":            {func(c *Correspondence) { c.Mails = []Mail{confirmed}; c.Address.At = after(1) }, 1, MailConfirms},
		"none for another while one waits": {func(c *Correspondence) {
			c.Mails = []Mail{{Kind: MailConfirms, Fact: 1, QueuedAt: mailNoon, State: MailWaits}}
			c.Address.At = after(1)
		}, 1, ""},
		"who has moved gets another":          {func(c *Correspondence) { mailed(confirmed)(c); then(BookingMoved, 1)(c) }, 1, MailConfirms},
		"who cancels gets a cancellation":     {then(BookingCancelled, 1), 1, MailCancels},
		"unless they said later where to":     {func(c *Correspondence) { then(BookingCancelled, 1)(c); c.Address.At = after(2) }, 2, ""},
		"or a clock was set back since":       {func(c *Correspondence) { then(BookingCancelled, 1)(c); c.Address.At = after(2) }, 1.5, MailCancels},
		"who walks in gets nothing":           {func(c *Correspondence) { c.Diary.Facts[0].Kind = BookingWalkedIn }, 0.1, ""},
		"who did not come gets nothing":       {then(BookingMissed, 11), 11, ""},
		"who has no appointment gets nothing": {func(c *Correspondence) { c.Diary.Facts = nil }, 1, ""},
		"a reminder when it is near":          {mailed(confirmed), 7, MailReminds},
		"and not before":                      {mailed(confirmed), 6.9, ""},
		"and not when it has begun":           {mailed(confirmed), 10, ""},
		"none where the study sends none":     {func(c *Correspondence) { mailed(confirmed)(c); c.Asks.Remind = 0 }, 7, ""},
		"none for who booked when it was near": {func(c *Correspondence) {
			c.Diary.Facts[0].At = after(8)
			c.Mails = []Mail{{Kind: MailConfirms, Fact: 1, QueuedAt: after(8), State: MailSent}}
		}, 9, ""},
		"nothing when the visit has begun":                    {func(c *Correspondence) { c.Diary.Course = OneVisit(after(1)) }, 2, ""},
		"nothing of a study that is archived":                 {func(c *Correspondence) { then(BookingCancelled, 1)(c); c.State = StudyArchived }, 2, ""},
		"of a study that is closed, what does not take place": {func(c *Correspondence) { then(BookingCancelled, 1)(c); c.State = StudyClosed }, 2, MailCancels},
		"who cannot come reads that it does not take place":   {func(c *Correspondence) { then(BookingCancelled, 1)(c); c.Out = true }, 2, MailCancels},
		"who cannot come gets no confirmation":                {func(c *Correspondence) { c.Out = true }, 0.1, ""},
		"who cannot come gets no reminder":                    {func(c *Correspondence) { mailed(confirmed)(c); c.Out = true }, 7, ""},
		"a reminder that was due meanwhile, if there is time": {mailed(confirmed), 9.9, MailReminds},
		"and nothing else":                                    {func(c *Correspondence) { c.State = StudyClosed }, 2, ""},
	} {
		got := appointed(tt.change).Owed(after(tt.at))
		if len(got) > 1 || len(got) == 1 != (tt.want != "") || len(got) == 1 && got[0].Kind != tt.want {
			t.Errorf("%s: got %+v, want %q", name, got, tt.want)
		}
	}
}

func TestAReminderThatNothingCameOfIsToldOnce(t *testing.T) {
	confirmed := Mail{Kind: MailConfirms, Fact: 1, QueuedAt: mailNoon, State: MailSent}
	for name, tt := range map[string]struct {
		change func(*Correspondence)
		at     float64
		want   bool
	}{
		"when the appointment has begun": {func(*Correspondence) {}, 10, true},
		"not before":                     {func(*Correspondence) {}, 9.9, false},
		"not if it was sent": {func(c *Correspondence) {
			c.Mails = append(c.Mails, Mail{Kind: MailReminds, Fact: 1, QueuedAt: after(7), State: MailSent})
		}, 10, false},
		"not if it was told before": {func(c *Correspondence) {
			c.Mails = append(c.Mails, Mail{Kind: MailReminds, Fact: 1, QueuedAt: after(10), State: MailDropped})
		}, 11, false},
		"not of who booked when it was near": {func(c *Correspondence) { c.Diary.Facts[0].At = after(8) }, 10, false},
		"not of who has begun":               {func(c *Correspondence) { c.Diary.Course = OneVisit(after(10)) }, 10, false},
		"not of who cannot come":             {func(c *Correspondence) { c.Out = true }, 10, false},
		"not of what was cancelled": {func(c *Correspondence) {
			c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: BookingCancelled, StartsAt: after(10), At: after(5)})
		}, 10, false},
		"not where the study sends none": {func(c *Correspondence) { c.Asks.Remind = 0 }, 10, false},
		"not of who never had one":       {func(c *Correspondence) { c.Diary.Facts = nil }, 10, false},
	} {
		c := appointed(func(c *Correspondence) { c.Mails = []Mail{confirmed}; tt.change(c) })
		m, ok := c.Missed(after(tt.at))
		if ok != tt.want || ok && (m.Kind != MailReminds || m.State != MailDropped || m.Fact != 1 || m.Participant != 7) {
			t.Errorf("%s: got %+v, %t; want %t", name, m, ok, tt.want)
		}
	}
}

func TestAMailRestsLongerEachTimeAndIsGivenUp(t *testing.T) {
	m, now := Mail{QueuedAt: mailNoon, State: MailWaits}, mailNoon
	var pauses []time.Duration
	for m.State == MailWaits {
		m = m.Failed(MailUnreachable, now)
		pauses = append(pauses, m.DueAt.Sub(now))
		now = m.DueAt
	}
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		if pauses[i] != want*time.Minute {
			t.Errorf("pause %d is %v, want %d minutes", i+1, pauses[i], want)
		}
	}
	if given := m.At.Sub(mailNoon); m.State != MailFailed || m.Cause != MailUnreachable || given > mailPatience || given < mailPatience-2*time.Hour {
		t.Errorf("it is %s after %v", m.State, given)
	}
	if m := (Mail{QueuedAt: mailNoon, State: MailWaits}).Failed(MailRefused, mailNoon); m.State != MailFailed {
		t.Errorf("a mail that was refused for good is %s", m.State)
	}
}

func TestWhatDoesNotHoldAnyMoreIsDroppedOrFailed(t *testing.T) {
	c := appointed(func(*Correspondence) {})
	waits := c.Owed(mailNoon)[0]
	tried := waits.Failed(MailDeferred, after(9))
	for name, tt := range map[string]struct {
		change func(*Correspondence)
		mail   Mail
		want   MailState
	}{
		"one that could not be sent in time": {func(*Correspondence) {}, tried, MailFailed},
		"one that was never tried":           {func(*Correspondence) {}, waits, MailDropped},
		"one about what has changed":         {func(c *Correspondence) { c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: BookingCancelled}) }, tried, MailDropped},
	} {
		if got := appointed(tt.change).Ended(tt.mail, after(11)); got.State != tt.want {
			t.Errorf("%s is %s, want %s", name, got.State, tt.want)
		}
	}
}

func TestNobodyGetsMoreThanTenMailsADay(t *testing.T) {
	c, sent := appointed(func(c *Correspondence) { c.Diary.Facts[0].StartsAt = after(100) }), 0
	for minute := range 60 { // another address each minute
		now := mailNoon.Add(time.Duration(minute) * time.Minute)
		c.Address.At = now
		for _, m := range c.Owed(now) {
			c.Mails = append(c.Mails, m.Sent(now))
			sent++
		}
	}
	if sent != maxMailsADay {
		t.Errorf("%d mails in an hour, want %d", sent, maxMailsADay)
	}
	if c.Address.At = after(25); len(c.Owed(after(25))) != 1 {
		t.Error("a day later nothing is owed")
	}
}

// Whatever happens in whatever order, no mail is queued twice while it waits, and each that is owed holds.
func TestWhatIsOwedHoldsAndIsOwedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := mailNoon
		c := Correspondence{Asks: Appointing{Remind: time.Duration(rapid.IntRange(0, 5).Draw(t, "remind")) * time.Hour}, Address: Address{At: now}}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 240).Draw(t, "minutes")) * time.Minute)
			switch rapid.IntRange(0, 3).Draw(t, "do") {
			case 0:
				kind := rapid.SampledFrom([]BookingKind{BookingMade, BookingMoved, BookingWalkedIn, BookingCancelled, BookingMissed}).Draw(t, "kind")
				starts := now.Add(time.Duration(rapid.IntRange(-60, 600).Draw(t, "starts")) * time.Minute)
				c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: kind, StartsAt: starts, EndsAt: starts.Add(time.Hour), At: now})
			case 1:
				c.Address.At = now
			case 2:
				c.State = rapid.SampledFrom([]StudyState{StudyOpen, StudyClosed, StudyArchived}).Draw(t, "state")
			case 3:
				for i, m := range c.Mails {
					if m.State == MailWaits && rapid.Bool().Draw(t, "sent") {
						c.Mails[i] = m.Sent(now)
					}
				}
			}
			for _, m := range c.Owed(now) {
				if !c.Holds(m, now) {
					t.Fatalf("%+v is owed and does not hold", m)
				}
				for _, o := range c.Mails {
					if o.Kind == m.Kind && o.Fact == m.Fact && o.State == MailWaits {
						t.Fatalf("%+v is owed while it waits", m)
					}
				}
				c.Mails = append(c.Mails, m)
			}
			if again := c.Owed(now); len(again) > 0 {
				t.Fatalf("%+v is owed twice", again)
			}
		}
	})
}

// Ten mails of a day are spent when the laboratory cancels: that is told all the same, and once.
func TestACancellationByTheLaboratoryIsToldBeyondTenMails(t *testing.T) {
	at := func(h float64) time.Time {
		return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
	}
	for name, tt := range map[string]struct {
		by   ExperimenterID
		want int
	}{"the laboratory cancels": {1, 1}, "they cancel, which they know": {0, 0}} {
		c := Correspondence{State: StudyOpen, Address: Address{Participant: 7, Mail: "ada@example.org", At: at(0)}}
		for i := range 10 {
			kind := BookingMoved
			if i == 0 {
				kind = BookingMade
			}
			c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: kind, StartsAt: at(8), EndsAt: at(9), At: at(0.1 * float64(i))})
			for _, m := range c.Owed(at(0.1 * float64(i))) {
				c.Mails = append(c.Mails, m.Sent(m.QueuedAt))
			}
		}
		before := len(c.Mails)
		c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: BookingCancelled, By: tt.by, StartsAt: at(8), EndsAt: at(9), At: at(2)})
		for h := 2.0; h < 8; h += 0.5 {
			for _, m := range c.Owed(at(h)) {
				c.Mails = append(c.Mails, m.Sent(at(h)))
			}
		}
		if got := len(c.Mails) - before; before != 10 || got != tt.want {
			t.Errorf("%s: %d mails before, %d about that", name, before, got)
		}
	}
}

// The laboratory cancels and closes the study, and there is no server for mail until the appointment would have begun.
func TestACancellationThatCannotBeSentHasFailedInAClosedStudyToo(t *testing.T) {
	at := func(h float64) time.Time {
		return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC).Add(time.Duration(h * float64(time.Hour)))
	}
	c := Correspondence{State: StudyClosed, Address: Address{Participant: 7, Mail: "ada@example.org", At: at(0)}}
	c.Diary.Facts = []Booking{{Kind: BookingMade, StartsAt: at(8), EndsAt: at(9), At: at(0)}, {Kind: BookingCancelled, By: 1, StartsAt: at(8), EndsAt: at(9), At: at(1)}}
	owed := c.Owed(at(1))
	if len(owed) != 1 {
		t.Fatalf("owed are %+v", owed)
	}
	if got := c.Ended(owed[0].Failed(MailUnreachable, at(1)), at(8)); got.State != MailFailed {
		t.Errorf("it is %s", got.State)
	}
}

// Somebody has done the first of two visits, an hour before noon, and has an appointment for the second.
func TestTheAddressLivesUntilTheLastVisitHasBegun(t *testing.T) {
	between := func(change func(*Correspondence)) Correspondence {
		return appointed(func(c *Correspondence) {
			c.Diary.Course = Course{Began: []time.Time{after(-1)}, Visit: 2, Visits: 2, Kept: after(200)}
			c.Diary.Facts[0].Visit = 2
			change(c)
		})
	}
	cancelled := func(c *Correspondence) {
		c.Diary.Out = true
		c.Diary.Facts = append(c.Diary.Facts, Booking{Kind: BookingCancelled, Visit: 2, By: 3, StartsAt: after(10), EndsAt: after(11), At: after(1)})
	}
	for name, tt := range map[string]struct {
		change func(*Correspondence)
		at     float64
		over   bool
		owed   MailKind
	}{
		"between the visits":            {func(*Correspondence) {}, 1, false, MailConfirms},
		"in a break of the first visit": {func(c *Correspondence) { c.Diary.Visit, c.Diary.Facts[0].Visit = 1, 1 }, 1, false, ""},
		"when the last visit has begun": {func(c *Correspondence) { c.Diary.Began = append(c.Diary.Began, after(1)) }, 1, true, ""},
		"in a study that is closed":     {func(c *Correspondence) { c.State = StudyClosed }, 1, false, MailConfirms},
		"in one that is archived":       {func(c *Correspondence) { c.State = StudyArchived }, 1, true, ""},
		"out, with a cancellation owed": {cancelled, 1, false, MailCancels},
		"out, with one that waits": {func(c *Correspondence) {
			cancelled(c)
			c.Mails = []Mail{{Kind: MailCancels, Fact: 2, State: MailWaits, QueuedAt: after(1)}}
		}, 1, false, ""},
		"out, with one that was sent": {func(c *Correspondence) {
			cancelled(c)
			c.Mails = []Mail{{Kind: MailCancels, Fact: 2, State: MailSent, QueuedAt: after(1)}}
		}, 1, true, ""},
		"out, when it would have begun":    {cancelled, 10, true, ""},
		"when the lease has run out":       {func(*Correspondence) {}, 200, true, ""},
		"a second before the lease is out": {func(*Correspondence) {}, 199.9, false, ""},
		"cancelled after the lease is out": {func(c *Correspondence) { cancelled(c); c.Diary.Out, c.Diary.Kept = false, after(1) }, 2, false, MailCancels},
		"cancelled after the lease is out, and the mail waits": {func(c *Correspondence) {
			cancelled(c)
			c.Diary.Out, c.Diary.Kept = false, after(1)
			c.Mails = []Mail{{Kind: MailCancels, Fact: 2, State: MailWaits, QueuedAt: after(1)}}
		}, 2, false, ""},
		"cancelled after the lease is out, and the mail went": {func(c *Correspondence) {
			cancelled(c)
			c.Diary.Out, c.Diary.Kept = false, after(1)
			c.Mails = []Mail{{Kind: MailCancels, Fact: 2, State: MailSent, QueuedAt: after(1)}}
		}, 2, true, ""},
		"a night in the first visit": {func(c *Correspondence) { c.Diary.Visit, c.Diary.Facts[0].Visit, c.Diary.Kept = 1, 1, after(12) }, 13, false, ""},
		"long after a break in it":   {func(c *Correspondence) { c.Diary.Visit, c.Diary.Facts[0].Visit, c.Diary.Kept = 1, 1, after(12) }, 12 + 14*24, true, ""},
	} {
		c := between(tt.change)
		if got := c.Over(after(tt.at)); got != tt.over {
			t.Errorf("%s: over is %t", name, got)
		}
		owed := c.Owed(after(tt.at))
		if len(owed) > 1 || len(owed) == 1 != (tt.owed != "") || len(owed) == 1 && owed[0].Kind != tt.owed {
			t.Errorf("%s: owed are %+v, want %q", name, owed, tt.owed)
		}
	}
}
