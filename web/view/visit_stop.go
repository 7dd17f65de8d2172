package view

// Stop is the page on which a participant says that they take no part any more.
type Stop struct {
	Action string // where the form goes
	Back   string // where they go on with the study; empty if they cannot
	Over   bool   // whether their visit has come to its end, or has been ended
	Say    string // what was wrong with the form
}

// Left is the page of somebody who has stopped taking part.
type Left struct {
	Title, Say string
	Erase      string // where the form goes that erases what they gave; empty if it is erased
}
