package visit

import (
	"slices"
	"time"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// early is how long before an appointment a participant may begin.
const early = 15 * time.Minute

// booking is what decides whether a participant may begin or book: the person, the study and its
// slots.
type booking struct {
	person study.Participant
	study  study.Study
	slots  []study.Slot // all slots of the study, ordered by time
	diary  study.Diary
	asks   study.Appointing // whom the participant asks about appointments
	speaks study.Language
	ids    []study.ExternalID // that came with the address
	over   error              // why the participant cannot go on with the visit, as study.Assignment.MayGoOn says; nil if they can
}

// mine returns the participant's appointment for the visit that comes next or goes on. An appointment that passed without it does not
// count.
func (b booking) mine(now time.Time) (has study.Booking, ok bool) {
	has, ok = b.diary.Current()
	return has, ok && (now.Before(has.EndsAt) || b.begun())
}

// missed reports whether the participant's last appointment passed without a visit.
func (b booking) missed(now time.Time) bool {
	last, ok := b.diary.Newest()
	return ok && b.diary.ForNext(last.Got) && b.diary.State(last, now) == study.AppointmentMissed
}

// cancelled returns the fact by which the participant's last appointment was cancelled, if it was, and if they have no other since.
func (b booking) cancelled() (study.Booking, bool) {
	last := b.diary.Last()
	return last, last.Kind == study.BookingCancelled && b.diary.ForNext(last) && !b.begun()
}

// begun reports whether the visit has begun that an appointment would be for. After that, appointments no longer matter.
func (b booking) begun() bool { return b.diary.Begun() }

// started reports whether the first visit has begun.
func (b booking) started() bool { return b.person.Session != 0 }

// closed reports whether the participant cannot begin because the study is closed.
func (b booking) closed() bool {
	return b.over == nil && !b.started() && b.study.Openness.State != study.StudyOpen
}

// farewell is what the personal link says while the study is closed.
func (b booking) farewell(t catalogue.Tongue, now time.Time) view.Notice {
	n := view.Notice{Title: b.study.Current().Title.In(b.speaks), Say: t.Refusal(study.ErrStudyClosed)}
	if slot, booked := b.mine(now); booked && now.Before(slot.StartsAt) {
		n.Say += " " + t.Say("Your appointment does not take place, so you need not come.")
	}
	return n
}

// free returns the slots that the participant may still choose. Of several stations at the same
// time it returns one, because the participant does not care at which station they sit.
func (b booking) free(now time.Time) []study.Slot {
	if !b.mayBook(now) {
		return nil
	}
	var free []study.Slot
	for _, x := range b.slots {
		again := slices.ContainsFunc(free, func(f study.Slot) bool {
			return f.StartsAt.Equal(x.StartsAt) && f.EndsAt.Equal(x.EndsAt)
		})
		if x.Participant == 0 && now.Before(x.StartsAt) && !x.StartsAt.Before(b.diary.Back) && !again {
			free = append(free, x)
		}
	}
	return free
}

// mayBook reports whether the participant may book a slot or change their appointment.
func (b booking) mayBook(now time.Time) bool {
	if b.begun() || b.study.Published == nil || b.fixed(now) != nil {
		return false
	}
	if _, ok := b.mine(now); !ok {
		return true
	}
	_, may := b.diary.MayChange(now)
	return may
}

// expired reports whether the participant cannot begin because their personal link has expired.
func (b booking) expired(now time.Time) bool { return !b.started() && b.person.Newest().Expired(now) }

// fixed returns why the participant cannot do anything about appointments, whatever they have; nil if they can. What depends on the
// appointment is the matter of study.Diary.
func (b booking) fixed(now time.Time) error {
	switch {
	case b.over != nil:
		return b.over
	case b.closed() || b.study.Openness.State == study.StudyArchived:
		return study.ErrStudyClosed
	case b.expired(now):
		return study.ErrLinkExpired
	}
	return nil
}

// refusal returns why the participant may not begin now, in a sentence for them, or nil if they
// may. Pilots may begin at any time.
func (b booking) refusal(t catalogue.Tongue, now time.Time) error {
	switch {
	case b.over != nil:
		return b.over
	case b.started():
		return nil
	case b.closed():
		return study.ErrStudyClosed
	case b.expired(now):
		return study.ErrLinkExpired
	case b.study.Published == nil:
		return study.Refuse(study.ErrConflict, "This study is not open yet. Please come back later.")
	}
	return b.waits(t, now)
}

// needs reports whether the visit that comes next needs an appointment: if there ever was a time that somebody could have had for such a visit.
// A study whose times are for first visits only needs none for further ones.
func (b booking) needs() bool {
	var from time.Time
	if b.diary.Between() {
		from = b.diary.Began[len(b.diary.Began)-1]
		if !b.diary.Back.IsZero() {
			from = b.diary.Back
		}
	}
	return slices.ContainsFunc(b.slots, func(x study.Slot) bool { return !x.StartsAt.Before(from) })
}

// goesOn reports whether the next visit may begin in the appointment of the visit before, which is not over, by somebody who has booked no other.
func (b booking) goesOn(now time.Time) bool {
	last, ok := b.diary.Newest()
	return ok && b.diary.Between() && last.Got.Visit == b.diary.Visit-1 && last.Lost.Kind == "" && now.Before(last.Got.EndsAt) && !now.Before(b.diary.Back)
}

// later says, while a further visit cannot begin yet, that times for it may still be offered; it is empty where they are, or no times are offered at all.
func (b booking) later(t catalogue.Tongue, now time.Time) string {
	if b.person.Pilot || len(b.slots) == 0 || b.needs() || !now.Before(b.diary.Back) {
		return ""
	}
	return t.Say("No times are offered for it yet. Please look here again before you come: if there are some then, choose one.")
}

// waits returns why the participant has to wait before they begin the visit that comes next, the first or a further one, because of appointments: in a study
// that offers times for such a visit nobody begins without one, but pilots do.
func (b booking) waits(t catalogue.Tongue, now time.Time) error {
	slot, booked := b.mine(now)
	switch {
	case b.person.Pilot || !b.needs() || b.goesOn(now):
		return nil
	case booked && now.Before(slot.StartsAt.Add(-early)):
		opens := slot.StartsAt.Add(-early).In(now.Location())
		return study.Refuse(study.ErrConflict, "It is not yet time. Please open this same link again on %s (%s).",
			t.Opens(opens), page.ZoneInWords(opens))
	case booked:
		return nil
	case len(b.free(now)) == 0:
		return study.Refuse(study.ErrConflict, "There is no free time at the moment. Please ask the person who gave you this link.")
	case b.missed(now):
		return study.Refuse(study.ErrConflict, "Your appointment has passed. Please choose another time.")
	}
	return study.Refuse(study.ErrConflict, "Please choose a time.")
}
