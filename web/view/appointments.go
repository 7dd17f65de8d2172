package view

// Appointments is the page of a study's slots.
type Appointments struct {
	Study Study
	Offer Offer
	Days  []SlotDay

	People     []Choice // to whom a time can be given
	Lost       []AppointmentRow
	Mails      []MailRow // those that could not be sent
	Appointing *Appointing
}

// Appointing is the form about how participants deal with appointments.
type Appointing struct {
	Notice, Contact, Mail, Say string
	Remind                     string // hours before
	Mails                      bool   // whether mails are sent at all
}

// AppointmentRow is an appointment that somebody had or has, and what became of it.
type AppointmentRow struct {
	Code        string // of the participant, where the list is about several
	Participant int64
	When, State string
	Got, Lost   string // what happened by whom, when and why; Lost is empty while they have it
}

// SlotPage is the page of one time.
type SlotPage struct {
	Study                                  Study
	Action                                 string // the path below which its forms are sent
	Day, Zone, Station, State              string
	Time                                   Span
	Code                                   string // of who has it; empty if it is free
	Participant                            int64
	Visit                                  string           // for which it is, where they come more than once
	History                                []AppointmentRow // of who has it
	MayRemove, MayMove, MayCancel, MayMiss bool
	Free, People                           []Choice // times to move to; people to give it to
	Reasons                                []Choice

	Say, Ground, Reason, To, Who string // what was wrong with a form, and as it was typed
}

// ForVisit says for which visit the time is, as the end of a sentence.
func (v SlotPage) ForVisit() string {
	if v.Visit == "" {
		return ""
	}
	return " for " + v.Visit
}

// Offer is the form for new slots, as it was typed.
type Offer struct {
	Date, Until          string // the first and the last day
	Weekdays             []string
	From, To, From2, To2 string
	Station, Gap, Most   string
	Without              string // days that are left out
	Days                 []Weekday
	Minutes              int // length of one appointment
	Zone                 string
	Faults               map[string]string
	Say                  string
	Preview              *OfferPreview // nil: nobody has asked what the form would offer

	WalkInSay, Who, At string      // of the form for who comes without an appointment
	Appointing         *Appointing // as it was typed; nil if it was not
}

// Weekday is a day of the week on the form.
type Weekday struct {
	Value, Name, Spoken string
	Chosen              bool
}

// OfferPreview is what the form would offer.
type OfferPreview struct {
	Count   int
	Days    []OfferDay
	Without []string // what is left out, and why
	Fields  []Hidden // of the form, for the button that offers these times
}

// OfferDay is a day with its times.
type OfferDay struct {
	Name, Zone string
	Times      []OfferTime
}

// OfferTime is a time at one or several stations.
type OfferTime struct {
	Time     Span
	Stations string
}

// SlotDay is a day with its slots.
type SlotDay struct {
	Name  string
	Zone  string // of the day's first slot
	Slots []Slot
}

// Slot is a time at a station. Code is the participant's code, or empty if the slot is free.
type Slot struct {
	ID, StudyID          int64
	Time                 Span
	Study, Station, Code string
	State                string // what has become of it; empty if it is free
}

// Day is the page of one day's appointments, over all studies.
type Day struct {
	Name, Zone    string
	Before, After string // the days before and after, for the links
	Slots         []DaySlot
	Grouped       bool // whether there is a group that the reader may see
}

// DaySlot is a time of the day, with what is to be known of who comes.
type DaySlot struct {
	Slot
	Person                 int64 // 0 if it is free
	State, Language, Group string
	Visit                  string // which of their visits, where there are several
}
