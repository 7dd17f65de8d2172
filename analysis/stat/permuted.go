package stat

import (
	"maps"
	"slices"
)

// exactSteps is up to how many steps from one set of totals to the next permutedP goes. They take about a tenth of a second.
const exactSteps = 500_000

// widest is up to how many conditions permutedP works, and longest up to how many participants: totals then fit into 16 bits.
const (
	widest  = 12
	longest = 1000
)

// totals are sums of up to widest conditions in ascending order. The order may be given up since what is asked of them does
// not depend on it.
type totals [widest]int16

// permutedP returns the probability that the sums of the columns are at least as uneven as they are, if each row could have stood
// in any order. It gives up where that takes too many steps.
func permutedP(rows [][]int) (p float64, done bool) {
	k := len(rows[0])
	if k > widest || len(rows) > longest {
		return 0, false
	}
	sums := make([]int, k)
	chances, steps := map[totals]float64{{}: 1}, 0
	for _, row := range rows {
		for j, x := range row {
			sums[j] += x
		}
		ways := orders(row, exactSteps)
		if steps += len(chances) * len(ways); ways == nil || steps > exactSteps {
			return 0, false
		}
		next := map[totals]float64{}
		for _, from := range inOrder(chances) {
			for _, way := range ways {
				to := from
				for j, x := range way {
					to[j] += int16(x)
				}
				slices.Sort(to[:k])
				next[to] += chances[from] / float64(len(ways))
			}
		}
		chances = next
	}
	seen := unevenness(sums)
	for _, t := range inOrder(chances) {
		for j := range sums {
			sums[j] = int(t[j])
		}
		if unevenness(sums) >= seen {
			p += chances[t]
		}
	}
	return min(1, p), true
}

// inOrder returns the keys in order, so that rounding is the same in each run.
func inOrder(chances map[totals]float64) []totals {
	return slices.SortedFunc(maps.Keys(chances), func(a, b totals) int { return slices.Compare(a[:], b[:]) })
}

// unevenness is k times the sum of squares less the square of the sum: k squared times the variance.
func unevenness(sums []int) int {
	sum, squares := 0, 0
	for _, x := range sums {
		sum += x
		squares += x * x
	}
	return len(sums)*squares - sum*sum
}

// orders lists the different orders of a row, or nil if there are more than limit.
func orders(row []int, limit int) [][]int {
	now := slices.Clone(row)
	slices.Sort(now)
	var all [][]int
	for more := true; more; more = nextOrder(now) {
		if len(all) == limit {
			return nil
		}
		all = append(all, slices.Clone(now))
	}
	return all
}

// nextOrder goes to the next order by size, and reports whether there is one.
func nextOrder(x []int) bool {
	i := len(x) - 2
	for i >= 0 && x[i] >= x[i+1] {
		i--
	}
	if i < 0 {
		return false
	}
	j := len(x) - 1
	for x[j] <= x[i] {
		j--
	}
	x[i], x[j] = x[j], x[i]
	slices.Reverse(x[i+1:])
	return true
}
