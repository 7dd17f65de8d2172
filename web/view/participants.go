package view

// Participants is the page of a study's participants, with the form that adds more.
type Participants struct {
	Study  Study
	Rows   []ParticipantRow
	Number string // as typed
	Pilots bool   // as chosen
	Say    string // what is wrong with the form

	Closed       bool   // whether the study is closed or archived
	Uncalibrated string // why participants should not come yet, as a sentence; empty if the networks are calibrated
}

// ParticipantRow is one participant.
type ParticipantRow struct {
	Code        string
	Pilot       bool
	State       string
	Session     int64 // 0 for none yet
	Link        string
	Appointment string
}
