package view

// Recruitment is the page about how people come to a study from elsewhere.
type Recruitment struct {
	Study      Study
	Parameters string // as typed, with spaces between
	Export     bool
	Completion string
	Say        string // what is wrong with these

	Open    string // what is to say of the open link; empty if there is none
	Works   bool   // whether it lets people in
	Most    string // as typed
	Until   string // as typed
	OpenSay string // what is wrong with these
}
