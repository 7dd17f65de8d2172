package study

import (
	"math"
	"slices"
	"time"
)

// BookingKind is what happened to somebody's appointments.
type BookingKind string

// The kinds. After each of the first three somebody has the time that it names, and none that they had before; after the others they have none.
const (
	BookingMade      BookingKind = "booked"    // they got a time, and had none, or one that had passed
	BookingMoved     BookingKind = "moved"     // they got another time in place of one that had not passed
	BookingWalkedIn  BookingKind = "walked_in" // they came without one, and got a time that was made for them
	BookingCancelled BookingKind = "cancelled" // it does not take place
	BookingMissed    BookingKind = "missed"    // an experimenter says that they did not come
)

// gives reports whether somebody has the time after a fact of this kind.
func (k BookingKind) gives() bool {
	return k == BookingMade || k == BookingMoved || k == BookingWalkedIn
}

// BookingReason is why an appointment was moved or cancelled. Reasons are a list, so that they can be counted.
type BookingReason string

// The reasons.
const (
	ReasonIll       BookingReason = "ill"       // somebody is ill
	ReasonBusy      BookingReason = "busy"      // somebody has no time then
	ReasonTechnical BookingReason = "technical" // a machine, a network or a room cannot be used
	ReasonAsked     BookingReason = "asked"     // the participant asked an experimenter for it
	ReasonUnsaid    BookingReason = "unsaid"    // the participant would rather not say
	ReasonOther     BookingReason = "other"     // a text says which
)

// BookingReasons returns the reasons that a participant, or an experimenter, may give, in the order in which they are offered.
func BookingReasons(participant bool) []BookingReason {
	if participant {
		return []BookingReason{ReasonUnsaid, ReasonBusy, ReasonIll, ReasonOther}
	}
	return []BookingReason{ReasonAsked, ReasonIll, ReasonBusy, ReasonTechnical, ReasonOther}
}

// Booking is one fact about the appointments of a participant. Facts are only added; how an appointment stands follows from them.
type Booking struct {
	Participant ParticipantID
	Kind        BookingKind
	Visit       int       // for which visit the time is, counted from 1
	Slot        SlotID    // the time that it is about
	Station     string    // of the slot, which may be taken back later
	StartsAt    time.Time // of the slot
	EndsAt      time.Time // of the slot
	Reason      BookingReason
	Why         string         // more about it, in words
	By          ExperimenterID // 0: the participant
	Name        string         // of By; set only when read from the database
	At          time.Time
	From        SlotID // of a request only: the time that is given up for Slot; 0: whatever they have
}

// on returns b as a fact of a kind about s.
func (b Booking) on(s Slot, kind BookingKind) Booking {
	b.Kind, b.Slot, b.Station, b.StartsAt, b.EndsAt = kind, s.ID, s.Station, s.StartsAt, s.EndsAt
	return b
}

// because returns b with a reason, or why it has none that may be recorded. Participants need not give one.
func (b Booking) because() (Booking, error) {
	if b.By == 0 && b.Reason == "" {
		b.Reason = ReasonUnsaid
	}
	switch {
	case len(b.Why) > RulingLimit:
		return b, invalid("A reason may have up to %d characters.", RulingLimit)
	case b.By != 0 && b.Reason == "" && b.Why != "":
		b.Reason = ReasonOther
	case b.By != 0 && (b.Reason == "" || b.Reason == ReasonOther && b.Why == ""):
		return b, invalid("A reason is needed: choose one, or write one.")
	}
	if !slices.Contains(BookingReasons(b.By == 0), b.Reason) {
		return b, invalid("Choose a reason from the list, or write one.")
	}
	return b, nil
}

// visit is Visit, from 1.
func (b Booking) visit() int { return max(1, b.Visit) }

// Appointment is a time that somebody had or has: the fact by which they got it, and the one by which they lost it.
type Appointment struct {
	Got  Booking
	Lost Booking // the zero Booking while they have it
}

// AppointmentState is what has become of an appointment.
type AppointmentState string

// The states.
const (
	AppointmentDue       AppointmentState = "due"       // it has not ended, and the visit has not begun
	AppointmentKept      AppointmentState = "kept"      // the visit that it was for has begun
	AppointmentMissed    AppointmentState = "missed"    // it passed without that visit, or an experimenter said so
	AppointmentMoved     AppointmentState = "moved"     // there is another one in its place
	AppointmentCancelled AppointmentState = "cancelled" // it does not take place
)

// Diary is what is on record of one participant's appointments, and what decides whether they may change.
type Diary struct {
	Facts []Booking // the oldest first
	Course
	Notice time.Duration // so long before it begins, and no later, the participant may move or cancel an appointment
}

// Appointments returns all times that the participant had or has, the oldest first.
func (d Diary) Appointments() (all []Appointment) {
	for _, f := range d.Facts {
		if n := len(all); n > 0 && all[n-1].Lost.Kind == "" && all[n-1].Got.visit() == f.visit() {
			all[n-1].Lost = f
		}
		if f.Kind.gives() {
			all = append(all, Appointment{Got: f})
		}
	}
	return all
}

// Current returns the appointment that the participant has for the visit d.Visit; it may have passed. ok is false if they have none.
func (d Diary) Current() (now Booking, ok bool) {
	if last := d.Last(); last.Kind.gives() && d.ForNext(last) {
		return last, true
	}
	return Booking{}, false
}

// ForNext reports whether a fact is about the visit d.Visit, and not about one that is over.
func (d Diary) ForNext(b Booking) bool { return b.visit() == d.visit() }

// Newest returns their last appointment, of whatever visit. ok is false if they never had one.
func (d Diary) Newest() (a Appointment, ok bool) {
	all := d.Appointments()
	if len(all) == 0 {
		return Appointment{}, false
	}
	return all[len(all)-1], true
}

// At returns the appointment that they have at a time, which may be that of a visit that is over. ok is false if the time is not theirs.
func (d Diary) At(s SlotID) (a Appointment, ok bool) {
	for _, a := range d.Appointments() {
		if a.Got.Slot == s && a.Lost.Kind == "" {
			return a, true
		}
	}
	return Appointment{}, false
}

// Last returns the last fact; the zero Booking if there is none.
func (d Diary) Last() Booking {
	if len(d.Facts) == 0 {
		return Booking{}
	}
	return d.Facts[len(d.Facts)-1]
}

// State derives what had become of a, one of the appointments of d, at the moment now.
func (d Diary) State(a Appointment, now time.Time) AppointmentState {
	began := d.beganAt(a.Got.visit())
	switch lost := a.Lost; {
	case lost.Kind == BookingCancelled:
		return AppointmentCancelled
	case lost.Kind == BookingMissed, lost.Kind != "" && !lost.At.Before(a.Got.EndsAt):
		return AppointmentMissed
	case lost.Kind != "":
		return AppointmentMoved
	case !began.IsZero() && began.Before(a.Got.EndsAt):
		return AppointmentKept
	case !now.Before(a.Got.EndsAt):
		return AppointmentMissed
	}
	return AppointmentDue
}

// MayChange returns until when the participant may move or cancel what they have, and whether that is still possible at the moment now. An
// appointment that has passed does not count.
func (d Diary) MayChange(now time.Time) (until time.Time, ok bool) {
	has, any := d.Current()
	if !any || d.Begun() {
		return time.Time{}, false
	}
	until = has.StartsAt.Add(-d.Notice)
	return until, now.Before(until)
}

// What keeps an appointment as it is.
var (
	errTaken       = Refuse(ErrConflict, "someone else has just taken that time: please choose another one")
	errBegunSlot   = Refuse(ErrConflict, "that time has begun already: please choose a later one")
	errPassed      = Refuse(ErrConflict, "That time has passed.")
	errUnderWay    = Refuse(ErrConflict, "Your appointment has begun and cannot be changed any more.")
	errTooNear     = Refuse(ErrConflict, "Your appointment is too near to be changed here. Please speak to the person who gave you this link.")
	errVisitBegun  = Refuse(ErrConflict, "The visit has begun, so appointments do not matter any more.")
	errNotTheirs   = Refuse(ErrConflict, "This appointment is not there any more: it was moved or cancelled meanwhile. Please look at the page again.")
	errOut         = Refuse(ErrConflict, "This person was dropped or excluded, so they get no appointment. Put them back first, on the page of their session.")
	errNotBegunYet = Refuse(ErrConflict, "This appointment has not begun, so nobody can have missed it. Cancel it instead.")
)

// ErrArchived refuses what is for appointments to come, in a study that has none any more.
var ErrArchived = Refuse(ErrConflict, "This study is archived, so nobody gets an appointment.")

// ErrNoTimes refuses a time to somebody who comes without an appointment, in a study that offers none: with the first time, everybody else would need one.
var ErrNoTimes = Refuse(ErrConflict, "This study offers no times, so nobody needs one: they can simply begin, with their personal link.")

// admits returns why what the participant has cannot be taken from them by b; nil if it can, and if they have nothing.
func (d Diary) admits(b Booking) error {
	has, ok := d.Current()
	switch {
	case d.Begun() && b.By == 0:
		return errUnderWay
	case d.Begun():
		return errVisitBegun
	case !ok || b.By != 0 || !b.At.Before(has.EndsAt): // experimenters always may; what has passed is missed
		return nil
	case !b.At.Before(has.StartsAt):
		return errUnderWay
	}
	if _, may := d.MayChange(b.At); !may {
		return errTooNear
	}
	return nil
}

// admitsTime returns why b cannot give s to the participant, whoever does it; nil if it can. Who comes while s goes on comes at b.At.
func (d Diary) admitsTime(b Booking, s Slot) error {
	comes := s.StartsAt
	if b.At.After(comes) {
		comes = b.At
	}
	switch {
	case d.Out && b.By == 0:
		return errPartOver
	case d.Out:
		return errOut
	case !d.Begun() && comes.Before(d.Back):
		back := d.Back.Add(time.Minute - 1).Truncate(time.Minute).In(b.At.Location())
		return Refuse(ErrConflict, "That time is too early for the next visit. Choose one that begins on %s or later.", back.Format("2006-01-02 15:04 MST"))
	}
	return d.admits(b)
}

// Book returns the fact that gives the slot s to the participant of d. b says who does it, when and why. If they have s already, the fact is the
// zero Booking. The error is a Refusal of kind ErrConflict or ErrInvalid. Experimenters may give a time that has begun.
func (d Diary) Book(s Slot, b Booking) (Booking, error) {
	has, ok := d.Current()
	if ok && has.Slot == s.ID {
		return Booking{}, nil
	}
	switch {
	case b.From != 0 && (!ok || has.Slot != b.From):
		return Booking{}, errNotTheirs
	case s.Participant != 0:
		return Booking{}, errTaken
	case b.By == 0 && !b.At.Before(s.StartsAt), !b.At.Before(s.EndsAt):
		return Booking{}, errBegunSlot
	}
	if err := d.admitsTime(b, s); err != nil {
		return Booking{}, err
	}
	b.Visit, b.From = d.visit(), 0
	kind := BookingMoved
	if !ok || !b.At.Before(has.EndsAt) {
		kind = BookingMade
	}
	if kind == BookingMade && (b.By == 0 || b.Reason == "" && b.Why == "") { // nobody has to say why they book
		b.Reason, b.Why = "", ""
		return b.on(s, kind), nil
	}
	b, err := b.because()
	return b.on(s, kind), err
}

// WalkIn returns the fact that gives the participant of d, who has come without an appointment, the slot s, which was made for that, or goes on and
// was free. Less than half of it may not be left. An appointment to come that they had is given up. If they have s already, the fact is the zero
// Booking.
func (d Diary) WalkIn(s Slot, b Booking) (Booking, error) {
	if has, ok := d.Current(); ok && has.Slot == s.ID {
		return Booking{}, nil
	}
	if err := d.admitsTime(b, s); err != nil {
		return Booking{}, err
	}
	b.Visit = d.visit()
	switch left := s.EndsAt.Sub(b.At); {
	case s.Participant != 0:
		return Booking{}, errTaken
	case left < s.EndsAt.Sub(s.StartsAt)/2:
		return Booking{}, Refuse(ErrConflict, "The time at this station ends in %s, which is too little for a visit. Wait until then, or choose another station.",
			Count(int(math.Ceil(left.Minutes())), "minute"))
	}
	b.Reason, b.Why = "", ""
	return b.on(s, BookingWalkedIn), nil
}

// End returns the fact that takes the slot b.Slot from the participant of d: it is cancelled or missed, as b.Kind says. If that is on record already,
// the fact is the zero Booking.
func (d Diary) End(b Booking) (Booking, error) {
	has, ok := d.Current()
	switch last := d.Last(); {
	case last.Kind == b.Kind && last.Slot == b.Slot:
		return Booking{}, nil
	case b.Kind != BookingCancelled && b.Kind != BookingMissed:
		return Booking{}, invalid("Say whether the appointment is cancelled or was missed.")
	case !ok || has.Slot != b.Slot:
		return Booking{}, errNotTheirs
	}
	if err := d.admits(b); err != nil {
		return Booking{}, err
	}
	b.Visit = has.Visit
	b = b.on(Slot{ID: has.Slot, Station: has.Station, StartsAt: has.StartsAt, EndsAt: has.EndsAt}, b.Kind)
	switch {
	case b.Kind == BookingCancelled && !b.At.Before(has.EndsAt):
		return Booking{}, errPassed
	case b.Kind == BookingCancelled:
		return b.because()
	case b.At.Before(has.StartsAt):
		return Booking{}, errNotBegunYet
	}
	return b, nil
}

// Leaves returns the fact that gives back an appointment that has not begun, for a participant who takes no part any more. ok is false if there is none.
func (d Diary) Leaves(by ExperimenterID, at time.Time) (fact Booking, ok bool) {
	has, ok := d.Current()
	if !ok || !at.Before(has.StartsAt) {
		return Booking{}, false
	}
	has.Kind, has.By, has.Name, has.At, has.Why, has.Reason = BookingCancelled, by, "", at, "", ReasonUnsaid
	if by != 0 {
		has.Reason = ReasonOther
	}
	return has, true
}

// Sequence returns the number by which calendar programs know that an appointment is newer than what they have (RFC 5545, section 3.8.7.4). Each
// fact raises it. It counts the minutes until the fact at least, because that is what entries had before there were facts.
func (d Diary) Sequence() int {
	n := 0
	for _, f := range d.Facts {
		n = max(n+1, int(f.At.Unix()/60))
	}
	return n
}

// Appointing says how the participants of a study deal with appointments.
type Appointing struct {
	Notice  time.Duration  // as in Diary
	Contact string         // whom participants ask, as in "Ada Lovelace, room 12"; empty: nobody is named
	Mail    string         // the address of the contact; empty for none
	Remind  time.Duration  // so long before an appointment a mail reminds of it; 0: none does
	By      ExperimenterID // who said so; 0 if nobody did
	At      time.Time
}

const (
	maxNotice  = 14 * 24 * time.Hour
	maxRemind  = 14 * 24 * time.Hour
	maxContact = 100 // characters
)

// Check returns what is wrong with a, or nil.
func (a Appointing) Check() error {
	switch {
	case a.Notice < 0 || a.Notice > maxNotice:
		return invalid("Participants may move and cancel until 0 to %d hours before.", int(maxNotice.Hours()))
	case a.Remind < 0 || a.Remind > maxRemind:
		return invalid("Mails remind 0 to %d hours before.", int(maxRemind.Hours()))
	case len([]rune(a.Contact)) > maxContact:
		return invalid("Name whom participants ask in up to %d characters.", maxContact)
	case a.Mail != "" && !MailAddress(a.Mail):
		return invalid("“%s” is no address for mail: write it as in ada@example.org.", a.Mail)
	}
	return nil
}
