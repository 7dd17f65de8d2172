package power

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

func TestMain(m *testing.M) {
	ExecMain()
	m.Run()
}

func plan() model.PowerPlan {
	return model.PowerPlan{
		Assumptions: model.Assumptions{Methods: [2]string{"vnc", "stream"}, Cells: []string{"near", "far"}, Level: 4, Difference: []float64{1}, Between: 1, Taste: 0.5, Within: 1.2, Scale: model.Scale{Low: 1, High: 7, Step: 1}},
		Sizes:       []int{6, 12}, Test: model.PlannedSignedRank, Claim: study.NotLower, Margin: 0.5, Alpha: 0.025, Runs: 50, Seed: 1<<64 - 1,
	}
}

// A plan survives the way into the process and back, all digits of its seed, too.
func TestAProcessOfItsOwnFindsTheSame(t *testing.T) {
	want, err := model.Power(t.Context(), plan(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var seen []int
	got, err := Aside(t.Context(), plan(), func(done, all int) {
		if all != 100 {
			t.Errorf("%d studies in all, want 100", all)
		}
		seen = append(seen, done)
	})
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
	if len(seen) == 0 || !slices.IsSorted(seen) || seen[len(seen)-1] != 100 {
		t.Errorf("progress %v, want up to 100", seen)
	}
}

func TestAPlanThatCannotBeSimulatedIsRefused(t *testing.T) {
	p := plan()
	p.Within = 0
	if got, err := Aside(t.Context(), p, nil); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
		t.Errorf("%v, %v; want a sentence", got, err)
	}
}

// It ends in the middle of its work: what would take minutes is over at once.
func TestTheProcessEndsWhenNobodyAsks(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the page was left")
	p := plan()
	p.Runs, p.Sizes = model.MostRuns, []int{60}
	_, err := Aside(ctx, p, func(done, all int) { cancel(gone) })
	if !errors.Is(err, gone) {
		t.Errorf("%v, want %v", err, gone)
	}
}

func TestWhatTheProcessSaysMayComeInPieces(t *testing.T) {
	whole := `{"Done":1,"All":2}` + "\n" + `{"Curve":[{"People":6}]}` + "\n"
	calls := 0
	l := &listener{progress: func(done, all int) { calls++ }}
	for _, b := range []byte(whole) {
		if n, err := l.Write([]byte{b}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	if calls != 1 || len(l.last.Curve) != 1 || l.last.Curve[0].People != 6 {
		t.Errorf("%d calls, %+v", calls, l.last)
	}
	if _, err := l.Write([]byte("no line of JSON\n")); err == nil || !strings.Contains(err.Error(), "read what was simulated") {
		t.Errorf("%v, want an error", err)
	}
}
