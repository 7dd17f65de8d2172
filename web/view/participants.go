package view

// Participants are the people of a study, and the form that adds more.
type Participants struct {
	Study  Study
	Rows   []ParticipantRow
	Number string // as typed
	Pilots bool   // as chosen
	Say    string // what is wrong with it

	Uncalibrated string // why it is too early for participants, as a sentence; empty if the networks are calibrated
}

// ParticipantRow is one person.
type ParticipantRow struct {
	Code        string
	Pilot       bool
	State       string
	Session     int64 // 0 for none yet
	Link        string
	Appointment string
}
