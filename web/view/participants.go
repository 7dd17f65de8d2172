package view

// Participants is the page of a study's participants, with the form that adds more.
type Participants struct {
	Study  Study
	Rows   []ParticipantRow
	Number string // as typed
	Pilots bool   // as chosen
	Say    string // what is wrong with the form

	Closed   bool     // whether the study is closed or archived
	Groups   []Choice // into which people can be put; none in a study without groups
	GroupSay string   // why somebody was not put into a group

	Links LinksForm

	Refused      string // how many computers were refused before the consent, as a sentence; empty for none
	Uncalibrated string // why participants should not come yet, as a sentence; empty if the networks are calibrated
}

// ParticipantRow is one participant.
type ParticipantRow struct {
	Code        string
	Pilot       bool
	Simulated   bool
	State       string
	Why         string // why they are dropped or excluded, or were put back; empty if nobody ruled on them
	Session     int64  // 0 for none yet
	Link        string // what can be done with their personal link, in words
	Made        string // when it was made
	Appointment string

	ID     int64
	Group  string // in which they have a place; empty before that
	Put    string // into which an experimenter has put them
	Placed bool   // whether they have a place, so that nobody can put them into another group
}
