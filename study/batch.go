package study

import "time"

// Batch is a group of measurements and events that a page sends in one piece. A page numbers its
// batches. It keeps each batch until the server says that the batch is on disk, and sends it again
// until then. The server ignores a batch that it has already stored. So every batch arrives at
// least once and is stored exactly once.
type Batch struct {
	Receipt
	Interactions []Interaction
	Events       []Event
}

// Receipt is what the database knows about a batch besides its contents.
type Receipt struct {
	Attempt  AttemptID
	Page     int   // the page's Session.Seat
	Number   int64 // counts the page's batches, from 1 and without gaps
	Received time.Time
	// Zero is the moment, on the server's clock, at which the page's own clock was zero:
	// Zero plus a time of the page gives every At of the batch. Uncertainty bounds the error of
	// Zero in both directions. It is half the round trip of the clock exchange. If a clock was set in
	// between, so that the batch seems to lie outside the time in which it must have been measured,
	// Uncertainty is at least the distance to that time.
	Zero        time.Time
	Uncertainty time.Duration
	Count       int   // interactions and events in the batch
	Given       int64 // how many interactions and events the page had numbered when it made the batch
	Dropped     int64 // of Given: how many the page had to drop because it had no more room
	Last        bool  // the page had nothing else to send
}

// PageReport says which of a page's measurements are on record, and which are missing.
type PageReport struct {
	Attempt AttemptID
	Page    int
	Batches int64     // the highest number of a stored batch
	Missing []int64   // lower numbers whose batches are not stored; at most MissingListed of them
	Given   int64     // interactions and events that the page is known to have numbered
	Stored  int64     // of Given: how many are on record
	Dropped int64     // of Given: how many the page says that it dropped
	Closed  bool      // the page said that its last batch was the last; if not, more may be missing than is known
	Heard   time.Time // when the newest batch arrived
}

// MissingListed bounds the list of missing batches in a report.
const MissingListed = 100

// Lost returns how many interactions and events are known to be missing.
func (r PageReport) Lost() int64 { return r.Given - r.Stored }

// Whole reports whether everything that the page measured is on record.
func (r PageReport) Whole() bool { return r.Closed && r.Lost() == 0 && len(r.Missing) == 0 }

// PageReports derives a report of each page from receipts, which may come in any order.
// The reports are in the order in which the pages first occur.
func PageReports(receipts []Receipt) []PageReport {
	type key struct {
		attempt AttemptID
		page    int
	}
	at := map[key]int{}
	var all []PageReport
	var have []map[int64]bool
	last := map[int]int64{} // by index in all: the highest batch number, whose receipt decides Closed
	for _, r := range receipts {
		k := key{r.Attempt, r.Page}
		i, known := at[k]
		if !known {
			i = len(all)
			at[k] = i
			all = append(all, PageReport{Attempt: r.Attempt, Page: r.Page})
			have = append(have, map[int64]bool{})
		}
		p := &all[i]
		if have[i][r.Number] {
			continue
		}
		have[i][r.Number] = true
		p.Batches, p.Given, p.Dropped = max(p.Batches, r.Number), max(p.Given, r.Given), max(p.Dropped, r.Dropped)
		p.Stored += int64(r.Count)
		if r.Received.After(p.Heard) {
			p.Heard = r.Received
		}
		if r.Number > last[i] {
			last[i], p.Closed = r.Number, r.Last
		}
	}
	for i := range all {
		all[i].Missing = missing(have[i], all[i].Batches)
	}
	return all
}

// missing lists the numbers from 1 to last that are not in have.
func missing(have map[int64]bool, last int64) (list []int64) {
	for n := int64(1); n <= last && len(list) < MissingListed; n++ {
		if !have[n] {
			list = append(list, n)
		}
	}
	return list
}
