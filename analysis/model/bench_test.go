package model_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"vmstudy/analysis/model"
)

// large is a study of the size that the results page has to show: 200 people with 18 trials.
func large() (model.Assumptions, []model.Row) {
	a := nothing
	a.People, a.Cells = 200, nil
	for i := range 9 {
		a.Cells = append(a.Cells, fmt.Sprint("network ", i))
	}
	return a, a.Rows(rand.New(rand.NewPCG(1, 1)))
}

func BenchmarkLinear(b *testing.B) {
	a, rows := large()
	for b.Loop() {
		if _, err := model.FitLinear(rows, a.Spec()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOrdinal(b *testing.B) {
	a, rows := large()
	for _, points := range []int{model.Laplace, model.Quadrature} {
		b.Run(fmt.Sprint(points, " points"), func(b *testing.B) {
			for b.Loop() {
				if _, err := model.FitOrdinal(rows, a.Spec(), points); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkART(b *testing.B) {
	a, rows := large()
	for b.Loop() {
		if _, err := model.ART(rows, a.Spec().Factors); err != nil {
			b.Fatal(err)
		}
	}
}
