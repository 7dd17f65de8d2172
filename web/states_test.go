package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestEveryRoleMeetsTheStatesOfAStudy takes a study through its states as each role, over the pages.
func TestEveryRoleMeetsTheStatesOfAStudy(t *testing.T) {
	for _, who := range []string{"owner", "experimenter", "monitor", "analyst", "administrator", "stranger"} {
		t.Run(who, func(t *testing.T) {
			l := webtest.NewLab(t)
			d := studytest.Design()
			d.Title = study.Plain("The one with states")
			id := l.Study(d, true)
			asking(l, id, who)
			moves := who == "owner" || who == "administrator"
			sees := who != "stranger"
			for _, step := range []struct {
				offered, state string // the buttons of a page, and which one is pressed
				archived       bool   // afterwards
			}{
				{"Close the study", "closed", false},
				{"Reopen, Archive", "", false},
				{"Close the study", "closed", false},
				{"Reopen, Archive", "archived", true},
				{"Bring back", "closed", false},
			} {
				if sees {
					want := ""
					if moves {
						want = step.offered
					}
					if got := statesOffered(l, id); got != want {
						t.Errorf("before %q the page offers %q, want %q", step.state, got, want)
					}
				}
				a := l.Post(webtest.StudyPage(id)+"/state", url.Values{"state": {step.state}})
				if !moves {
					l.Wants(a, 403, "Your role does not allow that.")
					ofAda(l, func() {
						l.WantsRedirect(l.Post(webtest.StudyPage(id)+"/state", url.Values{"state": {step.state}}), webtest.StudyPage(id)+"#state")
					})
				} else {
					l.WantsRedirect(a, webtest.StudyPage(id)+"#state")
				}
				lists := map[string]bool{"/lab": sees && !step.archived, "/lab/archived": sees && step.archived}
				for path, want := range lists {
					if got := strings.Contains(webtest.Text(l.Get(path).Page), "The one with states"); got != want {
						t.Errorf("after %q, whether %s lists the study: %t, want %t", step.state, path, got, want)
					}
				}
			}
		})
	}
}

func TestOnlyWhoManagesADraftDeletesIt(t *testing.T) {
	for _, who := range whoAsks {
		t.Run(who, func(t *testing.T) {
			l := webtest.NewLab(t)
			draft := l.Study(studytest.OneTrial(), false)
			asking(l, draft, who)
			may := who == "owner" || who == "administrator"
			if offers := len(webtest.All(l.Get(webtest.StudyPage(draft)).Page, "details", "class=deletion")) > 0; offers != may {
				t.Errorf("whether the page offers to delete the draft: %t, want %t", offers, may)
			}
			a := l.Do(httptest.NewRequest("POST", webtest.StudyPage(draft)+"/delete", nil))
			_, err := l.Store.Study(t.Context(), draft)
			if gone := err != nil; gone != may {
				t.Errorf("status %d; whether the draft is gone: %t, want %t", a.StatusCode, gone, may)
			}
		})
	}
}

// statesOffered returns the buttons of a study's page that set its state.
func statesOffered(l *webtest.Lab, id study.StudyID) string {
	var all []string
	for _, form := range webtest.All(l.Get(webtest.StudyPage(id)).Page, "form", "action="+webtest.StudyPage(id)+"/state") {
		all = append(all, webtest.Text(l.One(form, "button", "")))
	}
	return strings.Join(all, ", ")
}

// ofAda does something as ada, who administers the laboratory.
func ofAda(l *webtest.Lab, do func()) {
	eve := l.Login
	ada := *eve
	ada.Value = "token"
	l.Login = &ada
	do()
	l.Login = eve
}
