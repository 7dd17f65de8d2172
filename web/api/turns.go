package api

import (
	"context"
	"sync"

	"vmstudy/study"
	"vmstudy/web/page"
)

// How many costly answers are made at once: those that read every trial of many sessions, or all data of a study.
const (
	costlyOfToken = 2
	costlyInAll   = 8
)

var (
	errOwnTurns = study.Refuse(page.ErrLimited, "This token waits for %d large answers already. Ask again when it has one of them.", costlyOfToken)
	errAllTurns = study.Refuse(page.ErrLimited, "Programs wait for %d large answers already, and more would only slow people down. Ask again in a while.", costlyInAll)
)

// turns counts the costly answers that are being made.
type turns struct {
	mu  sync.Mutex
	of  map[study.TokenID]int
	all int
}

// take lets a program have one more costly answer, or returns a refusal. Who was let gives it back.
func (t *turns) take(of study.TokenID) (giveBack func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.of[of] >= costlyOfToken:
		return nil, errOwnTurns
	case t.all >= costlyInAll:
		return nil, errAllTurns
	}
	if t.of == nil {
		t.of = map[study.TokenID]int{}
	}
	t.of[of]++
	t.all++
	return func() { t.giveBack(of) }, nil
}

func (t *turns) giveBack(of study.TokenID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all--
	if t.of[of]--; t.of[of] == 0 {
		delete(t.of, of)
	}
}

// inTurn takes a turn for the token of a request.
func (s *Server) inTurn(ctx context.Context) (giveBack func(), err error) {
	t, _ := page.Token(ctx)
	return s.turns.take(t.ID)
}
