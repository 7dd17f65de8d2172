package stat

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"testing"
)

// The exact tests, on 1,000 random small data sets with many ties and zeros, against a count of everything that could
// have happened.
func TestExactTestsCountWhatBruteForceCounts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		n := 1 + rng.IntN(9)
		differences := make([]float64, n)
		for j := range differences {
			differences[j] = float64(rng.IntN(9)-4) / 2
		}
		for _, rule := range []ZeroRule{DropZeros, RankZeros} {
			got, err := SignedRank(Paired{Differences: differences}, rule)
			if want := bruteSigns(differences, rule); err != nil || math.Abs(got.P-want) > 1e-12 {
				t.Fatalf("set %d, %s: signed rank of %v: p %.15g, %v; counted %.15g", i, rule, differences, got.P, err, want)
			}
			if got, want := aboveZero(differences, rule), bruteAbove(differences, rule); math.Abs(got-want) > 1e-12 {
				t.Fatalf("set %d, %s: %v above 0: p %.15g; counted %.15g", i, rule, differences, got, want)
			}
		}
		groups := randomGroups(rng)
		if got, err := MannWhitney(groups, "a", "b"); err != nil || math.Abs(got.P-bruteGroups(groups)) > 1e-12 {
			t.Fatalf("set %d: mann-whitney of %v: p %.15g, %v; counted %.15g", i, groups, got.P, err, bruteGroups(groups))
		}
		happened, conditions := randomHappened(rng)
		if got, err := CochranQ(happened, conditions); err == nil && (!got.Exact || math.Abs(got.ExactP-bruteTotals(happened, len(conditions))) > 1e-12) {
			t.Fatalf("set %d: cochran of %v: p %.15g; counted %.15g", i, happened, got.ExactP, bruteTotals(happened, len(conditions)))
		}
		rated, conditions := randomRated(rng)
		if got, err := Friedman(rated, conditions); err == nil && (!got.Exact || math.Abs(got.ExactP-bruteOrders(rated, len(conditions))) > 1e-12) {
			t.Fatalf("set %d: friedman of %v: p %.15g; counted %.15g", i, rated, got.ExactP, bruteOrders(rated, len(conditions)))
		}
		heads, tails := rng.IntN(12), rng.IntN(12)
		if got, want := coinP(heads, tails), bruteCoins(heads, tails); math.Abs(got-want) > 1e-12 {
			t.Fatalf("%d heads and %d tails: p %.15g; counted %.15g", heads, tails, got, want)
		}
	}
}

// bruteSigns gives each non-zero difference each sign, and counts how often the sum of positive ranks is as far from its middle.
func bruteSigns(differences []float64, rule ZeroRule) float64 {
	return bruteSums(differences, rule, func(v, seen, middle float64) bool { return math.Abs(v-middle) >= math.Abs(seen-middle)-1e-9 })
}

// bruteAbove counts how often that sum is as great.
func bruteAbove(differences []float64, rule ZeroRule) float64 {
	return bruteSums(differences, rule, func(v, seen, _ float64) bool { return v >= seen-1e-9 })
}

func bruteSums(differences []float64, rule ZeroRule, far func(v, seen, middle float64) bool) float64 {
	var ranks []float64
	seen, total := 0.0, 0.0
	for _, d := range differences {
		if d == 0 {
			continue
		}
		rank := 0.5
		for _, e := range differences {
			switch a, b := math.Abs(e), math.Abs(d); {
			case e == 0 && rule == DropZeros:
			case a < b:
				rank++
			case a == b:
				rank += 0.5
			}
		}
		ranks = append(ranks, rank)
		total += rank
		if d > 0 {
			seen += rank
		}
	}
	n := 0
	for signs := range 1 << len(ranks) {
		v := 0.0
		for j, r := range ranks {
			if signs>>j&1 == 1 {
				v += r
			}
		}
		if far(v, seen, total/2) {
			n++
		}
	}
	return float64(n) / float64(int(1)<<len(ranks))
}

func randomGroups(rng *rand.Rand) []Observation {
	var obs []Observation
	for g, n := range []int{1 + rng.IntN(5), 1 + rng.IntN(5)} {
		for range n {
			obs = append(obs, Observation{fmt.Sprint("P", len(obs)), string(rune('a' + g)), float64(rng.IntN(5))})
		}
	}
	return obs
}

// bruteGroups puts each set of as many people into group a, and counts pairs.
func bruteGroups(obs []Observation) float64 {
	u := func(in uint) float64 {
		sum := 0.0
		for i, x := range obs {
			for j, y := range obs {
				if in>>i&1 == 0 || in>>j&1 == 1 {
					continue
				}
				switch {
				case x.Value > y.Value:
					sum++
				case x.Value == y.Value:
					sum += 0.5
				}
			}
		}
		return sum
	}
	var real uint
	for i, o := range obs {
		if o.Condition == "a" {
			real |= 1 << i
		}
	}
	na := bits.OnesCount(real)
	mean := float64(na*(len(obs)-na)) / 2
	far, all := 0, 0
	for in := range uint(1) << len(obs) {
		if bits.OnesCount(in) != na {
			continue
		}
		all++
		if math.Abs(u(in)-mean) >= math.Abs(u(real)-mean)-1e-9 {
			far++
		}
	}
	return float64(far) / float64(all)
}

func randomHappened(rng *rand.Rand) ([]Observation, []string) {
	conditions := []string{"a", "b", "c", "d"}[:2+rng.IntN(3)]
	var obs []Observation
	for p := range 1 + rng.IntN(5) {
		for _, c := range conditions {
			obs = append(obs, Observation{fmt.Sprint("P", p), c, float64(rng.IntN(2))})
		}
	}
	return obs, conditions
}

// bruteTotals goes through every table whose rows have the same sums.
func bruteTotals(obs []Observation, k int) float64 {
	var rows []uint
	for i, o := range obs {
		if i%k == 0 {
			rows = append(rows, 0)
		}
		rows[len(rows)-1] |= uint(o.Value) << (i % k)
	}
	spread := func(table []uint) int {
		squares := 0
		for j := range k {
			sum := 0
			for _, r := range table {
				sum += int(r >> j & 1)
			}
			squares += sum * sum
		}
		return squares
	}
	seen, far, all := spread(rows), 0, 0
	table := make([]uint, len(rows))
	var fill func(i int)
	fill = func(i int) {
		if i == len(rows) {
			all++
			if spread(table) >= seen {
				far++
			}
			return
		}
		for r := range uint(1) << k {
			if bits.OnesCount(r) == bits.OnesCount(rows[i]) {
				table[i] = r
				fill(i + 1)
			}
		}
	}
	fill(0)
	return float64(far) / float64(all)
}

func randomRated(rng *rand.Rand) ([]Observation, []string) {
	conditions := []string{"a", "b", "c"}[:2+rng.IntN(2)]
	var obs []Observation
	for p := range 2 + rng.IntN(3) {
		for _, c := range conditions {
			obs = append(obs, Observation{fmt.Sprint("P", p), c, float64(rng.IntN(4))})
		}
	}
	return obs, conditions
}

// bruteOrders goes through each order of the values of each participant, equal ones told apart, and compares sums of squared rank sums.
func bruteOrders(obs []Observation, k int) float64 {
	var rows [][]float64
	for i := 0; i < len(obs); i += k {
		var row []float64
		for _, o := range obs[i : i+k] {
			rank := 0.5
			for _, other := range obs[i : i+k] {
				switch {
				case other.Value < o.Value:
					rank++
				case other.Value == o.Value:
					rank += 0.5
				}
			}
			row = append(row, rank)
		}
		rows = append(rows, row)
	}
	squares := func() float64 {
		total := 0.0
		for j := range k {
			sum := 0.0
			for _, r := range rows {
				sum += r[j]
			}
			total += sum * sum
		}
		return total
	}
	seen, far, all := squares(), 0, 0
	var turn func(row, from int)
	turn = func(row, from int) {
		switch {
		case row == len(rows):
			all++
			if squares() >= seen-1e-9 {
				far++
			}
		case from == k:
			turn(row+1, 0)
		default:
			for j := from; j < k; j++ {
				rows[row][from], rows[row][j] = rows[row][j], rows[row][from]
				turn(row, from+1)
				rows[row][from], rows[row][j] = rows[row][j], rows[row][from]
			}
		}
	}
	turn(0, 0)
	return float64(far) / float64(all)
}

func bruteCoins(heads, tails int) float64 {
	n, far := heads+tails, 0
	for faces := range uint(1) << n {
		if h := bits.OnesCount(faces); abs(2*h-n) >= abs(heads-tails) {
			far++
		}
	}
	return float64(far) / float64(uint(1)<<n)
}

func abs(n int) int { return max(n, -n) }
