package record

import (
	"sync"
	"time"
)

// Sizes of a recorder's queue.
const (
	chunkSize   = 64 << 10 // is compressed in a fraction of a millisecond; then others have their turn
	chunkPieces = 1024
	maxChunks   = 512 // 32 MiB; if more would be needed, the recording ends as too slow
	wakeChunks  = 4   // if so many wait, the recorder looks at once
)

// piece is something that waits to be written. Its bytes are in its chunk.
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

// chunk is a piece of memory that is filled, written, and filled again. A slice that grows would copy everything twice, and
// allocating new memory costs more than copying.
type chunk struct {
	pieces []piece
	bytes  []byte
}

func newChunk() *chunk { return &chunk{bytes: make([]byte, 0, chunkSize)} }

func (c *chunk) hasRoom() bool { return len(c.bytes) < chunkSize && len(c.pieces) < chunkPieces }

// add takes as much of p as there is room for, and returns the rest. What comes from the same side in the same millisecond
// becomes one piece, since a recording has times in milliseconds.
func (c *chunk) add(kind pieceKind, at time.Duration, p []byte) []byte {
	n := min(len(p), chunkSize-len(c.bytes))
	from := len(c.bytes)
	c.bytes = append(c.bytes, p[:n]...)
	if last := len(c.pieces) - 1; last >= 0 && kind != segmentBegins && c.pieces[last].kind == kind &&
		c.pieces[last].at.Truncate(time.Millisecond) == at.Truncate(time.Millisecond) {
		c.pieces[last].to = len(c.bytes)
		return p[n:]
	}
	c.pieces = append(c.pieces, piece{kind, at, from, len(c.bytes)})
	return p[n:]
}

// queue is what waits to be written, in order. It is bounded, and not safe for concurrent use.
type queue struct {
	waiting []*chunk   // the last of them is being filled
	lent    int        // chunks that are being written
	spare   *sync.Pool // chunks to fill again; nil means that new ones are made
}

// add copies p to the end of the queue. It returns false if there was no room for all of it.
func (q *queue) add(kind pieceKind, at time.Duration, p []byte) bool {
	for {
		c := q.tail()
		if c == nil {
			return false
		}
		if p = c.add(kind, at, p); len(p) == 0 {
			return true
		}
	}
}

// tail returns a chunk with room at the end of the queue, or nil if the queue is full.
func (q *queue) tail() *chunk {
	if n := len(q.waiting); n > 0 && q.waiting[n-1].hasRoom() {
		return q.waiting[n-1]
	}
	if len(q.waiting)+q.lent == maxChunks {
		return nil
	}
	c := q.unused()
	q.waiting = append(q.waiting, c)
	return c
}

func (q *queue) unused() *chunk {
	if q.spare != nil {
		if c, is := q.spare.Get().(*chunk); is {
			return c
		}
	}
	return newChunk()
}

// take takes the oldest chunk out of the queue, to be written; nil if nothing waits. giveBack has to follow.
func (q *queue) take() *chunk {
	if len(q.waiting) == 0 {
		return nil
	}
	c := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	q.lent++
	return c
}

// giveBack takes a written chunk back, to fill it again.
func (q *queue) giveBack(c *chunk) {
	q.lent--
	if q.spare != nil {
		c.pieces, c.bytes = c.pieces[:0], c.bytes[:0]
		q.spare.Put(c)
	}
}

// chunks returns how many are in use.
func (q *queue) chunks() int { return len(q.waiting) + q.lent }
