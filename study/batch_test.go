package study_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

func TestPageReportsNameWhatIsMissing(t *testing.T) {
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	got := study.PageReports([]study.Receipt{
		{Attempt: 1, Page: 2, Number: 1, Count: 3, Given: 3, Received: noon},
		{Attempt: 1, Page: 2, Number: 4, Count: 2, Given: 9, Dropped: 1, Last: true, Received: noon.Add(time.Second)},
		{Attempt: 1, Page: 3, Number: 1, Count: 5, Given: 5, Received: noon},
		{Attempt: 2, Page: 3, Number: 1, Count: 1, Given: 1, Last: true, Received: noon},
	})
	want := []study.PageReport{
		{Attempt: 1, Page: 2, Batches: 4, Missing: []int64{2, 3}, Given: 9, Stored: 5, Dropped: 1, Closed: true, Heard: noon.Add(time.Second)},
		{Attempt: 1, Page: 3, Batches: 1, Given: 5, Stored: 5, Heard: noon},
		{Attempt: 2, Page: 3, Batches: 1, Given: 1, Stored: 1, Closed: true, Heard: noon},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	for i, whole := range []bool{false, false, true} {
		if got[i].Whole() != whole {
			t.Errorf("page %d of attempt %d is whole: %v, want %v", got[i].Page, got[i].Attempt, got[i].Whole(), whole)
		}
	}
}

// PageReport.Whole is true exactly if every batch of the page is stored, in whatever order and
// however often the batches came.
func TestAPageIsWholeIfAndOnlyIfEveryBatchIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 9), 1, 20).Draw(t, "counts")
		var sent []study.Receipt
		given := int64(0)
		for i, n := range counts {
			given += int64(n)
			sent = append(sent, study.Receipt{Page: 1, Number: int64(i + 1), Count: n, Given: given, Last: i == len(counts)-1})
		}
		arrived := rapid.Permutation(append(sent, sent...)).Draw(t, "arrived")
		lost := rapid.IntRange(0, len(sent)).Draw(t, "lost") // the number of a batch; 0 for none
		var there []study.Receipt
		for _, r := range arrived {
			if r.Number != int64(lost) {
				there = append(there, r)
			}
		}
		reports := study.PageReports(there)
		if len(there) == 0 {
			return
		}
		if got := reports[0].Whole(); got != (lost == 0) {
			t.Fatalf("batch %d is lost and the page is whole: %v (%+v)", lost, got, reports[0])
		}
	})
}
