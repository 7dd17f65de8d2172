package lab_test

import (
	"fmt"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/studytest"
)

func TestTheExperimenterSeesInWhichLanguageSomebodyReads(t *testing.T) {
	l := webtest.NewLab(t)
	people, err := l.Store.AddParticipants(t.Context(), l.Study(studytest.Bilingual(), true), false, []string{"link"}, studytest.Noon)
	l.Must(err)
	id, err := l.Store.StartSession(t.Context(), people[0].ID, studytest.Noon)
	l.Must(err)
	l.Must(l.Store.ChooseLanguage(t.Context(), id, "de"))
	l.Wants(l.Get(fmt.Sprintf("/lab/sessions/%d", id)), 200, "read in German")
}
