package study

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/study/instrument"
)

func TestQuestionnairesAreCheckedWithTheOthersOfTheStudy(t *testing.T) {
	one := func(id, formula string) instrument.Instrument {
		return instrument.Instrument{
			ID: id, Version: 1, Title: Plain("T"), Items: []instrument.Item{{ID: "q", Text: Plain("Q"), Kind: instrument.Scale, To: 5 * instrument.One, Low: Plain("no"), High: Plain("yes")}},
			Measures: []instrument.Measure{{ID: "m", Meaning: "M", Unit: "points", Formula: formula}},
		}
	}
	reads, read, faulty := one("reads", "q * read.m"), one("read", "q"), one("faulty", "q + nothing")
	for name, tc := range map[string]struct {
		asked []instrument.Instrument
		want  []string
	}{
		"all that is read is asked":  {[]instrument.Instrument{reads, read}, nil},
		"what is read is not asked":  {[]instrument.Instrument{reads}, []string{"questionnaires[0].measures[0].formula"}},
		"one is there twice":         {[]instrument.Instrument{read, read}, []string{"questionnaires[1].id"}},
		"first its own faults count": {[]instrument.Instrument{faulty, reads}, []string{"questionnaires[0].measures[0].formula"}},
	} {
		var got []string
		for _, f := range found((Design{Questionnaires: tc.asked}).checkQuestions) {
			got = append(got, f.At)
		}
		slices.Sort(got)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
