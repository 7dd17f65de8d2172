package record

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// How often a recorder does its work.
const (
	lookEvery  = 100 * time.Millisecond // looks at the queue
	flushEvery = time.Second            // flushes, so that a killed server loses no more than this
)

// Recorder writes one recording from copies of what passes a screen's connections. The copies are appended to a queue, so
// whoever makes them never has to wait.
type Recorder struct {
	began time.Time // with its monotonic reading
	keys  bool
	pace  *pace
	wake  chan struct{}

	mu      sync.Mutex
	queue   queue
	segment int                // number of the current segment; pieces of older ones are dropped
	over    bool               // nothing more is recorded
	why     study.RecordingEnd // why the recording ended

	writing writing // only run uses it
}

func newRecorder(began time.Time, keys bool, p *pace) *Recorder {
	return &Recorder{began: began, keys: keys, pace: p, wake: make(chan struct{}, 1), queue: queue{spare: &p.spare}}
}

// beginSegment begins another segment and returns its number, or 0 if the recording has ended.
func (r *Recorder) beginSegment() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return 0
	}
	r.segment++
	r.add(segmentBegins, nil)
	return r.segment
}

// push adds a copy of p to the queue. It takes no longer than the copying, since run is not woken until much waits.
func (r *Recorder) push(segment int, kind pieceKind, p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over && segment == r.segment {
		r.add(kind, p)
	}
}

// add adds something to the queue. mu must be locked.
func (r *Recorder) add(kind pieceKind, p []byte) {
	at, before := time.Since(r.began), r.queue.chunks()
	if !r.queue.add(kind, at, p) {
		r.over, r.why = true, study.TooSlow
	}
	r.pace.passed.Store(int64(r.began.Sub(r.pace.born) + at))
	if more := r.queue.chunks() - before; more > 0 {
		r.pace.waiting.Add(int64(more))
	}
	if r.over || len(r.queue.waiting) > wakeChunks {
		r.look()
	}
}

// look makes run look at the queue at once.
func (r *Recorder) look() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end makes run write what waits, and return. If it is called again, the first reason stays.
func (r *Recorder) end(why study.RecordingEnd) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.over {
		r.over, r.why = true, why
	}
	r.look()
}

// take gives the written chunk done back, and returns the chunk that has waited longest, or nil if none waits. over says that
// nothing more will come.
func (r *Recorder) take(done *chunk) (next *chunk, over bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if done != nil {
		r.queue.giveBack(done)
		r.pace.waiting.Add(-1)
	}
	return r.queue.take(), r.over
}

// run writes until the recording ends, and returns why it ended.
func (r *Recorder) run(w *Writer, room func() bool) (study.RecordingEnd, error) {
	r.writing = writing{Writer: w, keys: r.keys, room: room}
	every := time.NewTicker(lookEvery)
	defer every.Stop()
	flushed := time.Now()
	var c *chunk
	for {
		var over bool
		var err error
		if c, over = r.take(c); c != nil {
			err = r.pace.turn(func() (bool, error) { return r.writing.all(c) })
		}
		if err == nil && time.Since(flushed) > flushEvery {
			err, flushed = r.pace.turn(func() (bool, error) { return true, w.Flush() }), time.Now()
		}
		if err != nil || c == nil && over {
			return r.close(err)
		}
		if c != nil {
			continue
		}
		select {
		case <-every.C:
		case <-r.wake:
		}
	}
}

// drop throws away what waits. Nothing more may come.
func (r *Recorder) drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.pace.waiting.Add(-int64(r.queue.chunks()))
	r.queue = queue{}
}

// close writes the end of the file, unless writing has failed.
func (r *Recorder) close(err error) (study.RecordingEnd, error) {
	if err == nil || errors.Is(err, errUnreadable) {
		err = errors.Join(err, r.writing.Close())
	}
	if err != nil {
		r.end(reason(err))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why, err
}

// errNoRoom is the error if the disk is so full that the room that is left has to stay for the database.
var errNoRoom = fmt.Errorf("too little room is left on the disk: %w", syscall.ENOSPC)

// reason tells from an error why a recording ended.
func reason(err error) study.RecordingEnd {
	switch {
	case errors.Is(err, errUnreadable):
		return study.ScreenUnreadable
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return study.DiskFull
	}
	return study.DiskFailed
}

// writing writes pieces to a recording.
type writing struct {
	*Writer
	keys    bool
	room    func() bool // returns false if the disk is too full to go on
	opening opening

	checked   time.Duration // when room was last called
	unchecked int           // bytes that may be written before it is called again
}

// How often room is called.
const (
	roomEvery = time.Second
	roomBytes = 1 << 20
)

// all writes all pieces of a chunk, and tells whether any of them was compressed.
func (w *writing) all(c *chunk) (compressed bool, err error) {
	for _, p := range c.pieces {
		if w.unchecked -= p.to - p.from; w.unchecked <= 0 || p.at-w.checked >= roomEvery {
			w.checked, w.unchecked = p.at, roomBytes
			if !w.room() {
				return compressed, errNoRoom
			}
		}
		if err := w.piece(p, c.bytes[p.from:p.to]); err != nil {
			return compressed, err
		}
		compressed = compressed || w.compresses()
	}
	return compressed, nil
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

// step returns a function that writes what one step of the opening returns.
func (w *writing) step(at time.Duration) func([]wire.ClientMessage, []byte, error) error {
	return func(said []wire.ClientMessage, out []byte, err error) error {
		for _, m := range said {
			if i, is := inputOf(m, at, w.keys); is {
				w.Input(i)
			}
		}
		return errors.Join(err, w.blocks(at, out))
	}
}

// blocks writes data as one block, or as several if it is long.
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
