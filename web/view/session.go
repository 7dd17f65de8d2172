package view

// Session is a participant's visit as an experimenter watches it. Numbers are text, empty
// where there is nothing to show.
type Session struct {
	Study                   Study
	ID                      int64
	Code                    string
	Pilot                   bool
	Version, Sequence       int
	Hash                    string
	Began, Consented, Ended string
	Open                    bool // it has not ended: what is shown may change
	Where                   string
	Done, Total             int
	Now                     Now
	About                   []Rating
	Trials                  []TrialRow
	Recordings              []Recording
	Arrival                 Arrival
	Events                  []EventRow
	Networks                Networks
}

// Networks are figures of what the networks were; Probes is empty where none was measured.
type Networks struct {
	Probes  Drawing
	Traffic []NetworkDrawing
}

// NetworkDrawing is the figure of one attempt.
type NetworkDrawing struct {
	ID, Name string
	Drawing  Drawing
}

// Arrival is whether what the participant's pages measured has arrived. Pages are those that
// are not whole.
type Arrival struct {
	Stored string // interactions and events on record; empty for none
	Pages  []PageRow
}

// PageRow is a page of which something is missing or may be.
type PageRow struct {
	Page                         int
	Given, Stored, Lost, Missing string
	Say                          string
}

// EventRow is something that happened around the inputs.
type EventRow struct{ At, What, Detail, By string }

// Now is what the conductor is doing for the session; without Stage nothing is in flight.
type Now struct{ Stage, Done, Total string } // Done and Total in MB

// TrialRow is a trial with its attempts.
type TrialRow struct {
	Position              string
	Method, Network, Task string
	Here                  bool // the participant is at it
	Attempts              []AttemptRow
	Answers               []Rating
}

// AttemptRow is one attempt: what was set beside what was measured. Times on the task in
// seconds, round trips in milliseconds, amounts in MB.
type AttemptRow struct {
	Number                   int
	State, Cause             string
	FirstPicture             string
	Crisp                    string // until the first key or click was answered in time
	OnTask                   string
	SetRTT, Min, Median, P95 string
	Down, Up, Drops, Way     string
	Streamed, Pages, Waited  string
	Stream                   string // what streaming it cost, in sentences; empty unless streamed
	Accelerator              string
	Emulated                 bool
}

// Rating is an instrument that was filled in.
type Rating struct {
	Instrument string
	Answers    []Answer
}

// Answer is one answer; Meaning is the label of what was chosen, where it has one.
type Answer struct{ Item, Value, Meaning string }
