package netem

import (
	"encoding/binary"
	"sort"
	"time"

	"vmstudy/study"
)

// Trace is a recording of when a link of varying bandwidth could deliver: a list of
// opportunities, each for one packet of study.PacketSize bytes. ReadTrace makes a Trace. It never
// changes, so any number of links may replay it at the same time.
type Trace struct {
	Opportunities int64
	Period        time.Duration // a replay begins again after this time: the time of the last opportunity
	SHA256        string        // of the file, in hexadecimal

	// runs encodes the opportunities. A run is the gap in milliseconds since the run before, and the
	// number of opportunities at that time. Nearly all runs take one byte, whereas the file has
	// several bytes for every opportunity.
	runs   []byte
	places []place // an index: the state before every placeEvery-th run, for searching a time
}

// place is the state of a reader before a run.
type place struct {
	offset int
	ms     int64 // time of the run before
}

const placeEvery = 4096

// A run with a gap below halfWide and a count up to halfWide is one byte: the gap in the upper half, and
// the count minus one in the lower half. Any other run is the byte wide, then gap and count as varints.
const (
	wide     = 0xff
	halfWide = 0x0f
)

// Rate returns the mean bandwidth.
func (t *Trace) Rate() study.Bitrate {
	return study.Bitrate(float64(t.Opportunities) * study.PacketSize * 8 / t.Period.Seconds())
}

// Span returns the mean bandwidth from from to to, which must lie within the period.
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

// appendRun adds count opportunities, gap milliseconds after the run before.
func (t *Trace) appendRun(gap, count int64) {
	if gap < halfWide && count <= halfWide {
		t.runs = append(t.runs, byte(gap<<4|(count-1)))
		return
	}
	t.runs = append(t.runs, wide)
	t.runs = binary.AppendUvarint(t.runs, uint64(gap))
	t.runs = binary.AppendUvarint(t.runs, uint64(count))
}

// readRun returns the run at offset, and the offset of the next one.
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

// cursor is a position in the replay of a trace. It only moves forward.
type cursor struct {
	round  int64 // when the current repetition began, in ms
	ms     int64 // time of the run that was read last, from round
	left   int64 // opportunities of that run that are not used yet
	offset int   // of the next run in Trace.runs
}

// fill reads the next run if the current one is used up.
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

// next uses the next opportunity and returns its time, as peek does.
func (c *cursor) next(t *Trace) int64 {
	ms := c.peek(t)
	c.left--
	return ms
}

// after skips all opportunities up to elapsed. It returns the time of the next one, in milliseconds,
// without using it.
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

// leap moves the cursor close before ms. It skips whole repetitions and uses the index.
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
