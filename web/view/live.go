package view

// Live is what goes on at this moment.
type Live struct {
	Disk   string // what is wrong with the disk; empty for nothing
	Cards  []LiveCard
	Others []LiveOther
}

// LiveCard is a session at a desktop. Texts are empty where there is nothing to show.
type LiveCard struct {
	Session     int64
	Code, Study string
	Pilot       bool
	Condition   string
	Place       string // which of the tasks
	Attempt     int
	State       string
	Stage       string // of preparing, or in which a running machine waits
	There       bool   // the desktop can be seen
	Left        string // of the task's time
	Network     LiveNetwork
	Input       string // how long ago
	Responses   LiveResponses
	Alarms      []string
}

// LiveNetwork is what was set, and the round trips that were measured.
type LiveNetwork struct{ Set, Measured string }

// LiveResponses are the response times of the last minute, with the bands they fall into.
type LiveResponses struct{ Count, Median, MedianBand, P95, P95Band string }

// LiveOther is a session that goes on away from any desktop.
type LiveOther struct {
	Session     int64
	Code, Study string
	Pilot       bool
	Where       string
	Began       string
	Done, Total int
}

// WatchForm is what was typed that could not be done: it stands in its form again.
type WatchForm struct {
	Act          string // "note", "extend" or "end"; empty for nothing
	Text, Reason string
	Minutes      string
}

// Reasoned returns the reason that was typed for act.
func (f WatchForm) Reasoned(act string) string {
	if f.Act != act {
		return ""
	}
	return f.Reason
}

// Watch is one session as an experimenter watches it.
type Watch struct {
	Card                   LiveCard
	There                  bool // the participant is at a desktop
	Over                   bool // the session has ended
	Acts                   []EventRow
	Say                    string // why the last thing could not be done
	Typed                  WatchForm
	Extensions             []int // minutes
	NoteLimit, ReasonLimit int   // characters
}
