package study_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// The first rows as R's crossdes::williams prints them, counted from 0.
func TestWilliamsFirstRows(t *testing.T) {
	tests := map[string]struct {
		n    int
		want []int
	}{
		"four":   {4, []int{0, 1, 3, 2}},
		"six":    {6, []int{0, 1, 5, 2, 4, 3}},
		"twelve": {12, []int{0, 1, 11, 2, 10, 3, 9, 4, 8, 5, 7, 6}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, study.Williams.Row(tt.n, 0, 0)); diff != "" {
				t.Errorf("first row (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWilliamsBalancesPositionAndCarryOver(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 15).Draw(t, "conditions")
		position, follows := map[[2]int]int{}, map[[2]int]int{}
		for r := range study.Williams.Rows(n) {
			row := study.Williams.Row(n, r, 0)
			for i, c := range row {
				position[[2]int{i, c}]++
				if i > 0 {
					follows[[2]int{row[i-1], c}]++
				}
			}
		}
		times := study.Williams.Rows(n) / n // 1 for even n, 2 for odd
		for i := range n {
			for c := range n {
				if got := position[[2]int{i, c}]; got != times {
					t.Fatalf("n=%d: condition %d stands %d times at position %d, want %d", n, c, got, i, times)
				}
				if got := follows[[2]int{i, c}]; i != c && got != times {
					t.Fatalf("n=%d: %d follows %d %d times, want %d", n, c, i, got, times)
				}
			}
		}
	})
}

func TestEveryRowIsAPermutation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SampledFrom(study.Orders()).Draw(t, "order")
		n := rapid.IntRange(1, 30).Draw(t, "conditions")
		r := rapid.IntRange(0, 100_000).Draw(t, "row")
		seed := rapid.Uint64().Draw(t, "seed")

		row := order.Row(n, r, seed)
		if !slices.Equal(row, order.Row(n, r, seed)) {
			t.Fatal("the same row differs when asked for again")
		}
		slices.Sort(row)
		for i, c := range row {
			if i != c {
				t.Fatalf("%s row %d of %d: sorted it is %v", order, r, n, row)
			}
		}
	})
}
