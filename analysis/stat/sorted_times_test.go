package stat

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestSortedTimesAreDescribedAsIfTheyWereJoined compares with SummarizeResponses, which has all times in one list.
func TestSortedTimesAreDescribedAsIfTheyWereJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists := SortedTimes(rapid.SliceOf(rapid.SliceOf(rapid.Int32Range(1, 12_000_000))).Draw(t, "lists"))
		var joined []time.Duration
		for _, l := range lists {
			slices.Sort(l)
			for _, us := range l {
				joined = append(joined, time.Duration(us)*time.Microsecond)
			}
		}
		got, err := lists.Summary()
		want, wantErr := SummarizeResponses(joined)
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, want %v", err, wantErr)
		}
		if err == nil && (got.N != want.N || !slices.Equal(got.Bands, want.Bands) || (got.Median-want.Median).Abs() > 1 || (got.P95-want.P95).Abs() > 1) {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

func TestNoSortedTimesHaveNoQuantile(t *testing.T) {
	if _, err := (SortedTimes{{}, nil}).Quantile(0.5); !errors.Is(err, ErrTooFew) {
		t.Errorf("%v, want ErrTooFew", err)
	}
	if _, err := (SortedTimes{{1}}).Quantile(1.5); !errors.Is(err, ErrOutOfScale) {
		t.Errorf("%v, want ErrOutOfScale", err)
	}
}
