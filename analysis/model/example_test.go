package model_test

import (
	"context"
	"fmt"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Twelve people rated two methods in two networks, from 1 to 7.
func ExampleFitOrdinal() {
	ratings := [][4]float64{ // stream/near, stream/far, vnc/near, vnc/far
		{6, 5, 6, 2}, {7, 6, 5, 3}, {5, 5, 6, 2}, {6, 4, 7, 3}, {4, 4, 3, 1}, {7, 6, 6, 4}, {5, 6, 5, 3}, {6, 5, 5, 4}, {3, 4, 4, 2}, {6, 7, 6, 5}, {5, 3, 5, 2}, {7, 5, 6, 3},
	}
	levels := map[string][]string{"stream/near": {"stream", "near"}, "stream/far": {"stream", "far"}, "vnc/near": {"vnc", "near"}, "vnc/far": {"vnc", "far"}}
	var obs []stat.Observation
	for i, own := range ratings {
		for j, condition := range []string{"stream/near", "stream/far", "vnc/near", "vnc/far"} {
			obs = append(obs, stat.Observation{Participant: fmt.Sprintf("P%02d", i+1), Condition: condition, Value: own[j]})
		}
	}
	factors := []model.Factor{{Name: "method", Levels: []string{"stream", "vnc"}}, {Name: "network", Levels: []string{"near", "far"}}}
	fit, err := model.FitOrdinal(model.Rows(obs, levels), model.Spec{Factors: factors}, model.Quadrature)
	if err != nil {
		fmt.Println(study.Sentence(err))
		return
	}
	for _, network := range []string{"near", "far"} {
		c, err := fit.Contrast(model.At{"method": "vnc", "network": network}, model.At{"method": "stream", "network": network})
		if err != nil {
			fmt.Println(study.Sentence(err))
			return
		}
		fmt.Printf("%s: odds of a higher rating with vnc %.3g times those with stream (%.2g to %.2g), p = %.2g\n", network, c.Ratio().Estimate, c.Ratio().Interval.Low, c.Ratio().Interval.High, c.P)
	}
	// Output:
	// near: odds of a higher rating with vnc 0.445 times those with stream (0.091 to 2.2), p = 0.32
	// far: odds of a higher rating with vnc 0.00405 times those with stream (0.00034 to 0.048), p = 1.2e-05
}

// How many people does it take to find half a point of seven, if people differ by one and their answers by one?
func ExamplePower() {
	plan := model.PowerPlan{
		Assumptions: model.Assumptions{
			Methods: [2]string{"stream", "vnc"}, Cells: []string{"near", "far"}, Level: 5, Difference: []float64{-0.5},
			Between: 1, Taste: 0.5, Within: 1, Scale: model.Scale{Low: 1, High: 7, Step: 1},
		},
		Sizes: []int{12, 24, 48}, Test: model.PlannedSignedRank, Runs: 200, Seed: 2,
	}
	curve, err := model.Power(context.Background(), plan, nil)
	if err != nil {
		fmt.Println(study.Sentence(err))
		return
	}
	for _, at := range curve {
		fmt.Printf("%d people: %.0f %%, give or take %.0f\n", at.People, 100*at.Power, 100*at.Error)
	}
	// Output:
	// 12 people: 24 %, give or take 3
	// 24 people: 53 %, give or take 4
	// 48 people: 86 %, give or take 2
}
