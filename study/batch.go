package study

import "time"

// Batch is what a page has measured and seen, in one piece. A page numbers its batches, keeps
// each until it hears that it is on disk, and sends it again otherwise; a batch that is there
// already changes nothing. So everything arrives at least once and is stored exactly once.
type Batch struct {
	Receipt
	Interactions []Interaction
	Events       []Event
}

// Receipt is what is on record of a batch besides its contents.
type Receipt struct {
	Attempt  AttemptID
	Page     int   // the page's Session.Seat
	Number   int64 // counts the page's batches, from 1 and without gaps
	Received time.Time
	// Zero is the moment, on the server's clock, at which the page's own clock was zero:
	// adding it to a page's time gives every At of the batch. Uncertainty bounds its error
	// either way: half the round trip of the exchange by which the clocks were joined. Where a clock was
	// set meanwhile it is at least what parts the batch from the time in which it must have been measured.
	Zero        time.Time
	Uncertainty time.Duration
	Count       int   // interactions and events in the batch
	Given       int64 // the last Number that the page had given to one of those by then
	Dropped     int64 // of those, how many the page had to drop, for want of room
	Last        bool  // the page had nothing else to send
}

// PageReport says what of a page's measurements is on record, and what is missing.
type PageReport struct {
	Attempt AttemptID
	Page    int
	Batches int64   // the highest number of a batch that is known of
	Missing []int64 // batches that the page numbered and nobody has; at most MissingListed of them
	Given   int64   // interactions and events that the page is known to have numbered
	Stored  int64   // of those, how many are on record
	Dropped int64   // of those, how many the page says that it dropped
	Closed  bool    // the page said that this was all; if not, more may be missing than is known
	Heard   time.Time
}

// MissingListed bounds the list of missing batches in a report.
const MissingListed = 100

// Lost returns how many interactions and events are known to be missing.
func (r PageReport) Lost() int64 { return r.Given - r.Stored }

// Whole reports whether everything that the page measured is on record.
func (r PageReport) Whole() bool { return r.Closed && r.Lost() == 0 && len(r.Missing) == 0 }

// PageReports derives from receipts, in whatever order they came, what is missing of each
// page. The reports come in the order in which the pages first occur.
func PageReports(receipts []Receipt) []PageReport {
	type key struct {
		attempt AttemptID
		page    int
	}
	at := map[key]int{}
	var all []PageReport
	var have []map[int64]bool
	last := map[int]int64{} // the number of the batch that says how the page stood at last
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
