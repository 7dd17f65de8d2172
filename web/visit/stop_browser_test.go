package visit_test

import (
	"errors"
	"fmt"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// holds is JavaScript that is true once this browser holds batches of a session, or, with none, once it holds none.
func holds(id study.SessionID, none bool) string {
	return fmt.Sprintf(`((() => { indexedDB.open("vmstudy").onsuccess = (e) => {
		const own = IDBKeyRange.bound([%[1]d], [%[1]d, []]);
		e.target.result.transaction("batches").objectStore("batches").count(own).onsuccess = (n) => { e.target.result.close(); window.held = n.target.result; };
	}; })(), window.held !== undefined && (window.held === 0) === %[2]t)`, id, none)
}

// Somebody stops in the middle of a task and has everything erased, while what they did last is still in their browser. Somebody
// else uses the same browser, and loses nothing.
func TestSomebodyStopsInTheMiddleOfATask(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, studytest.OneTrial())
	a, b := st.Sits(), st.Sits()
	for _, p := range []*webtest.Sitter{a, b} {
		p.Press("/consent")
		p.Shows(`form[action$="/start"]`)
		p.Press("/start")
		work(p, "ab")
	}
	was, other := a.Now(), b.Now()
	webtest.Eventually(t, "what was typed is on record", func() bool { return len(a.Measured()) == 2 && len(b.Measured()) == 2 })
	st.Store.SetAway(errors.New("the database is away"))
	work(a, "cd") // stays in the browser
	a.Await(a.Tab, holds(was.ID, false))
	a.Runs(`document.querySelector(".desktop .stop a").click()`)
	a.Shows(`form[action$="/stop"] [value="erase"]`)
	st.Store.SetAway(nil)
	a.Runs(`document.querySelector("[value=erase]").click()`)
	a.Await(a.Tab, `document.body.innerText.includes("What you gave was erased on")`)
	a.Await(a.Tab, holds(was.ID, true))

	if _, err := st.Store.Session(t.Context(), was.ID); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("the session of who stopped is still there: %v", err)
	}
	stone, err := st.Store.Tombstone(t.Context(), was.Participant.ID)
	st.Must(err)
	if stone.Session != was.ID || len(stone.Attempts) != 1 || stone.FilesGoneAt.IsZero() || stone.Total() == 0 {
		t.Errorf("the tombstone says %+v", stone)
	}
	work(b, "e")
	webtest.Eventually(t, "what somebody else typed is on record", func() bool { return len(b.Measured()) == 3 })
	if now := b.Now(); now.Trials[0].Last().ID != other.Trials[0].Last().ID || now.Trials[0].Last().State != study.Running {
		t.Errorf("the attempt of somebody else is %+v", now.Trials[0].Last())
	}
}
