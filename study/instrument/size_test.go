package instrument

import (
	"math/big"
	"strconv"
	"testing"
)

func TestNoNumberIsLongerThanForeseen(t *testing.T) {
	in := Instrument{ID: "long", Version: 1, Title: Plain("Long")}
	v := valuer{answers: map[string]string{}, known: map[int]*big.Rat{}}
	for i, digits := range []string{"999999999.999989", "-999999999.999961", "999999999.999877", "999999998.999993", "999999997.999999"} { // little of them cancels out
		id := "x" + strconv.Itoa(i)
		in.Items = append(in.Items, Item{ID: id, Text: Plain("T"), Kind: Number})
		v.answers[id] = digits
	}
	for _, text := range []string{
		"x0 + x1 * 0.000001", "mean(x0, x1, x2)", "x0 / x1 / x2 / x3 / x4", "x0 / (x1 / (x2 / x3))", "x0 / x1 + x2 / x3 - x4", "x0 * x1 * x2 * x3 * x4",
		"weighted_mean(x0, x1, x2, x3)", "max(x0 / x1, x2 / x3)", "-mean(x0 / x1, x2 / x3, x4)",
	} {
		in.Measures = []Measure{formula(text)}
		if faults := in.Check(); len(faults) > 0 {
			t.Fatal(faults)
		}
		v.scope = newScope(in)
		e := v.exprs[0]
		x, most := v.value(e), v.size(e, nil).bits()
		if bits := x.Num().BitLen() + x.Denom().BitLen(); bits > most || bits < most/3 {
			t.Errorf("%s has %d bits, and %d were foreseen", text, bits, most)
		}
	}
}
