package view

import (
	"github.com/a-h/templ"

	"vmstudy/web/catalogue"
)

// Notice is a page that has only a title and a few sentences.
type Notice struct{ Title, Say string }

// Welcome is the page behind a personal link.
type Welcome struct {
	Link        string   // the path of this page
	Title       string   // of the study
	IDs         []Hidden // what came with the address, which its forms send on
	Language    string   // in which the page is, and the visit will be
	Takes       string   // about how long the session takes, or each visit, as a sentence
	Away        bool     // whether people take part at their own computer, not at a station
	Begun       bool     // whether the visit has begun before and can be continued
	Next        bool     // whether they are between two visits, so that an appointment is for the next one
	Pilot       bool
	NotYet      string // why the participant may not begin now; empty if they may
	Say         string // why their last request was refused
	Appointment *Appointment
	Cancelled   string // that their last appointment was cancelled; empty if it was not
	Mail        MailForm
	Change      bool      // whether the slots on offer are for changing the appointment
	Days        []SlotDay // free slots; empty if there is nothing to choose
}

// waits reports whether to show NotYet. It is not shown if Say says the same or asks for the same.
func (v Welcome) waits() bool {
	asked := v.Say != "" && v.Appointment == nil && len(v.Days) > 0 // Say asks them to choose a time
	return !asked && v.NotYet != v.Say
}

// Appointment is a booked slot.
type Appointment struct {
	Slot          int64
	Day           string
	Time          Span
	Zone          string
	Place         string
	Until         string // until when the participant may change it, in a sentence
	May           bool   // whether they may still
	Reasons       []Choice
	Contact, Mail string // whom they can ask; empty for nobody
}

// Step is what all pages of a visit show, and the hidden fields that their forms send back.
type Step struct {
	Visit       string // the path of the visit; its forms are sent to paths below it
	Trial       int64  // 0 if the step is not about a trial
	Attempt     int64  // the newest attempt at the trial; 0 if there is none
	Instrument  string // empty if the step asks nothing
	Place       string // such as "Task 3 of 12"; empty outside the tasks
	Done, Total int    // numbers of pages of the visit
	Say         string // why the last form was not accepted; otherwise empty
	Ended       string // that an experimenter ended the last task, which is therefore not rated; otherwise empty
}

// Pause is a rest between two trials.
type Pause struct {
	Takes string // how long it takes at least, in words; empty for any length
	Least int64  // how many ms of that are left
}

// Return is the time between two visits.
type Return struct {
	Opens string   // from when the next one can begin, in words; empty if it can
	Link  string   // the participant's personal link; empty in a preview
	Waits string   // why it cannot begin without or before an appointment, or may come to need one; empty if it can begin
	Offer *Welcome // the appointment for it, and the times for one; nil where there is nothing to be said of that
}

// Title is the title of its page.
func (v Return) Title(t catalogue.Tongue) string {
	if v.Opens == "" {
		return t.Say("Welcome back")
	}
	return t.Say("See you again")
}

// Consent is what a participant agrees to.
type Consent struct {
	Study   string
	Text    templ.Component
	Shown   string // names the text, so that a form that comes from another one is refused
	Version int
	Hash    string

	RecordAsked, RecordAlways bool // whether the page asks about a recording of the screen, or only says that there is one
	RecordKeys                bool // whether the recording includes which keys were pressed

	Session int64             // whose; 0 in a preview, where nothing is found out
	Looks   bool              // the page finds out about the computer by itself; else a page before it has
	Prints  map[string]Prints // as in Preflight
}

// Prints are what is printed on the keys of a layout, plain and with Shift, by the names of their places in browsers.
type Prints = map[string][2]string

// Brief is the instruction before a task.
type Brief struct {
	Title       string
	Instruction templ.Component
	Shown       []string // paragraphs of what the levels of the study's own factors say before the trial
	Limit       string   // such as "2 minutes"
	Practice    bool
	Again       bool   // whether an earlier attempt failed
	Cause       string // why the last attempt failed, in a sentence; empty if there is nothing to say
}

// Questions is the page of an instrument.
type Questions struct {
	Title, Intro string
	Task         string // the task that the questions are about; empty if they are about no task
	Ended        string // why the desktop closed by itself; otherwise empty
	Items        []Question
}

// Question is one item of an instrument.
type Question struct {
	ID, Text, Help string
	Kind           string // an instrument.Kind
	Marks          []Mark
	Labelled       bool   // each point of a scale has a label
	Unnumbered     bool   // numbers are not shown
	Low, High      string // meanings of the ends of a scale
	OwnEnds        bool   // a row of a matrix has ends that differ from those of other rows
	Limit          int    // of a text, in characters
	Unit, Range    string // of a number, such as "years" and "from 18 to 99"
	From, To, Step string // of a line
	HowMany        string // how many options may be chosen, in a sentence
	Rows           []Question
	Optional       bool
	Decline        *Mark  // "I prefer not to answer", if that is offered
	Value          string // the text or number that was given
	Fault          string // what is wrong with the last answer; otherwise empty
	ShownIf        string // which answers the question depends on, as JSON for the page's script
	Hidden         bool   // these answers have not been given
}

// Mark is one of the possible answers.
type Mark struct {
	Value, Label, Spoken string
	Chosen               bool
	Exclusive            bool // cannot be chosen together with others
}

// NotTaken is the page about answers that came too late: others are on record already.
type NotTaken struct {
	Visit string // the path of the visit
	Given []Given
}

// Given is an answer in the words of its page.
type Given struct{ Question, Answer string }

// MayBeRecorded is the sentence that a participant ticks to allow a recording.
const MayBeRecorded = "The screen of the desktop may be recorded while I work on a task."

// Thanks is the last page of a visit.
type Thanks struct {
	Study string
	Text  templ.Component
	Ended string // see Step

	Completion string // where they go now; empty for nowhere
}
