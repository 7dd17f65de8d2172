package vmhost

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"

	"vmstudy/study"
)

// A question waits for what a guest says of its memory.
type question struct {
	said  []byte
	owed  bool          // an older answer was under way when this was asked, and its end has not come yet
	ended chan struct{} // closed when the guest has said all
}

// mostPages bounds what a guest may say of its memory, in bytes. The page frames of 24 GiB took 875 KB.
const mostPages = 8 << 20

// Pages asks the guest what it uses its memory for, and returns what it says: as package relocate/pages encodes it, if the guest is
// honest. A guest that does not know says nothing; the error is then of kind study.ErrNotFound. The guest's agent may not be able to
// answer at all, so ctx should end soon.
func (m *Machine) Pages(ctx context.Context) ([]byte, error) {
	q := m.ask()
	if q == nil {
		return nil, fmt.Errorf("pages of a guest: somebody asks already: %w", study.ErrConflict)
	}
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.asked = nil
	}()
	if err := m.p.AskPages(ctx); err != nil {
		return nil, fmt.Errorf("pages of a guest: %w", err)
	}
	select {
	case <-q.ended:
	case <-m.p.Done():
		return nil, fmt.Errorf("pages of a guest: %w", m.p.Explain(net.ErrClosed))
	case <-ctx.Done():
		return nil, fmt.Errorf("pages of a guest: %w", context.Cause(ctx))
	}
	if len(q.said) == 0 {
		return nil, fmt.Errorf("pages of a guest: it does not know: %w", study.ErrNotFound)
	}
	return q.said, nil
}

// ask makes a question, or returns nil if somebody else waits for an answer.
func (m *Machine) ask() *question {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.asked != nil {
		return nil
	}
	m.asked = &question{ended: make(chan struct{}), owed: m.answering}
	return m.asked
}

// answerBegins is how what a guest says of its memory begins; see package relocate/pages.
const answerBegins = "VMP1"

// hearPages takes a part of what the guest says of its memory; an empty one ends it. mu is locked.
func (m *Machine) hearPages(part string) {
	m.answering = part != ""
	q := m.asked
	if q == nil {
		return
	}
	select {
	case <-q.ended:
		return
	default:
	}
	if strings.HasPrefix(part, answerBegins) {
		q.said, q.owed = nil, false // what came before is the end of an answer that nobody waited for
	}
	if part == "" && q.owed {
		q.said, q.owed = nil, false
		return
	}
	if part == "" && len(q.said) > 0 && !bytes.HasPrefix(q.said, []byte(answerBegins)) {
		q.said = nil
		return
	}
	if part == "" || len(q.said)+len(part) > mostPages {
		close(q.ended)
		return
	}
	q.said = append(q.said, part...)
}
