package analysis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/study/instrument"
)

// filled returns the responses of a person who has filled in an instrument.
func filled(person string, trial study.TrialID, task study.TaskID, id string, answer func(q instrument.Item) string) (rows []Response) {
	in, err := questionnaire.Of(study.Design{}, id)
	if err != nil {
		panic(err)
	}
	for _, q := range in.Questions() {
		r := Response{Participant: person, Trial: trial, Position: int(trial), Instrument: id, Item: q.ID, Value: answer(q)}
		r.Condition.Task.ID = task
		rows = append(rows, r)
	}
	return rows
}

// weights answers the pairs of NASA-TLX: what comes first in the list is chosen.
func weights(order ...string) func(instrument.Item) string {
	return func(q instrument.Item) string {
		for _, name := range order {
			for _, o := range q.Options {
				if o.Value == name {
					return name
				}
			}
		}
		return q.Options[0].Value
	}
}

// only answers NASA-TLX with 60 for one subscale and 0 for the others.
func only(subscale string) func(instrument.Item) string {
	return func(q instrument.Item) string {
		if q.ID == subscale {
			return "60"
		}
		return "0"
	}
}

func TestScoresReadTheWeightsThatBelongToThem(t *testing.T) {
	effort, mental := weights("effort"), weights("mental_demand", "physical_demand", "temporal_demand", "performance", "frustration") // 5 and 5; 0 for effort
	tests := map[string]struct {
		responses [][]Response
		want      string // person, position and weighted workload
	}{
		"weights once a session, after the ratings": {
			[][]Response{filled("P1", 1, "a", "tlx_weighted", only("effort")), filled("P1", 2, "b", "tlx_weighted", only("effort")), filled("P1", 0, "", "tlx_pairs", effort)},
			"P1 1 20, P1 2 20",
		},
		"weights once a task, before the ratings": {
			[][]Response{
				filled("P1", 1, "a", "tlx_pairs", effort), filled("P1", 2, "b", "tlx_pairs", mental),
				filled("P1", 3, "a", "tlx_weighted", only("effort")), filled("P1", 4, "b", "tlx_weighted", only("effort")),
			},
			"P1 3 20, P1 4 0",
		},
		"those of the trial come before those of the session": {
			[][]Response{filled("P1", 0, "", "tlx_pairs", effort), filled("P1", 1, "a", "tlx_pairs", mental), filled("P1", 1, "a", "tlx_weighted", only("effort"))},
			"P1 1 0",
		},
		"nobody has the weights of another person": {
			[][]Response{filled("P1", 0, "", "tlx_pairs", effort), filled("P1", 1, "a", "tlx_weighted", only("effort")), filled("P2", 1, "a", "tlx_weighted", only("effort"))},
			"P1 1 20",
		},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			all := func(yield func(Response, error) bool) {
				for _, rows := range tc.responses {
					for _, r := range rows {
						if !yield(r, nil) {
							return
						}
					}
				}
			}
			var got []string
			for row, err := range scoreRows(all, func(string) instruments { return questionnaire.Named() }) {
				if err != nil {
					t.Fatal(err)
				}
				if row.measure.ID == "tlx_weighted" {
					got = append(got, fmt.Sprint(row.Participant, " ", row.Position, " ", row.value))
				}
			}
			if diff := cmp.Diff(tc.want, strings.Join(got, ", ")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
