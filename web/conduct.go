package web

import (
	"context"
	"net"

	"vmstudy/rfb"
	"vmstudy/session"
	"vmstudy/study"
)

// Conduct is what the pages ask of the conductor of sessions.
type Conduct interface {
	// Start begins an attempt at the trial before which the participant stands, and returns
	// once that is on record; the desktop opens meanwhile. If one is in flight already it
	// returns nil: a second press of the button is no second attempt. When no machine can be
	// had it is study.ErrConflict, with a sentence.
	Start(ctx context.Context, id study.SessionID) error
	// Status returns how the session's attempt stands (the zero Status if none is in flight
	// or has just ended) and a channel that is closed when that has changed.
	Status(id study.SessionID) (session.Status, <-chan struct{})
	// DialScreen connects to the desktop's screen by the condition's way; observe is told
	// what passes at the machine's end, from one goroutine at a time. study.ErrConflict if
	// there is no desktop, or not yet.
	DialScreen(ctx context.Context, id study.SessionID, observe func(rfb.Event)) (net.Conn, error)
	// FirstPicture says that the participant sees the desktop: the task's clock begins. Only
	// the first call of an attempt counts.
	FirstPicture(ctx context.Context, id study.SessionID) error
	// Finish ends the running attempt because the participant says done (SaidDone) or gives up.
	Finish(ctx context.Context, id study.SessionID, o study.Outcome) error
}
