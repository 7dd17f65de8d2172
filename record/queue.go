package record

import (
	"sync"
	"time"
)

// Sizes of a recorder's queue.
const (
	chunkSize   = 64 << 10 // compressed in a fraction of a millisecond, after which others have their turn
	chunkPieces = 1024
	maxChunks   = 512 // 32 MiB: then the recording ends as too slow
	wakeChunks  = 4   // that wait make the recorder look at once
)

// piece is something that waits to be written; its bytes lie in its chunk.
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

// chunk is a piece of memory that is filled once, written, and filled again: a queue that grows
// and shrinks would copy everything twice, and new memory costs more than the copying.
type chunk struct {
	pieces []piece
	bytes  []byte
}

func newChunk() *chunk { return &chunk{bytes: make([]byte, 0, chunkSize)} }

func (c *chunk) hasRoom() bool { return len(c.bytes) < chunkSize && len(c.pieces) < chunkPieces }

// add takes as much of p as there is room for and returns the rest. What comes from one side in the
// same millisecond is one piece: a recording does not tell it apart.
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

// queue holds what waits to be written, in order. It is bounded, and not safe for concurrent use.
type queue struct {
	waiting []*chunk   // the last of them is being filled
	lent    int        // chunks that are being written
	spare   *sync.Pool // of chunks to fill again; nil makes new ones
}

// add copies p to the end of the queue. False means that there was no room for all of it.
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

// tail returns a chunk with room at the queue's end, or nil if the queue is full.
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

// take lends out the oldest chunk; nil if nothing waits.
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

// giveBack takes a chunk back that was lent out, to fill it again.
func (q *queue) giveBack(c *chunk) {
	q.lent--
	if q.spare != nil {
		c.pieces, c.bytes = c.pieces[:0], c.bytes[:0]
		q.spare.Put(c)
	}
}

// chunks returns how many are in use.
func (q *queue) chunks() int { return len(q.waiting) + q.lent }
