package webtest

import (
	"testing"
	"time"
	_ "time/tzdata"

	"vmstudy/analysis"
	"vmstudy/study"
)

// Eventually waits until ok returns true.
func Eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.After(2*time.Minute), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

// Rows returns the interactions that are stored so far.
func (d *Desk) Rows() []study.Interaction {
	d.T.Helper()
	var all []study.Interaction
	for row, err := range d.Store.Source().Interactions(d.T.Context(), analysis.Filter{Study: d.Study}) {
		d.Must(err)
		all = append(all, row.Interaction)
	}
	return all
}

// Zone loads a time zone.
func Zone(t *testing.T, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
