package study_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/study"
)

// asking has a practice and four trials of 20 s loading and 72 s work, each with one questionnaire and at the end of a block of its own; a
// questionnaire in the screening and one at the beginning, and one after practice, visits and all.
func TestEachVisitHasAnEstimateOfItsOwn(t *testing.T) {
	const trial, rate = 92 * time.Second, 20 * time.Second
	one := asking()
	one.Visits, one.AfterVisit = nil, nil
	uneven := asking()
	uneven.Visits = []study.Visit{{After: 1}, {After: 2}}
	rests := asking()
	rests.PauseEvery, rests.PauseLeast = 1, 5*time.Minute // before the second trial and the fourth; the third begins a visit
	for name, tt := range map[string]struct {
		d    study.Design
		want []time.Duration
	}{
		"two visits": {asking(), []time.Duration{
			4*time.Minute + 2*rate + trial + rate + 2*(trial+2*rate) + rate, 2*(trial+2*rate) + rate + rate,
		}},
		"three of which two have one trial": {uneven, []time.Duration{
			4*time.Minute + 2*rate + trial + rate + trial + 2*rate + rate, trial + 2*rate + rate, 2*(trial+2*rate) + rate + rate,
		}},
		"nobody rests between two visits": {rests, []time.Duration{
			4*time.Minute + 2*rate + trial + rate + 2*(trial+2*rate) + rate + 5*time.Minute, 2*(trial+2*rate) + rate + rate + 5*time.Minute,
		}},
		"one": {one, []time.Duration{4*time.Minute + 2*rate + trial + rate + 4*(trial+2*rate) + rate}},
	} {
		t.Run(name, func(t *testing.T) {
			var want []time.Duration
			for _, takes := range tt.want {
				want = append(want, takes.Round(time.Minute))
			}
			if diff := cmp.Diff(want, tt.d.EstimatedVisits()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is divided into visits takes as long as at once, but for the questions after each visit and the pauses in whose place somebody goes home.
func TestVisitsTakeAsLongAsTheSameAtOnce(t *testing.T) {
	const rate = 20 * time.Second
	thrice := func(id string) []string { return []string{id, id, id} } // a whole minute, so that nothing is rounded
	rapid.Check(t, func(t *rapid.T) {
		d := asking()
		d.TrialLimit = 200 * time.Second / 3 // of which a trial takes 40 s, after 20 s of loading
		d.Screening, d.Opening, d.AfterPractice, d.Instruments, d.AfterBlock, d.Closing = thrice("fit"), thrice("mood"), thrice("seq"), thrice("satisfaction"), thrice("tlx"), thrice("sus")
		d.PauseEvery, d.PauseLeast = rapid.IntRange(0, 4).Draw(t, "every"), time.Duration(rapid.IntRange(0, 9).Draw(t, "least"))*time.Minute
		d.Visits, d.AfterVisit = nil, nil
		want := d.Estimate()
		for after := 1; after <= 3; after++ {
			if !rapid.Bool().Draw(t, "begins a visit") {
				continue
			}
			d.Visits = append(d.Visits, study.Visit{After: after})
			if d.PauseEvery > 0 && after%d.PauseEvery == 0 {
				want -= max(time.Minute, d.PauseLeast)
			}
		}
		if len(d.Visits) > 0 {
			d.AfterVisit = thrice("smeq")
			want += time.Duration(d.VisitCount()) * 3 * rate
		}
		if got := d.Estimate(); got != want || len(d.EstimatedVisits()) != d.VisitCount() {
			t.Fatalf("%v, together %v; want %v", d.EstimatedVisits(), got, want)
		}
	})
}
