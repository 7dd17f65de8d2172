package report

import (
	"testing"

	"vmstudy/questionnaire"
)

func TestTheLibraryIsKnown(t *testing.T) {
	all := questionnaire.All()
	for _, in := range all {
		good, known := library[in.ID]
		if !known {
			t.Errorf("%s is in the library, and its figures have the names of a study's own", in.ID)
		}
		if len((Data{}).ratedOf(in)) == 1 && good == neither {
			t.Errorf("%s is a rating, and nobody says which end is good", in.ID)
		}
	}
	if len(library) != len(all) {
		t.Errorf("%d questionnaires are known, and the library has %d", len(library), len(all))
	}
}
