package report

import (
	"fmt"
	"testing"
	"time"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// ordered has six people who do four trials, one in each condition; rate says how they rate, by person, position and condition.
func ordered(rate func(person, position, condition int) float64) Data {
	d := Data{
		Design:      study.Design{Methods: study.PlainLevels(study.Stream, study.VNC), Networks: []study.NamedNetwork{{Name: "a"}, {Name: "b", Network: study.Network{RTT: time.Second}}}, Tasks: []study.Task{{ID: "t"}}},
		Instruments: []instrument.Instrument{{ID: "liking", Items: []instrument.Item{{ID: "liking", Kind: instrument.Scale, From: instrument.One, To: 7 * instrument.One}}}},
	}
	conditions := d.Design.Conditions()
	for person := range 6 {
		for position := 1; position <= 4; position++ {
			c := (person + position) % 4 // a Latin square, so that position and condition are apart
			d.Trials = append(d.Trials, &Trial{
				Participant: fmt.Sprint("P", person), Position: position, Condition: conditions[c], Answers: map[Asked]float64{{"liking", "liking"}: rate(person, position, c)},
				Inputs: map[study.InputKind]Inputs{study.Key: {Answered: []int32{int32(1000 * (c + 1))}}},
			})
		}
	}
	return d
}

func row(t *testing.T, s Section, table, first string) []Cell {
	t.Helper()
	for _, x := range s.Tables {
		for _, r := range x.Rows {
			if x.ID == table && r[0].Say == first {
				return r
			}
		}
	}
	t.Fatalf("table %s has no row %q: %+v", table, first, s.Tables)
	return nil
}

func TestAnEffectOfThePositionIsSeen(t *testing.T) {
	s := Checks(ordered(func(person, position, condition int) float64 {
		return 2 + 0.5*float64(position) + 0.1*float64(person%2)*float64(position)
	}))
	r := row(t, s, "order-own-liking", "each trial further on")
	if r[1].Say != "6" || r[5].Say != "<0.001" {
		t.Errorf("%v, want six people and a clear slope", r)
	}
	if low, high := r[3].Say, r[4].Say; low < "0.4" || high > "0.7" {
		t.Errorf("the slope lies between %s and %s, want it around 0.55", low, high)
	}
}

func TestConditionsAloneAreNoEffectOfThePosition(t *testing.T) {
	s := Checks(ordered(func(person, position, condition int) float64 {
		return float64(1+condition) + 0.3*float64((person*person+3*position*person)%5)
	}))
	r := row(t, s, "order-own-liking", "each trial further on")
	if r[5].Say < "0.05" {
		t.Errorf("a slope is found where there is none: %v", r)
	}
}
