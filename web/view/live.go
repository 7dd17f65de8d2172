package view

// Live is the page of all sessions that are going on.
type Live struct {
	Disk   string // what is wrong with the disk; empty if nothing is
	Cards  []LiveCard
	Others []LiveOther
}

// LiveCard is a session at a desktop. Texts are empty if there is nothing to show.
type LiveCard struct {
	Session     int64
	Code, Study string
	Pilot       bool
	Condition   string
	Told        []string // what the levels of the study's own factors say to the experimenter
	Group       string   // of the participant; empty if the study has none
	Place       string   // which task this is, such as "Task 3 of 12"
	Attempt     int
	State       string
	Stage       string // of preparing the desktop, or the stage for which a running machine waits
	There       bool   // whether there is a desktop to watch
	Left        string // time left for the task
	Network     LiveNetwork
	Input       string // how long ago the participant last did something
	Responses   LiveResponses
	Alarms      []string
}

// LiveNetwork is the network as it was set, and its measured round trips.
type LiveNetwork struct{ Set, Measured string }

// LiveResponses are the response times of the last minute, with their bands.
type LiveResponses struct{ Count, Median, MedianBand, P95, P95Band string }

// LiveOther is a session that is not at a desktop.
type LiveOther struct {
	Session     int64
	Code, Study string
	Pilot       bool
	Where       string
	Began       string
	Done, Total int
}

// HostLink is a network between two hosts, over which a machine can move.
type HostLink struct{ Value, Says string }

// WatchForm is what was typed into a form that was refused. That form shows it again.
type WatchForm struct {
	Act           string // "note", "extend", "move" or "end"; empty if nothing was refused
	Text, Reason  string
	Minutes, Link string
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
	Notes                  []NoteRow // private, on this session
	Noted                  NoteForm  // as typed
	Now                    int64     // the server's clock, in milliseconds since 1970
	Attempt                int64     // that the session is at; 0 if it is at no desktop
	Card                   LiveCard
	There                  bool // whether the participant is at a desktop
	Over                   bool // whether the session has ended
	Acts                   []EventRow
	Say                    string // why the last action was refused
	Typed                  WatchForm
	Extensions             []int // minutes
	Links                  []HostLink
	NoteLimit, ReasonLimit int // characters
}
