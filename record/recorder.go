package record

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"vmstudy/rfb"
	"vmstudy/study"
)

// How a recorder goes about its work.
const (
	lookEvery  = 100 * time.Millisecond // at what waits to be written
	flushEvery = time.Second            // a killed server loses no more than this
	wakeBytes  = 256 << 10              // that wait make the recorder look at once
	queueBytes = 32 << 20               // that may wait before the recording ends as too slow
)

// Recorder writes one recording from copies of what passes a screen's connections. Those who
// hand it the copies never wait for it: they append to a queue.
type Recorder struct {
	began time.Time // with its monotonic reading
	keys  bool
	wake  chan struct{}

	mu      sync.Mutex
	pieces  []piece
	bytes   []byte
	segment int                // number of the current one: pieces of older ones are dropped
	over    bool               // nothing more is taken
	why     study.RecordingEnd // why it is over

	writing writing // owned by run
}

// piece is something that waits to be written; its bytes lie in Recorder.bytes.
type piece struct {
	kind     pieceKind
	at       time.Duration
	from, to int
}

type pieceKind byte

const (
	segmentBegins pieceKind = iota
	serverSent
	clientSent
)

func newRecorder(began time.Time, keys bool) *Recorder {
	return &Recorder{began: began, keys: keys, wake: make(chan struct{}, 1)}
}

// beginSegment makes what is handed over from now on another segment, and returns its number;
// 0 if the recording is over.
func (r *Recorder) beginSegment() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return 0
	}
	r.segment++
	r.pieces = append(r.pieces, piece{kind: segmentBegins, at: time.Since(r.began)})
	return r.segment
}

// push hands over a copy of p. It takes no longer than that: nobody is woken until much waits.
func (r *Recorder) push(segment int, kind pieceKind, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over || segment != r.segment {
		return
	}
	if len(r.bytes)+len(p) > queueBytes {
		r.over, r.why = true, study.TooSlow
		return
	}
	at := time.Since(r.began)
	for len(p) > 0 {
		n := min(len(p), maxBlock)
		from := len(r.bytes)
		r.bytes = append(r.bytes, p[:n]...)
		r.pieces = append(r.pieces, piece{kind, at, from, len(r.bytes)})
		p = p[n:]
	}
	if len(r.bytes) > wakeBytes {
		r.look()
	}
}

// look makes run look at the queue.
func (r *Recorder) look() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end makes run write what waits and return. The first reason counts.
func (r *Recorder) end(why study.RecordingEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over, r.why = true, why
	}
	r.look()
}

// take returns what waits, for which it leaves the emptied bytes of the last time.
func (r *Recorder) take(pieces []piece, bytes []byte) ([]piece, []byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, b := r.pieces, r.bytes
	if cap(bytes) > 4*wakeBytes {
		bytes = nil // a burst is over: no need to keep room for it
	}
	r.pieces, r.bytes = pieces[:0], bytes[:0]
	return p, b, r.over
}

// run writes until the recording is over, and returns why it was.
func (r *Recorder) run(w *Writer, room func() bool) (study.RecordingEnd, error) {
	r.writing = writing{Writer: w, keys: r.keys, room: room}
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	flushed := time.Now()
	var pieces []piece
	var bytes []byte
	for {
		var over bool
		pieces, bytes, over = r.take(pieces, bytes)
		err := r.writing.all(pieces, bytes)
		if err == nil && time.Since(flushed) > flushEvery {
			err, flushed = w.Flush(), time.Now()
		}
		if over && err == nil {
			err = w.Close()
		}
		if err != nil {
			r.end(reason(err))
		}
		if over || err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.pieces, r.bytes = nil, nil
			return r.why, err
		}
		select {
		case <-every.C:
		case <-r.wake:
		}
	}
}

// errNoRoom is a disk so full that what is left belongs to the database.
var errNoRoom = fmt.Errorf("too little room is left on the disk: %w", syscall.ENOSPC)

// reason tells why a recording ended from what went wrong.
func reason(err error) study.RecordingEnd {
	switch {
	case errors.Is(err, errUnreadable):
		return study.ScreenUnreadable
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return study.DiskFull
	}
	return study.DiskFailed
}

// writing makes a recording of pieces.
type writing struct {
	*Writer
	keys    bool
	room    func() bool // false when the disk is too full to go on
	opening opening

	checked   time.Duration // when the room was asked for last
	unchecked int           // bytes until it is asked for again
}

// How often the room on the disk is asked for.
const (
	roomEvery = time.Second
	roomBytes = 1 << 20
)

func (w *writing) all(pieces []piece, bytes []byte) error {
	for _, p := range pieces {
		if w.unchecked -= p.to - p.from; w.unchecked <= 0 || p.at-w.checked >= roomEvery {
			w.checked, w.unchecked = p.at, roomBytes
			if !w.room() {
				return errNoRoom
			}
		}
		if err := w.piece(p, bytes[p.from:p.to]); err != nil {
			return err
		}
	}
	return nil
}

func (w *writing) piece(p piece, data []byte) error {
	switch p.kind {
	case segmentBegins:
		w.opening = opening{}
		return w.Begin(p.at)
	case serverSent:
		return w.step(p.at)(w.opening.fromServer(data))
	}
	return w.step(p.at)(w.opening.fromClient(data))
}

// step returns what writes a step of the opening.
func (w *writing) step(at time.Duration) func([]rfb.ClientMessage, []byte, error) error {
	return func(said []rfb.ClientMessage, out []byte, err error) error {
		for _, m := range said {
			if i, is := inputOf(m, at, w.keys); is {
				w.Input(i)
			}
		}
		return errors.Join(err, w.blocks(at, out))
	}
}

// blocks writes data as one block, or more where it is long.
func (w *writing) blocks(at time.Duration, data []byte) error {
	for len(data) > 0 {
		n := min(len(data), maxBlock)
		if err := w.Block(at, data[:n]); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}
