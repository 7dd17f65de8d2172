package view

// Session is a participant's session as an experimenter sees it. Numbers are texts; they are empty
// if there is nothing to show.
type Session struct {
	Study                   Study
	ID                      int64
	Participant             int64
	Code                    string
	Pilot, Simulated        bool
	Notes                   []NoteRow
	Version                 int
	Sequence                string // in words
	Language                string // in which the participant reads the study
	Hash                    string
	Began, Consented, Ended string
	Computer                string // what was found about the participant's computer, as a sentence; empty for nothing
	Open                    bool   // whether the session has not ended, so that this page may change
	Where                   string
	Done, Total             int
	Now                     Now
	About                   []Rating
	Trials                  []TrialRow
	Recordings              []Recording
	Arrival                 Arrival
	Events                  []EventRow
	Networks                Networks
	Standing                Standing
	Counted                 []CountedTrial
}

// Networks are the figures of a session's networks. Probes is empty if no network was measured.
type Networks struct {
	Probes  Drawing
	Traffic []NetworkDrawing
}

// NetworkDrawing is the figure of one attempt.
type NetworkDrawing struct {
	ID, Name string
	Drawing  Drawing
}

// Arrival says whether all measurements of a session have arrived. Pages are the pages of which
// some are missing.
type Arrival struct {
	Stored string // number of interactions and events on record; empty for none
	Pages  []PageRow
}

// PageRow is a page of which measurements are missing or may still arrive.
type PageRow struct {
	Page                         int
	Given, Stored, Lost, Missing string
	Say                          string
}

// EventRow is an event.
type EventRow struct{ At, What, Detail, By string }

// Now is what the conductor is doing for the session. Stage is empty if no attempt is in flight.
type Now struct{ Stage, Done, Total string } // Done and Total in MB

// TrialRow is a trial with its attempts.
type TrialRow struct {
	Position              string
	Method, Network, Task string
	Form, Levels          string // of the task, and of the study's own factors; empty for none
	Here                  bool   // whether the participant is at this trial
	Attempts              []AttemptRow
	Answers               []Rating
}

// AttemptRow is one attempt, with what was set and what was measured. Times on task are in seconds,
// round trips in milliseconds, amounts of data in MB.
type AttemptRow struct {
	Number                   int
	State, Cause             string
	FirstPicture             string
	Crisp                    string // time until the first crisp answer to a key or click
	OnTask                   string
	SetRTT, Min, Median, P95 string
	Down, Up, Drops, Way     string
	Streamed, Pages, Waited  string
	Report                   string // what streaming it, or sending its screen, took, in sentences; empty if there is nothing to say
	Accelerator              string
	Emulated                 bool
}

// Rating is an instrument with its answers.
type Rating struct {
	Instrument string
	Answers    []Answer
}

// Answer is one answer. Meaning is the label of the chosen option, if it has one.
type Answer struct{ Item, Value, Meaning string }
