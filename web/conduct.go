package web

import (
	"context"
	"net"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
)

// Watching is what an experimenter can do with sessions that go on.
type Watching interface {
	// WatchScreen connects to the desktop's screen beyond any network, for somebody who only
	// looks; no input may be sent. study.ErrConflict if there is no desktop, or not yet.
	WatchScreen(ctx context.Context, id study.SessionID) (net.Conn, error)
	// Extend gives the running task more time. study.ErrConflict, with a sentence, if none
	// runs, study.ErrInvalid for more than can be given.
	Extend(ctx context.Context, id study.SessionID, by time.Duration) error
	// End ends the attempt in flight, and returns when that is on record.
	End(ctx context.Context, id study.SessionID, why string) error
}

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
	DialScreen(ctx context.Context, id study.SessionID, observe func(tap.Event)) (net.Conn, error)
	Watching
	// FirstPicture says that the participant sees the desktop: the task's clock begins. Only
	// the first call of an attempt counts. unseen says that the page was out of sight when the
	// desktop was ready, so that how long that took cannot be told.
	FirstPicture(ctx context.Context, id study.SessionID, unseen bool) error
	// Finish ends the running attempt because the participant says done (SaidDone) or gives up.
	Finish(ctx context.Context, id study.SessionID, o study.Outcome) error
}
