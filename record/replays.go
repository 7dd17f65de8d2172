package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"

	"vmstudy/files"
	"vmstudy/study"
)

// making is a replay that is being made.
type making struct {
	size   atomic.Int64
	read   atomic.Int64 // bytes that were read, of twice size
	wanted context.Context
	cancel context.CancelCauseFunc // ends wanted
	done   chan struct{}           // closed when the replay is made or has failed
	err    error                   // why it failed
}

func newMaking() *making {
	m := &making{done: make(chan struct{})}
	m.wanted, m.cancel = context.WithCancelCause(context.Background())
	return m
}

func (m *making) share() float64 {
	return min(0.99, float64(m.read.Load())/float64(2*max(1, m.size.Load())))
}

func (l *Library) replayPath(a study.AttemptID, what string) string {
	return filepath.Join(l.dir, fileStem(a)+what)
}

// OpenReplay returns the replay of an attempt: its index and its data, which the caller closes. If there is none yet, the first
// call begins to make one. Then data is nil, and done says which share of it is made, from 0 to 1. Replays are made one at a
// time, and only when somebody wants to see one, because trials may run meanwhile.
func (l *Library) OpenReplay(a study.AttemptID) (index Replay, data *os.File, done float64, err error) {
	text, err := os.ReadFile(l.replayPath(a, "replay.json"))
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	if err == nil && index.Version == replayVersion {
		data, err = os.Open(l.replayPath(a, "replay"))
		return index, data, 1, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.making[a]
	switch {
	case m == nil:
		m = newMaking()
		l.making[a] = m
		l.writing.Go(func() { l.makeReplay(a, m) })
		return Replay{}, nil, 0, nil
	case m.err != nil:
		delete(l.making, a) // the next call tries again
		return Replay{}, nil, 0, m.err
	}
	return Replay{}, nil, m.share(), nil
}

// cancelReplay stops making the replay of an attempt, if it is being made, and returns when that has ended. If making it has
// failed before, that is forgotten.
func (l *Library) cancelReplay(a study.AttemptID) {
	l.mu.Lock()
	m := l.making[a]
	l.mu.Unlock()
	if m == nil {
		return
	}
	m.cancel(errCancelled)
	<-m.done
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.making[a] == m {
		delete(l.making, a)
	}
}

func (l *Library) makeReplay(a study.AttemptID, m *making) {
	defer close(m.done)
	defer m.cancel(nil)
	err := l.whenItIsTheOnlyOne(a, m)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		delete(l.making, a)
		return
	}
	if m.err = err; !errors.Is(err, study.ErrNotFound) && !errors.Is(err, errCancelled) {
		l.log.Error("a replay cannot be made", "attempt", a, "err", err)
	}
}

// whenItIsTheOnlyOne waits until no other replay is being made, and then makes one.
func (l *Library) whenItIsTheOnlyOne(a study.AttemptID, m *making) error {
	select {
	case l.oneReplay <- struct{}{}:
	case <-m.wanted.Done():
		return context.Cause(m.wanted)
	}
	defer func() { <-l.oneReplay }()
	return l.tryReplay(a, m)
}

// errClosing is why replays and videos are not made any more when the library closes.
var errClosing = errors.New("the server is about to stop")

// tryReplay makes both files. The index is written last. So if there is an index, the data is complete.
func (l *Library) tryReplay(a study.AttemptID, m *making) error {
	f, err := l.Open(a)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil {
		m.size.Store(info.Size())
	}
	part := l.replayPath(a, "replay.part")
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	index, err := MakeReplay(out, &counted{f, m, l})
	if err := errors.Join(err, out.Close()); err != nil {
		return errors.Join(fmt.Errorf("making a replay: %w", err), os.Remove(part))
	}
	if err := files.Place(part, l.replayPath(a, "replay")); err != nil {
		return err
	}
	return files.Write(l.replayPath(a, "replay.json"), 0o600, func(w io.Writer) error {
		return json.NewEncoder(w).Encode(index)
	})
}

// counted is a recording of which a replay is made. It counts the bytes that are read.
type counted struct {
	io.ReadSeeker
	m *making
	l *Library
}

// Read implements [io.Reader].
func (c *counted) Read(p []byte) (int, error) {
	switch {
	case c.l.closing.Load():
		return 0, errClosing
	case c.m.wanted.Err() != nil:
		return 0, context.Cause(c.m.wanted)
	}
	n, err := c.ReadSeeker.Read(p)
	c.m.read.Add(int64(n))
	return n, err
}
