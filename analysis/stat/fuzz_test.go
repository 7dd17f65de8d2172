package stat

import (
	"math"
	"reflect"
	"testing"
)

// finite fails t if there is a NaN or an infinity anywhere in what a test returned.
func finite(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch v.Kind() {
	case reflect.Float64:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			t.Errorf("%s is %g", name, v.Float())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			finite(t, name, v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.Name != "Err" {
				finite(t, name+"."+field.Name, v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			finite(t, name, v.Index(i))
		}
	}
}

// Whatever comes in, a test has a result in numbers or an error, and never panics.
func FuzzTests(f *testing.F) {
	f.Add([]byte("a0\x05a1\x06b0\x03b1\x05c0\x02c1\x05"), 1.0, 0.0)
	f.Add([]byte("a0\x01a1\x00b0\x01b1\x00c0\x00c1\x00"), 1.0, 0.0)
	f.Add([]byte("a0\x01a1\x01b0\x01b1\x01c0\x01c1\x01"), 1e300, 1e308)
	f.Add([]byte("a0\x01a1\x02b0\x01b1\x02c0\x01c1\x02"), 5e-324, 0.0)
	f.Fuzz(func(t *testing.T, cells []byte, scale, offset float64) {
		var obs []Observation
		var times []Duration
		var values []float64
		for i := 0; i+2 < len(cells) && i < 120; i += 3 {
			x := float64(cells[i+2])*scale + offset
			obs = append(obs, Observation{string(cells[i : i+1]), string('0' + cells[i+1]%3), x})
			times = append(times, Duration{string(cells[i : i+1]), x, cells[i+1]%2 == 0})
			values = append(values, x)
		}
		conditions := []string{"0", "1", "2"}
		see := func(name string, result any, err error) {
			if err == nil {
				finite(t, name, reflect.ValueOf(result))
			}
		}
		friedman, err := Friedman(obs, conditions)
		see("Friedman", friedman, err)
		cochran, err := CochranQ(obs, conditions)
		see("CochranQ", cochran, err)
		family, err := SignedRankPairs(obs, conditions, RankZeros)
		see("SignedRankPairs", family, err)
		groups, err := MannWhitney(obs, "0", "1")
		see("MannWhitney", groups, err)
		curve, err := KaplanMeier(times)
		see("KaplanMeier", curve, err)
		for _, m := range []BootstrapMethod{Percentile, BCa} {
			b, err := BootstrapMean(values, Resampling{Method: m, Resamples: 100})
			see("BootstrapMean", b, err)
		}
		if p, err := Pairs(obs, "0", "1"); err == nil {
			sign, err := Sign(p)
			see("Sign", sign, err)
			rank, err := SignedRank(p, DropZeros)
			see("SignedRank", rank, err)
			share, err := McNemar(p)
			see("McNemar", share, err)
			same, err := Equivalent(p, scale)
			see("Equivalent", same, err)
		}
	})
}
