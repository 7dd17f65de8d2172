package visit

import "time"

// clock is the server's clock for browsers: microseconds since 1970 (UTC), which a JavaScript
// number represents exactly. It reads the wall clock once and then counts with the monotonic clock,
// so it cannot jump during a measurement.
//
// A browser compares its own clock with this one by the four time stamps of NTP (RFC 5905, section
// 8). The browser notes t0 when it asks, the server t1 when the question arrives and t2 when the
// answer leaves, and the browser t3 when the answer arrives. The server is ahead by
// ((t1-t0)+(t2-t3))/2, with an error of at most half the round trip (t3-t0)-(t2-t1).
// static/visit/clock.js computes that.
type clock struct {
	now  func() time.Time
	base time.Time
}

func newClock(now func() time.Time) clock { return clock{now: now, base: now()} }

// micros returns the time now, in microseconds since 1970.
func (c clock) micros() int64 { return c.base.UnixMicro() + c.now().Sub(c.base).Microseconds() }
