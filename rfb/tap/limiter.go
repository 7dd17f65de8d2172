package tap

import (
	"vmstudy/rfb/wire"
)

// limiter takes messages out of a stream, or rewrites them. It sees the stream in pieces. Everything else
// passes at once and unaltered.
type limiter struct {
	wish func(wire.SetEncodings) wire.SetEncodings // what passes in place of a list of encodings; nil: the list itself
	mute bool                                      // cut text is left out

	kept  []byte // came and has not passed: the beginning of an incomplete message
	sent  int64  // place in the stream of the first byte that has not passed
	open  bool   // a message began at start and is not complete
	drop  bool   // its bytes are thrown away
	start int64
	edits []edit // messages completed since apply
}

// edit replaces the bytes of the stream from start to end.
type edit struct {
	start, end int64
	by         []byte
}

// begin notes that a list of encodings or a cut text begins at the given place.
func (l *limiter) begin(start int64, isText bool) {
	l.start, l.drop = start, isText
	l.open = !isText && l.wish != nil || isText && l.mute
}

// end notes that the message which began last is complete; by is what to put in its place.
func (l *limiter) end(end int64, by func() []byte) {
	if l.open {
		l.edits = append(l.edits, edit{l.start, end, by()})
		l.open = false
	}
}

// nothing is put in the place of a message that is left out.
func nothing() []byte { return nil }

// apply returns what may pass now that p has come and was decoded. That is p itself as long as
// nothing is to be altered.
func (l *limiter) apply(p []byte) []byte {
	if len(l.kept) == 0 && len(l.edits) == 0 && !l.open {
		l.sent += int64(len(p))
		return p
	}
	came := append(l.kept, p...)
	l.kept = nil
	var out []byte
	pass := func(to int64) {
		out = append(out, came[:to-l.sent]...)
		came, l.sent = came[to-l.sent:], to
	}
	for _, e := range l.edits {
		pass(e.start)
		out = append(out, e.by...)
		came, l.sent = came[e.end-e.start:], e.end
	}
	l.edits = nil
	switch {
	case l.open && l.drop: // nothing of it is kept: it may be long
		pass(l.start)
		l.sent += int64(len(came))
		l.start = l.sent
	case l.open:
		pass(l.start)
		l.kept = came
	default:
		pass(l.sent + int64(len(came)))
	}
	return out
}
