package view

// Appointments is the page of a study's slots.
type Appointments struct {
	Study Study
	Offer Offer
	Days  []SlotDay
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
}

// Day is the page of one day's appointments, over all studies.
type Day struct {
	Name, Zone    string
	Before, After string // the days before and after, for the links
	Slots         []Slot
}
