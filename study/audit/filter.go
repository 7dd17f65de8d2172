package audit

import (
	"strings"
	"time"
)

// Filter chooses entries. A field with its zero value chooses all.
type Filter struct {
	Who, Action string    // exactly
	About       string    // a part of it
	From, To    time.Time // at or after, and before
	Before      int64     // entries with smaller numbers: the next page of a list that begins with the newest
	Most        int       // how many at most; it must not be 0
}

// Chooses reports whether f chooses e. It does not look at Most.
func (f Filter) Chooses(e Entry) bool {
	return (f.Who == "" || e.Who == f.Who) && (f.Action == "" || e.Action == f.Action) && strings.Contains(e.About, f.About) &&
		(f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To)) && (f.Before == 0 || e.Number < f.Before)
}
