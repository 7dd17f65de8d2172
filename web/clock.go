package web

import "time"

// clock is the server's time as browsers are told it: microseconds since 1970 (UTC), which
// a JavaScript number holds exactly. It is read from the wall once and counts on by the
// monotonic clock, so that it cannot jump while somebody is being timed.
//
// A browser joins its own clock to this one by the exchange of four time stamps known from
// NTP (RFC 5905, section 8): it notes t0, the server notes t1 when the question comes in and
// t2 when the answer goes out, the browser notes t3. The offset is ((t1-t0)+(t2-t3))/2, and
// wrong by at most half the round trip (t3-t0)-(t2-t1). static/visit/clock.js does the sums.
type clock struct {
	now  func() time.Time
	base time.Time
}

func newClock(now func() time.Time) clock { return clock{now: now, base: now()} }

// micros returns the time now.
func (c clock) micros() int64 { return c.base.UnixMicro() + c.now().Sub(c.base).Microseconds() }
