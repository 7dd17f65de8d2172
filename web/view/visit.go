package view

// Notice is a page of a few words, where there is nothing to do.
type Notice struct{ Title, Say string }

// Welcome is the page behind a personal link.
type Welcome struct {
	Link        string // the path of this page
	Title       string // of the study
	Takes       string // about how long, as in "45 minutes"
	Away        bool   // taking part needs a computer of one's own, not a station
	Begun       bool   // the visit is to be taken up again
	Pilot       bool
	NotYet      string // why the participant may not begin now; empty if they may
	Say         string // why what they asked for was refused
	Appointment *Appointment
	Change      bool      // the times offered are for changing the appointment
	Days        []SlotDay // free times; none where there is nothing to choose
}

// waits reports whether NotYet is worth its place: not where what is said asks for the same.
func (v Welcome) waits() bool {
	asked := v.Say != "" && v.Appointment == nil && len(v.Days) > 0 // to choose a time
	return !asked && v.NotYet != v.Say
}

// Appointment is a booked time.
type Appointment struct {
	Day   string
	Time  Span
	Zone  string
	Place string
}

// Step is what the pages of a visit show alike, and what their forms send back.
type Step struct {
	Visit       string // the path of the visit, below which its forms are sent
	Trial       int64  // 0 where the step is about none
	Attempt     int64  // the newest at the trial; 0 before there is one
	Instrument  string // empty where nothing is asked
	Place       string // as in "Task 3 of 12"; empty outside the tasks
	Done, Total int    // pages of the visit
	Say         string // why the last submission could not be taken; else empty
	Ended       string // that an experimenter ended the task before, of which nothing is asked; else empty
}

// Consent is what a participant agrees to.
type Consent struct {
	Study   string
	Text    []string // paragraphs
	Version int
	Hash    string

	RecordAsked, RecordAlways bool // whether the screen is recorded is asked, or said
	RecordKeys                bool // which key was pressed is recorded, too
}

// Brief is what a participant reads before a task.
type Brief struct {
	Title       string
	Instruction []string // paragraphs
	Limit       string   // as in "2 minutes"
	Practice    bool
	Again       bool // an earlier attempt came to nothing
}

// Questions is an instrument to be filled in.
type Questions struct {
	Title, Intro string
	Task         string // the one that is asked about; empty if it is not about a task
	Ended        string // why the desktop closed by itself; else empty
	Items        []Question
}

// Question is one item of an instrument.
type Question struct {
	ID, Text, Help string
	Kind           string // as questionnaire.Kind
	Marks          []Mark
	Low, High      string // what the ends of a scale mean
	Limit          int    // of a text, in characters
	Optional       bool
	Value          string // the text given
	Fault          string // what is wrong with the last submission; else empty
}

// Mark is one possible answer.
type Mark struct {
	Value, Label, Spoken string
	Chosen               bool
}

// NotTaken is what was sent too late: other answers are on record.
type NotTaken struct {
	Visit string // the path of the visit
	Given []Given
}

// Given is an answer in the words of its page.
type Given struct{ Question, Answer string }

// MayBeRecorded is what a participant ticks to be recorded.
const MayBeRecorded = "The screen of the desktop may be recorded while I work on a task."

// Thanks is the end of a visit.
type Thanks struct {
	Study string
	Text  []string // paragraphs
	Ended string   // see Step
}
