package lab_test

import (
	"fmt"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestTheLabSeesComputersThatWereRefusedAndThoseThatWereNot(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	if text := webtest.Text(l.Get(webtest.StudyPage(id) + "/participants").Page); strings.Contains(text, "refused") {
		t.Errorf("nobody was refused, and the page says\n%s", text)
	}
	l.Must(l.Store.CountRefused(t.Context(), id, []study.Shortfall{study.LacksWindow, study.LacksUplink}))
	l.Must(l.Store.CountRefused(t.Context(), id, []study.Shortfall{study.LacksWindow}))
	if text := webtest.Text(l.Get(webtest.StudyPage(id) + "/participants").Page); !strings.Contains(text, "too small a window 2×, too slow to the server 1×") {
		t.Errorf("the page of participants says\n%s", text)
	}
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"sits"}, l.Now)
	l.Must(err)
	visit, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Must(l.Store.RecordConsentWith(t.Context(), visit, false, studytest.SomeFound(), l.Now))
	want := "Computer: Chrome 140, Linux, page of 1280 × 720 CSS pixels, 12 ms from the server, 95.0 Mbps down, 9.0 Mbps up, keyboard de (by keys that were pressed)."
	if text := webtest.Text(l.Get(fmt.Sprintf("/lab/sessions/%d", visit)).Page); !strings.Contains(text, want) {
		t.Errorf("the page of the session says\n%s\nwant %s", text, want)
	}
}
