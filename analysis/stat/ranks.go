package stat

import (
	"cmp"
	"slices"
)

// Ranks returns the ranks of xs from 1 on. Equal values share the mean of the ranks that they take up together, so each
// rank is a multiple of one half.
func Ranks(xs []float64) []float64 {
	order := make([]int, len(xs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(xs[a], xs[b]) })
	ranks := make([]float64, len(xs))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && xs[order[to]] == xs[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			ranks[i] = float64(from+1+to) / 2
		}
		from = to
	}
	return ranks
}

// tieSizes returns how many values share each value, for the values that several share.
func tieSizes(xs []float64) []int {
	s := sorted(xs)
	var sizes []int
	for from := 0; from < len(s); {
		to := from + 1
		for to < len(s) && s[to] == s[from] {
			to++
		}
		if to-from > 1 {
			sizes = append(sizes, to-from)
		}
		from = to
	}
	return sizes
}

// surplus returns how many values there are more than different ones.
func surplus(sizes []int) int {
	n := 0
	for _, s := range sizes {
		n += s - 1
	}
	return n
}

// cubes returns the sum of t^3-t over the sizes of ties, by which ties lower a variance of ranks.
func cubes(sizes []int) float64 {
	sum := 0.0
	for _, s := range sizes {
		t := float64(s)
		sum += t*t*t - t
	}
	return sum
}
