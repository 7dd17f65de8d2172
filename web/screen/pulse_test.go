package screen

import (
	"testing"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestAPulseIsThatOfTheLastMinute(t *testing.T) {
	p := newPulses()
	at := studytest.Noon
	p.measured(7, []study.Interaction{
		{At: at, Drawn: 9 * time.Second},
		{At: at.Add(30 * time.Second), Drawn: 100 * time.Millisecond},
		{At: at.Add(40 * time.Second), Drawn: 300 * time.Millisecond},
		{At: at.Add(50 * time.Second)}, // an input without an answer
	})
	for now, want := range map[time.Duration]stat.ResponseTimes{
		50 * time.Second: {N: 3, Median: 300 * time.Millisecond},
		61 * time.Second: {N: 2, Median: 200 * time.Millisecond},
		5 * time.Minute:  {},
	} {
		fresh := newPulses()
		fresh.measured(7, []study.Interaction{
			{At: at, Drawn: 9 * time.Second}, {At: at.Add(30 * time.Second), Drawn: 100 * time.Millisecond}, {At: at.Add(40 * time.Second), Drawn: 300 * time.Millisecond},
		})
		if got, _ := fresh.look(7, at, at.Add(now)); got.N != want.N || got.Median != want.Median {
			t.Errorf("after %v: %d responses with a median of %v, want %d and %v", now, got.N, got.Median, want.N, want.Median)
		}
	}
	if _, last := p.look(7, at, at.Add(time.Minute)); !last.Equal(at.Add(50 * time.Second)) {
		t.Errorf("last input at %v, want the one without an answer", last)
	}
	if r, last := p.look(8, at, at); r.N != 0 || !last.IsZero() {
		t.Errorf("another session has %d responses and an input at %v, want none", r.N, last)
	}
}

func TestAPulseIsThatOfThisTrial(t *testing.T) {
	p, at := newPulses(), studytest.Noon
	began := at.Add(10 * time.Second)
	p.measured(7, []study.Interaction{{At: at, Drawn: 9 * time.Second}})
	if r, last := p.look(7, time.Time{}, began); r.N != 0 || !last.IsZero() {
		t.Errorf("while the next machine is prepared: %d responses and an input at %v, want none", r.N, last)
	}
	if r, last := p.look(7, began, began); r.N != 0 || !last.IsZero() {
		t.Errorf("when the next trial has begun: %d responses and an input at %v, want none", r.N, last)
	}
	p.measured(7, []study.Interaction{
		{At: at.Add(time.Second), Drawn: 8 * time.Second}, // an input of the trial before, in a batch that arrives late
		{At: began, Drawn: 100 * time.Millisecond},
	})
	if r, last := p.look(7, began, began.Add(time.Second)); r.N != 1 || r.Median != 100*time.Millisecond || !last.Equal(began) {
		t.Errorf("in the next trial: %d responses with a median of %v, the last at %v; want its own one", r.N, r.Median, last)
	}
}
