package session

import (
	"context"
	"net"
	"time"

	"vmstudy/rfb"
	"vmstudy/study"
)

// Request says which desktop an attempt needs.
type Request struct {
	Name      string // of the attempt, for what is made for it: letters, digits, hyphens
	Appliance string
	Condition study.Condition
	Warm      bool   // a stream begins with what the near end keeps of earlier ones
	Seed      uint64 // of the link's chance
	Clipboard bool   // what is copied passes, both ways; else the tap takes it out
}

// Progress is how far a desktop is that is opened, or whose machine waits.
type Progress struct {
	Stage string        // what is happening, in a few plain words: "Loading the desktop"
	Done  int64         // bytes that have arrived
	Total int64         // of so many, about; 0 if that is not known, or it is not about bytes
	Left  time.Duration // until the stage is done, as far as can be told; 0 if it cannot
	Slow  bool          // the machine runs, but most of its time goes by in waiting for the network
}

// Opener makes desktops. Lab is the real one.
type Opener interface {
	// Admit refuses, with a sentence, a desktop that could not be opened now.
	Admit(ctx context.Context, r Request) error
	// Open makes the desktop that r asks for, with the task begun in it, and returns when its
	// screen can be dialled. Until then tell hears how far it is; later, until the desktop is
	// closed, whenever the machine is held, with an empty Stage when it goes on, and whenever it
	// becomes slow or is so no more. Calls of tell follow one another. An error leaves nothing behind.
	Open(ctx context.Context, r Request, tell func(Progress)) (Desktop, error)
}

// Screen is the screen of a desktop.
type Screen interface {
	// DialRFB connects to the screen, as the participant reaches it. observe is told what
	// passes at the machine's end, whatever network lies between. The screen can be dialled
	// again after a reload.
	DialRFB(ctx context.Context, observe func(rfb.Event)) (net.Conn, error)
	// DialView connects to the machine's own screen, beyond any network, for somebody who only
	// looks: it adds nothing to the link. Whoever dials must send no input.
	DialView(ctx context.Context) (net.Conn, error)
}

// Desktop is a running machine that one participant can see and touch during one trial: how
// any access method looks from above.
type Desktop interface {
	Screen
	// Seen says that the participant sees the desktop from now on: the schedule of its
	// network, if it has one, begins.
	Seen() error
	// Completed is closed when the appliance has seen that the task is complete.
	Completed() <-chan struct{}
	// Lost is closed when the desktop can no longer be used: the machine died, or what it
	// needs stopped coming.
	Lost() <-chan struct{}
	// Report says what the desktop was and has cost so far.
	Report() Report
	// Close ends everything that the desktop consists of, in reverse order, once. It returns soon
	// after the end of ctx even where something hangs, which the error then names.
	Close(ctx context.Context) error
}

// Report is what an attempt's record takes over from its desktop.
type Report struct {
	Set      study.Network
	Measured study.RoundTrips
	Link     study.LinkReport
	Desktop  study.DesktopReport
	Events   []study.Event      // what happened by itself, in the order in which it ended
	Traffic  []study.LinkSecond // what passed the link so far; none without one
	Lost     error              // why the desktop was lost, with a sentence; nil if it was not
}
