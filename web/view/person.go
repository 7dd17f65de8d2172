package view

// Person is the page of one participant.
type Person struct {
	Study           Study
	Action          string // where the form goes that withdraws them
	Code            string
	Pilot           bool
	Simulated       bool
	Mails           bool   // whether mails are sent
	State           string // in words
	Added           string
	Appointments    []AppointmentRow // the newest first
	Session         int64            // 0 for none
	ID              int64
	Link, Made      string      // what can be done with their personal link, and when it was made, in words
	Ruled, RuledWhy string      // who ruled on them when, and why; empty if nobody did
	Timeline        []MomentRow // the oldest first
	Withdrawn       bool
	Erased          bool
	Stone           *Tombstone // nil if nobody asked to erase what they gave

	Why string // as typed
	Say string // what was wrong with the form
}

// Tombstone says what is left of what somebody gave.
type Tombstone struct {
	Asked, By     string
	Erased, Files string // when the rows and the files were removed; empty before
	Rows          string
	Attempts      string // whose files were removed
	Kinds         []Removed
}

// Removed is how many rows of one kind were removed.
type Removed struct{ Kind, Rows string }
