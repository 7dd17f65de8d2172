package study

import (
	"math/rand/v2"
	"slices"
)

// Order is how the sequence of conditions varies between participants.
type Order string

// The orders.
const (
	// Williams balances position and first-order carry-over: over all rows each condition
	// occurs equally often in each position and follows each other condition equally often.
	// E. J. Williams, Experimental designs balanced for the estimation of residual effects
	// of treatments, Aust. J. Sci. Res. A 2 (1949).
	Williams Order = "williams"
	// Latin is the cyclic Latin square: it balances position only.
	Latin Order = "latin"
	// Random shuffles the conditions for each participant, from the study's seed.
	Random Order = "random"
	// Fixed is the order of the design, for everybody: nothing is balanced.
	Fixed Order = "fixed"
)

// Orders lists every order as pages show them.
func Orders() []Order { return []Order{Williams, Latin, Random, Fixed} }

// Valid reports whether o is one of Orders.
func (o Order) Valid() bool { return slices.Contains(Orders(), o) }

// randomRows is how many different random sequences Random has.
const randomRows = 10_000

// Rows returns how many different sequences of n conditions o has: n, or 2n for a Williams design of
// odd n, or randomRows. A design is balanced once each of these sequences had one participant.
func (o Order) Rows(n int) int {
	switch {
	case n <= 0:
		return 0
	case n == 1 || o == Fixed:
		return 1
	case o == Random:
		return randomRows
	case o == Williams && n%2 == 1:
		return 2 * n
	}
	return n
}

// Row returns the given sequence of n conditions as their indices. Rows repeat after
// Rows(n). Only Random depends on seed.
func (o Order) Row(n, row int, seed uint64) []int {
	if n <= 0 {
		return nil
	}
	row %= o.Rows(n)
	switch o {
	case Williams:
		return williams(n, row)
	case Latin:
		return rotated(counting(n), row)
	case Fixed:
		return counting(n)
	}
	return rand.New(rand.NewPCG(seed, uint64(row))).Perm(n)
}

// williams builds row r. Row 0 is 0, 1, n-1, 2, n-2, ...; each further row adds 1 modulo n. If n is
// odd, rows n to 2n-1 are rows 0 to n-1 reversed.
func williams(n, r int) []int {
	first := make([]int, n)
	low, high := 1, n-1
	for i := 1; i < n; i++ {
		if i%2 == 1 {
			first[i], low = low, low+1
		} else {
			first[i], high = high, high-1
		}
	}
	row := rotated(first, r%n)
	if r >= n {
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			row[i], row[j] = row[j], row[i]
		}
	}
	return row
}

// rotated adds by to every element, modulo len(row).
func rotated(row []int, by int) []int {
	for i := range row {
		row[i] = (row[i] + by) % len(row)
	}
	return row
}

func counting(n int) []int {
	row := make([]int, n)
	for i := range row {
		row[i] = i
	}
	return row
}
