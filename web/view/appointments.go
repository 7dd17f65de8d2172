package view

// Appointments is the page of a study's slots.
type Appointments struct {
	Study Study
	Offer Offer
	Days  []SlotDay
}

// Offer is the form for new slots, as it was typed.
type Offer struct {
	Date, From, To, Station string
	Minutes                 int // length of one appointment
	Zone                    string
	Faults                  map[string]string
	Say                     string
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
