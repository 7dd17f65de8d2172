package studytest_test

import (
	"testing"

	"vmstudy/analysis"
	"vmstudy/studytest"
)

func TestStoreInMemoryKeepsItsPromises(t *testing.T) {
	studytest.TestStore(t, func(*testing.T) (studytest.Keeper, analysis.Source) {
		s := studytest.NewStore()
		return s, s.Source()
	})
}

func TestSampleDesignsAreValid(t *testing.T) {
	for name, err := range map[string]error{
		"the full one": studytest.Design().Validate(),
		"the smallest": studytest.OneTrial().Validate(),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
