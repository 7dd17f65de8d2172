package web

import (
	"context"
	"errors"
	"sync"

	"vmstudy/study"
)

// Why a line between a page and the server was ended from here.
var (
	errSuperseded = errors.New("a newer page of this session is open")
	errReplaced   = errors.New("the page has opened this line anew")
)

// seats knows for each session which page may act: the newest. An older page learns at once
// that it may not, because its lines end when a newer one joins.
type seats struct {
	mu    sync.Mutex
	taken map[study.SessionID]*seat
}

func newSeats() *seats { return &seats{taken: map[study.SessionID]*seat{}} }

// seat is a page that is open, with its lines to the server.
type seat struct {
	number  int
	answers answerQueue
	notes   chan noteMessage // of experimenters
	lines   map[string]*line // by purpose; guarded by seats.mu
}

// maxNotes is how many notes may wait to be told to a page.
const maxNotes = 8

// note gives a note to the page that may act in a session, and reports whether one is there.
func (s *seats) note(id study.SessionID, m noteMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.taken[id]
	if at == nil || at.lines[eventsLine] == nil {
		return false
	}
	select {
	case at.notes <- m:
		return true
	default:
		return false
	}
}

// open reports whether a page of the session is connected.
func (s *seats) open(id study.SessionID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.taken[id]
	return at != nil && at.lines[eventsLine] != nil
}

// line is one websocket of a page.
type line struct{ end context.CancelCauseFunc }

// join adds a line to a page's seat. The returned context ends, with the reason as its
// cause, when a newer page joins or when the page opens the same line anew. leave must be
// called once the line is closed.
func (s *seats) join(ctx context.Context, id study.SessionID, number int, purpose string) (
	lineCtx context.Context, at *seat, leave func(), err error,
) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at = s.taken[id]
	switch {
	case at != nil && at.number > number:
		return nil, nil, nil, errSuperseded
	case at == nil || at.number < number:
		at.endAll(errSuperseded)
		at = &seat{number: number, answers: newAnswerQueue(), notes: make(chan noteMessage, maxNotes), lines: map[string]*line{}}
		s.taken[id] = at
	}
	if old := at.lines[purpose]; old != nil {
		old.end(errReplaced)
	}
	lineCtx, end := context.WithCancelCause(ctx)
	l := &line{end: end}
	at.lines[purpose] = l
	return lineCtx, at, func() { s.leave(id, at, purpose, l) }, nil
}

func (s *seats) leave(id study.SessionID, at *seat, purpose string, l *line) {
	l.end(context.Canceled)
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.lines[purpose] == l {
		delete(at.lines, purpose)
	}
	if len(at.lines) == 0 && s.taken[id] == at {
		delete(s.taken, id)
	}
}

// endAll ends every line of a seat that may be nil. The caller holds seats.mu.
func (at *seat) endAll(why error) {
	if at == nil {
		return
	}
	for _, l := range at.lines {
		l.end(why)
	}
}
