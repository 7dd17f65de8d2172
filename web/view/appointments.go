package view

// Appointments are the times offered by a study.
type Appointments struct {
	Study Study
	Offer Offer
	Days  []SlotDay
}

// Offer is the form that offers times, as typed.
type Offer struct {
	Date, From, To, Station string
	Minutes                 int // that one appointment takes
	Zone                    string
	Faults                  map[string]string
	Say                     string
}

// SlotDay is the slots of one day.
type SlotDay struct {
	Name  string
	Zone  string // of its first slot
	Slots []Slot
}

// Slot is a time at a station; Code is the participant's, empty while it is free.
type Slot struct {
	ID, StudyID          int64
	Time                 Span
	Study, Station, Code string
}

// Day is the slots of one day across all studies.
type Day struct {
	Name, Zone    string
	Before, After string // dates, for the links
	Slots         []Slot
}
