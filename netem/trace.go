package netem

import (
	"encoding/binary"
	"sort"
	"time"

	"vmstudy/study"
)

// Trace is a recording of when a link of varying bandwidth could deliver: a list of
// opportunities, each for one packet of study.PacketSize bytes. ReadTrace makes one. It does
// not change, so that any number of links may replay it at once.
type Trace struct {
	Opportunities int64
	Period        time.Duration // after which it begins again: the time of the last opportunity
	SHA256        string        // of the file, in hexadecimal

	// The opportunities are kept as runs: a gap in milliseconds since the run before, and how
	// many there are at that time. Nearly all runs take a byte, where the file has several
	// for every opportunity.
	runs   []byte
	places []place // every placeEvery runs: where to begin to look for a time
}

// place is the state of a reader of runs, before a run.
type place struct {
	offset int
	ms     int64 // of the run before
}

const placeEvery = 4096

// A run is one byte of two halves, the gap and the count less one, if both are below wide;
// else the byte wide and both as varints.
const (
	wide     = 0xff
	halfWide = 0x0f
)

// Rate returns the mean bandwidth.
func (t *Trace) Rate() study.Bitrate {
	return study.Bitrate(float64(t.Opportunities) * study.PacketSize * 8 / t.Period.Seconds())
}

// Span returns the mean bandwidth from one time to another within the period.
func (t *Trace) Span(from, to time.Duration) study.Bitrate {
	c := t.start()
	first := c.after(t, from-1)
	n := 0
	for ms := first; ms >= 0 && ms < to.Milliseconds() && ms <= t.Period.Milliseconds(); ms = c.peek(t) {
		c.next(t)
		n++
	}
	return study.Bitrate(float64(n) * study.PacketSize * 8 / (to - from).Seconds())
}

// appendRun adds count opportunities at gap milliseconds after those before.
func (t *Trace) appendRun(gap, count int64) {
	if gap < halfWide && count <= halfWide {
		t.runs = append(t.runs, byte(gap<<4|(count-1)))
		return
	}
	t.runs = append(t.runs, wide)
	t.runs = binary.AppendUvarint(t.runs, uint64(gap))
	t.runs = binary.AppendUvarint(t.runs, uint64(count))
}

// readRun returns the run at offset, and where the next begins.
func (t *Trace) readRun(offset int) (gap, count int64, next int) {
	b := t.runs[offset]
	if offset++; b != wide {
		return int64(b >> 4), int64(b&halfWide) + 1, offset
	}
	g, n := binary.Uvarint(t.runs[offset:])
	c, m := binary.Uvarint(t.runs[offset+n:])
	return int64(g), int64(c), offset + n + m
}

// start returns the cursor before the first opportunity.
func (t *Trace) start() cursor { return cursor{} }

// cursor is how far a trace has been replayed. It only moves forward.
type cursor struct {
	round  int64 // when the repetition in progress began, in ms
	ms     int64 // of the run last read, within the round
	left   int64 // opportunities that are left of it
	offset int   // of the next run
}

// fill reads on until there is an opportunity.
func (c *cursor) fill(t *Trace) {
	if c.left > 0 {
		return
	}
	if c.offset == len(t.runs) {
		*c = cursor{round: c.round + t.Period.Milliseconds()}
	}
	var gap int64
	gap, c.left, c.offset = t.readRun(c.offset)
	c.ms += gap
}

// peek returns the time of the next opportunity in milliseconds since the replay began.
func (c *cursor) peek(t *Trace) int64 {
	c.fill(t)
	return c.round + c.ms
}

// next uses the next opportunity.
func (c *cursor) next(t *Trace) int64 {
	ms := c.peek(t)
	c.left--
	return ms
}

// after passes over all opportunities up to elapsed, and returns the time of the first one
// after it, in milliseconds, without using it.
func (c *cursor) after(t *Trace, elapsed time.Duration) int64 {
	if elapsed < 0 {
		return c.peek(t)
	}
	c.leap(t, elapsed.Milliseconds())
	for c.peek(t) <= elapsed.Milliseconds() {
		c.left = 0
	}
	return c.peek(t)
}

// leap moves close to ms, over whole repetitions and many runs at once.
func (c *cursor) leap(t *Trace, ms int64) {
	period := t.Period.Milliseconds()
	if ms-c.round > period {
		*c = cursor{round: ms - ms%period}
	}
	i := sort.Search(len(t.places), func(i int) bool { return t.places[i].ms >= ms-c.round }) - 1
	if i >= 0 && t.places[i].offset > c.offset {
		c.ms, c.left, c.offset = t.places[i].ms, 0, t.places[i].offset
	}
}
