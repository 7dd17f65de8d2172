package model

import (
	"math"
	"reflect"
	"testing"

	"vmstudy/study"
)

// finite fails t if there is a NaN or an infinity anywhere in what a caller can see of a fit.
func finite(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Float64:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			t.Errorf("%s is %g", name, v.Float())
		}
	case reflect.Pointer:
		if !v.IsNil() {
			finite(t, name, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				finite(t, name+"."+field.Name, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			finite(t, name, v.Index(i))
		}
	}
}

// Whatever comes in, a model is a fit in numbers or a refusal with a sentence, and nothing panics.
func FuzzModels(f *testing.F) {
	f.Add([]byte("a0\x05a1\x06a2\x02a3\x01b0\x03b1\x05b2\x03b3\x01c0\x02c1\x05c2\x02c3\x04d0\x02d1\x05d2\x02d3\x04"), 1.0, byte(1))
	f.Add([]byte("a0\x01a1\x00a2\x01a3\x01b0\x00b1\x00b2\x01b3\x01c0\x00c1\x00c2\x00c3\x01d0\x01d1\x00d2\x00d3\x01"), 1.0, byte(5))
	f.Add([]byte("a0\x01a1\x01a2\x01a3\x01b0\x01b1\x01b2\x01b3\x01c0\x01c1\x01c2\x01c3\x01"), 1e90, byte(2))
	f.Fuzz(func(t *testing.T, cells []byte, scale float64, points byte) {
		var rows []Row
		for i := 0; i+2 < len(cells) && i < 180; i += 3 {
			at := cells[i+1] % 4
			rows = append(rows, Row{
				Participant: string('a' + cells[i]%8), Levels: []string{method.Levels[at/2], network.Levels[at%2]},
				Covariates: []float64{float64(cells[i] / 8)}, Value: float64(cells[i+2]%7) * scale,
			})
		}
		see := func(name string, fit any, err error) {
			if err == nil {
				finite(t, name, reflect.ValueOf(fit))
			} else if study.Sentence(err) == "" {
				t.Errorf("%s: %v says nothing to a reader", name, err)
			}
		}
		spec := Spec{Factors: both, Covariates: []string{"x"}}
		linear, err := FitLinear(rows, spec)
		see("FitLinear", linear, err)
		ordinal, err := FitOrdinal(rows, spec, 1+int(points%12))
		see("FitOrdinal", ordinal, err)
		for i := range rows {
			rows[i].Covariates = nil
		}
		ordinal, err = FitOrdinal(rows, Spec{Factors: both, Terms: Main(both)}, 1+int(points%12))
		see("FitOrdinal", ordinal, err)
		share, err := FitLogistic(rows, Spec{Factors: both[:1]}, 1)
		see("FitLogistic", share, err)
		repeated, err := Repeated(rows, both)
		see("Repeated", repeated, err)
		art, err := ART(rows, both)
		see("ART", art, err)
		contrasts, err := ARTContrasts(rows, both, Term{"method"})
		see("ARTContrasts", contrasts, err)
	})
}
