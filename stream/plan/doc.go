// Package plan decides what a stream asks for next, and when its machine may go on.
//
// A [Planner] hears of everything that happens: the machine touched a page, an answer came, the
// connection broke. It says what to ask for, and what a reader has to wait for. It has no clock, no
// lock, no files and no network: time is an argument. Package stream owns one, guards it with a lock,
// and does what it says.
//
// # Words
//
//   - A chunk is here when a reader can have it at once. It may be zeros, have come, have been written by
//     the machine, or lie in the near cache.
//   - A demand is a request for chunks that a reader waits for. All other requests are read-ahead.
//   - The plan is the order in which read-ahead asks for chunks. The strategy makes it, see package
//     forecast.
//   - A read is in flight from its request until its answer. The window says how many bytes of answers
//     may be in flight, see pace.
//   - The machine is held when it stands still until enough of the plan is here.
package plan
