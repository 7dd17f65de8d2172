package stat_test

import (
	"fmt"

	"vmstudy/analysis/stat"
)

// Six people rated two methods from 1 to 7; one of them did not finish.
func ExampleSignedRank() {
	var obs []stat.Observation
	for person, ratings := range map[string][2]float64{"P1": {6, 4}, "P2": {7, 5}, "P3": {5, 5}, "P4": {6, 3}, "P5": {4, 5}, "P6": {7, 3}} {
		obs = append(obs, stat.Observation{Participant: person, Condition: "stream", Value: ratings[0]}, stat.Observation{Participant: person, Condition: "vnc", Value: ratings[1]})
	}
	obs = append(obs, stat.Observation{Participant: "P7", Condition: "stream", Value: 6})

	pairs, err := stat.Pairs(obs, "stream", "vnc")
	if err != nil {
		fmt.Println(err)
		return
	}
	test, err := stat.SignedRank(pairs, stat.RankZeros)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("n = %d, %d zero, %d ties, V = %g, p = %.3f, exact: %v\n", test.N, test.Zeros, test.Ties, test.V, test.P, test.Exact)
	fmt.Printf("rank-biserial %.2f, typically %g higher\n", test.RankBiserial, test.Shift.Estimate)
	for _, d := range test.Dropped {
		fmt.Println(d.Participant, "left out:", d.Why)
	}
	// Output:
	// n = 6, 1 zero, 1 ties, V = 18, p = 0.125, exact: true
	// rank-biserial 0.80, typically 2 higher
	// P7 left out: no value in vnc
}
