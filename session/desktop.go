package session

import (
	"context"
	"net"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/study"
)

// Request says which desktop an attempt needs.
type Request struct {
	Attempt   study.AttemptID
	Name      string // of the attempt, for naming its link and files: letters, digits, hyphens
	Appliance string
	Condition study.Condition
	Traces    []study.TraceFile // the rehearsals by which the study's version is streamed
	Frozen    bool              // the version says by which; if not, the appliance's present ones are used
	Seed      uint64            // of the link's random numbers
	Keyboard  string            // the layout of the participant's own keyboard, by its name in package keyboard; empty: not known
	Clipboard bool              // copied text passes in both directions; else the tap removes it
	Unkept    bool              // nothing is kept of it: no trace, and nothing for warm streams, so that a warm one begins cold
}

// Progress says how far the opening of a desktop is, or why the running machine does not answer.
type Progress struct {
	Stage string        // what is happening, in a few plain words: "Loading the desktop"
	Done  int64         // bytes that have arrived
	Total int64         // about how many bytes will arrive; 0 if unknown, or if the stage moves no bytes
	Left  time.Duration // estimated time until the stage is done; 0 if unknown
	Slow  bool          // the machine runs, but spends most of its time waiting for the network
}

// Opener makes desktops. Lab is the real implementation.
type Opener interface {
	// Admit refuses, with a sentence, a request that could not be met now.
	Admit(ctx context.Context, r Request) error
	// Open makes the desktop that r asks for, begins the task in it, and returns when its screen can
	// be dialled. Until then it calls tell with the progress. Later, until the desktop is closed, tell is
	// called when the machine is held, when it runs again (with an empty Stage), and when Slow changes.
	// Calls of tell never overlap. If Open fails, it leaves nothing behind.
	Open(ctx context.Context, r Request, tell func(Progress)) (Desktop, error)
}

// Screen is the screen of a desktop.
type Screen interface {
	// DialRFB connects to the screen over the participant's link. observe gets the events of the tap,
	// which is at the machine's end of that link. The screen can be dialled again, as after a reload.
	DialRFB(ctx context.Context, observe func(tap.Event)) (net.Conn, error)
	// DialView connects to the machine's own screen for somebody who only looks. It does not use the
	// link, so it adds no traffic to it. The caller must send no input.
	DialView(ctx context.Context) (net.Conn, error)
}

// Desktop is a running machine that one participant can see and touch during one trial. All access
// methods have this interface.
type Desktop interface {
	Screen
	// Seen says that the participant sees the desktop from now on: the schedule of its
	// network, if it has one, begins.
	Seen() error
	// Completed is closed when the appliance has seen that the task is complete.
	Completed() <-chan struct{}
	// Lost is closed when the desktop can no longer be used: the machine died, or its stream ended.
	Lost() <-chan struct{}
	// Report says how the desktop was made and what it has measured so far.
	Report() Report
	// Close closes the parts of the desktop once, in the reverse order of their making. If a part hangs, Close
	// returns soon after the end of ctx with an error that names the part.
	Close(ctx context.Context) error
}

// Report is what a desktop contributes to the record of its attempt.
type Report struct {
	Set      study.Network
	Measured study.RoundTrips
	Link     study.LinkReport
	Desktop  study.DesktopReport
	Events   []study.Event      // events that the server observed, in the order in which it noted them
	Traffic  []study.LinkSecond // traffic of the link so far; empty without a link
	Lost     error              // why the desktop was lost, with a sentence for people; nil if it was not
}
