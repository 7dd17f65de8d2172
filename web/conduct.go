package web

import (
	"context"
	"net"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
)

// Watching is what experimenters can do with sessions that are going on.
type Watching interface {
	// WatchScreen connects to the desktop's screen without the emulated network, for somebody who
	// only watches; the caller must not send input. It returns study.ErrConflict if there is no
	// desktop, or not yet.
	WatchScreen(ctx context.Context, id study.SessionID) (net.Conn, error)
	// Extend gives the running task more time. It returns study.ErrConflict, with a sentence, if no
	// task runs, and study.ErrInvalid if by is too long.
	Extend(ctx context.Context, id study.SessionID, by time.Duration) error
	// End ends the attempt in flight and returns when that is on record.
	End(ctx context.Context, id study.SessionID, why string) error
}

// Conduct is what the pages need of the session conductor.
type Conduct interface {
	// Start begins an attempt at the session's next trial and returns when that is on record; the
	// desktop opens meanwhile. If an attempt is in flight, Start changes nothing and returns nil,
	// so that a second press of the button makes no second attempt. It returns study.ErrConflict,
	// with a sentence, if no machine is free.
	Start(ctx context.Context, id study.SessionID) error
	// Status returns the state of the session's attempt, and a channel that is closed when that
	// state changes. The state is the zero Status if no attempt is in flight or has just ended.
	Status(id study.SessionID) (session.Status, <-chan struct{})
	// DialScreen connects to the desktop's screen by the condition's access method and network.
	// observe receives the tap events of the machine's end, from one goroutine at a time.
	// DialScreen returns study.ErrConflict if there is no desktop, or not yet.
	DialScreen(ctx context.Context, id study.SessionID, observe func(tap.Event)) (net.Conn, error)
	Watching
	// FirstPicture says that the participant sees the desktop, which starts the task's clock. Only
	// an attempt's first call counts. unseen says that the page was hidden when the desktop was
	// ready, so the time until the first picture means nothing.
	FirstPicture(ctx context.Context, id study.SessionID, unseen bool) error
	// Finish ends the running attempt because the participant says that they are done (SaidDone) or
	// gives up (GaveUp).
	Finish(ctx context.Context, id study.SessionID, o study.Outcome) error
}
