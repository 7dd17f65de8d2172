package lab_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

// TestTheFlowSaysWhoIsLeftOutAndWhy has three people who did all trials, of whom one is excluded and one has a trial excluded, one who has only
// opened their link, and one who has not.
func TestTheFlowSaysWhoIsLeftOutAndWhy(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(twoByTwo(), true)
	same := func(study.Trial) trialData {
		return trialData{outcome: study.Completed, first: time.Second, took: time.Minute, answers: map[string]map[string]int{"satisfaction": {"satisfaction": 5}}}
	}
	var visits []study.SessionID
	for range 3 {
		visits = append(visits, take(l, id, same))
	}
	l.Must(l.Store.Rule(t.Context(), visits[1], study.Ruling{State: study.PlaceExcluded, Ground: study.GroundTechnical, Why: "the screen froze", By: l.Ada.ID, At: l.Now}))
	x, err := l.Store.Session(t.Context(), visits[2])
	l.Must(err)
	l.Must(l.Store.RuleOnTrial(t.Context(), visits[2], x.Trials[0].ID, study.TrialRuling{Excluded: true, Ground: study.GroundInterrupted, By: l.Ada.ID, At: l.Now}))
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"came", "did not"}, l.Now)
	l.Must(err)
	_, err = l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)

	a := l.Get(resultsPath(id))
	var got []string
	for _, row := range tableRows(l, a.Page, "flow") {
		got = append(got, strings.Join(row, " | "))
	}
	want := []string{
		"Invited | people with a personal link | 5", "Not started | people who have opened no page yet | 1", "Started | people with a visit | 4",
		"Left out | excluded: technical | 1", "Left out | no consent yet | 1", "Analysed | people | 2", "Finished | people whose visit came to its end, of those analysed | 0",
		"Trials laid out | for the people analysed | 8", "Trials left out | excluded | 1", "Trials analysed |  | 7",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	log := tableRows(l, a.Page, "exclusions-log")
	if len(log) != 2 || log[0][2] != "technical" || log[0][3] != "the screen froze" || log[1][1] != "trial 1" || log[1][2] != "interrupted" {
		t.Errorf("the exclusions are %q", log)
	}
	balance := 0
	for _, row := range tableRows(l, a.Page, "balance") {
		var n int
		_, err := fmt.Sscan(row[2], &n)
		l.Must(err)
		balance += n
	}
	if balance != 2 {
		t.Errorf("%d people in sequences, want 2", balance)
	}
	// Everybody gave the same answer everywhere.
	if got := tableRows(l, a.Page, "patterns"); len(got) != 1 || got[0][1] != "Satisfaction: 5 in every trial" || got[0][2] != "4" {
		t.Errorf("equal answers are %q, want those of the one with four trials", got)
	}
}

func TestATrialWhoseNetworkWasAnotherIsNamed(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(twoByTwo(), true)
	take(l, id, func(trial study.Trial) trialData {
		rtt := trial.Condition.Network.Network.RTT
		if trial.Position == 2 {
			rtt += 50 * time.Millisecond
		}
		return trialData{outcome: study.Completed, first: time.Second, took: time.Minute, measured: study.RoundTrips{Count: 20, Min: rtt, Median: rtt, P95: rtt}}
	})
	a := l.Get(resultsPath(id))
	l.Wants(a, 200, "1 had another round trip than was set: P001, trial 2.")
	if rows := tableRows(l, a.Page, "network-outliers"); len(rows) != 1 || rows[0][0] != "P001" || rows[0][1] != "2" {
		t.Errorf("outliers are %q", rows)
	}
	l.One(a.Page, "div", "id=round-trips")
}
