package rfb

// limiter rewrites SetEncodings messages in a stream that it sees in pieces: all that comes
// goes out at once and unaltered, except from the first byte of such a message to its last.
type limiter struct {
	allow func(Encoding) bool // nil: nothing is altered

	held  []byte // came but did not go out: the beginning of an incomplete message
	sent  int64  // place in the stream of the first byte that did not go out
	open  bool   // a message began at start and is not complete
	start int64
	edits []edit // messages completed since apply
}

// edit replaces the bytes of the stream from start to end.
type edit struct {
	start, end int64
	by         []byte
}

// begin notes that a message begins at the given place.
func (l *limiter) begin(start int64) {
	l.open, l.start = l.allow != nil, start
}

// end notes that the message which began last was m and is complete.
func (l *limiter) end(end int64, m SetEncodings) {
	if l.open {
		l.edits = append(l.edits, edit{l.start, end, m.only(l.allow).Append(nil)})
		l.open = false
	}
}

// apply returns what may go out now that p has come and was decoded. It is p itself while
// nothing is to be altered.
func (l *limiter) apply(p []byte) []byte {
	if len(l.held) == 0 && len(l.edits) == 0 && !l.open {
		l.sent += int64(len(p))
		return p
	}
	came := append(l.held, p...)
	l.held = nil
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
	if l.open {
		pass(l.start)
		l.held = came
	} else {
		pass(l.sent + int64(len(came)))
	}
	return out
}
