package screen

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"vmstudy/study"
	"vmstudy/web/page"
)

// Reasons for which the server ends a line: a websocket of a page.
var (
	errSuperseded = errors.New("a newer page of this session is open")
	errReplaced   = errors.New("the page has opened this line anew")
)

// The purposes of lines.
const (
	screenLine = "screen"
	EventsLine = "events" // on which a page is told what happens, and sends what it has measured
)

// seats knows for each session which page may act: the newest. When a newer page joins, the lines
// of the older page end, so that it learns at once that it may no longer act.
type seats struct {
	mu    sync.Mutex
	taken map[study.SessionID]*Seat
}

func newSeats() *seats { return &seats{taken: map[study.SessionID]*Seat{}} }

// Seat is an open page and its lines to the server.
type Seat struct {
	number  int
	answers answerQueue
	notes   chan NoteMessage // notes from experimenters
	lines   map[string]*line // by purpose, such as screenLine; guarded by seats.mu
}

// Number returns the page's study.Session.Seat.
func (at *Seat) Number() int { return at.number }

// Answers returns what the page is to be told of its screen's answers.
func (at *Seat) Answers() <-chan AnswerMessage { return at.answers.waiting }

// Gap returns the message that answers were dropped, once after some were.
func (at *Seat) Gap() (m AnswerMessage, dropped bool) {
	conn := at.answers.dropped.Swap(0)
	return AnswerMessage{Type: "gap", Conn: conn}, conn != 0
}

// Notes returns the notes that the page is to show.
func (at *Seat) Notes() <-chan NoteMessage { return at.notes }

// maxNotes is how many notes may wait until a page is told.
const maxNotes = 8

// note sends a note to the page that may act in a session. It returns false if there is no such
// page, or if its queue is full.
func (s *seats) note(id study.SessionID, m NoteMessage) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.taken[id]
	if at == nil || at.lines[EventsLine] == nil {
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
	return at != nil && at.lines[EventsLine] != nil
}

// line is one websocket of a page.
type line struct {
	end   context.CancelCauseFunc
	check func() error // why it may not go on; nil: it may
}

// join adds a line to a page's seat. The returned context ends when a newer page joins, when the page opens the same line again, or when
// recheck finds that the line may not go on; its cause says which. check returns page.ErrStranger when the participant is not admitted any
// more. The caller must call leave when the line is closed.
func (s *seats) join(ctx context.Context, id study.SessionID, number int, purpose string, check func() error) (
	lineCtx context.Context, at *Seat, leave func(), err error,
) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at = s.taken[id]
	switch {
	case at != nil && at.number > number:
		return nil, nil, nil, errSuperseded
	case at == nil || at.number < number:
		at.endAll(errSuperseded)
		at = &Seat{number: number, answers: newAnswerQueue(), notes: make(chan NoteMessage, maxNotes), lines: map[string]*line{}}
		s.taken[id] = at
	}
	if old := at.lines[purpose]; old != nil {
		old.end(errReplaced)
	}
	lineCtx, end := context.WithCancelCause(ctx)
	l := &line{end: end, check: check}
	at.lines[purpose] = l
	return lineCtx, at, func() { s.leave(id, at, purpose, l) }, nil
}

// recheck ends the lines of a session whose participant is not admitted any more.
func (s *seats) recheck(id study.SessionID) {
	s.mu.Lock()
	var all []*line
	if at := s.taken[id]; at != nil {
		all = slices.Collect(maps.Values(at.lines))
	}
	s.mu.Unlock()
	for _, l := range all { // without the lock: a check asks the database
		if err := l.check(); errors.Is(err, page.ErrStranger) {
			l.end(err)
		}
	}
}

func (s *seats) leave(id study.SessionID, at *Seat, purpose string, l *line) {
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

// endAll ends every line of a seat, which may be nil. The caller must hold seats.mu.
func (at *Seat) endAll(why error) {
	if at == nil {
		return
	}
	for _, l := range at.lines {
		l.end(why)
	}
}
