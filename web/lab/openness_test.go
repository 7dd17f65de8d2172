package lab_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// press presses a button that sets the state of a study.
func press(l *webtest.Lab, id study.StudyID, state string) webtest.Answer {
	return l.Post(webtest.StudyPage(id)+"/state", url.Values{"state": {state}})
}

// offeredMoves returns what the buttons on a study's page offer.
func offeredMoves(l *webtest.Lab, id study.StudyID) string {
	var all []string
	for _, form := range webtest.All(l.Get(webtest.StudyPage(id)).Page, "form", "action="+webtest.StudyPage(id)+"/state") {
		all = append(all, webtest.Text(l.One(form, "button", "")))
	}
	return strings.Join(all, ", ")
}

func TestAStudyIsClosedReopenedAndArchived(t *testing.T) {
	l := webtest.NewLab(t)
	id, _ := l.Reader()
	at, list := webtest.StudyPage(id), studytest.Design().Name()
	if got := offeredMoves(l, id); got != "Close the study" {
		t.Errorf("an open study offers %q", got)
	}
	l.Wants(press(l, id, "archived"), 409, "Close it before you archive it.")

	l.WantsRedirect(press(l, id, "closed"), at+"#state")
	l.Wants(l.Get(at), 200, "This study was closed by ada on 14 Mar 2026 12:00:00 UTC. Nobody new can begin; their personal links say so. One visit that had begun can still be finished.")
	l.Wants(l.Get(at), 200, "version 1, closed")
	if got := offeredMoves(l, id); got != "Reopen, Archive" {
		t.Errorf("a closed study offers %q", got)
	}
	l.WantsRedirect(press(l, id, ""), at+"#state")
	l.Wants(l.Get(at), 200, "Everybody who has a personal link")

	l.WantsRedirect(press(l, id, "closed"), at+"#state")
	l.WantsRedirect(press(l, id, "archived"), at+"#state")
	l.WantsRedirect(press(l, id, "archived"), at+"#state") // a second press
	home := l.Get("/lab")
	if strings.Contains(webtest.Text(home.Page), list) {
		t.Error("the list of studies still has the archived one")
	}
	l.Wants(home, 200, "Archived studies (1)")
	l.Wants(l.Get("/lab/archived"), 200, list)
	l.Wants(press(l, id, ""), 409, "Bring it back before you reopen it.")
	if got := offeredMoves(l, id); got != "Bring back" {
		t.Errorf("an archived study offers %q", got)
	}
	l.WantsRedirect(press(l, id, "closed"), at+"#state")
	l.Wants(l.Get("/lab"), 200, list)
	l.Wants(l.Get("/lab/archived"), 200, "The archive is empty.")
	l.Wants(press(l, id, "gone"), 422, "a study is open, closed or archived")
	l.Wants(press(l, 99, "closed"), 404, "There is nothing at this address.")
}

func TestNobodyNewBeginsInAClosedStudy(t *testing.T) {
	l := webtest.NewLab(t)
	id, begun := l.Reader()
	people, err := l.Store.Participants(t.Context(), id)
	l.Must(err)
	slot := study.Slot{Study: id, Station: "1", StartsAt: l.Now.Add(time.Hour), EndsAt: l.Now.Add(2 * time.Hour)}
	l.Must(l.Store.OfferSlots(t.Context(), []study.Slot{slot}, 2))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[1].ID, At: l.Now})
	l.Must(err)
	l.WantsRedirect(press(l, id, "closed"), webtest.StudyPage(id)+"#state")
	l.Wants(l.Get(webtest.StudyPage(id)), 200, "One appointment is still booked: tell the participant that they need not come.")

	mine, other := page.LinkPath("first"), page.LinkPath("second")
	const says = "This study is closed, so nobody new can begin. Thank you for your interest."
	l.Wants(l.Get(other), 200, says+" Your appointment does not take place, so you need not come.")
	l.Wants(l.Post(other+"/begin", nil), 409, says)
	l.Wants(l.Post(other+"/appointment", url.Values{"slot": {"1"}}), 409, says)
	if who, err := l.Store.ParticipantByLink(t.Context(), "second"); err != nil || who.Session != 0 {
		t.Errorf("they have session %d (%v), want none", who.Session, err)
	}
	l.Wants(l.Get(mine), 200, "You have begun already.")
	l.WantsRedirect(l.Post(mine+"/begin", nil), page.VisitPath(begun))
}

func TestADraftWithoutDataIsDeleted(t *testing.T) {
	l := webtest.NewLab(t)
	draft, published := l.Study(studytest.OneTrial(), false), l.Study(studytest.Design(), true)
	if len(webtest.All(l.Get(webtest.StudyPage(published)).Page, "details", "class=deletion")) != 0 {
		t.Error("a published study can be deleted")
	}
	l.Wants(l.Post(webtest.StudyPage(published)+"/delete", nil), 409, "what is published is kept. Archive it instead.")
	l.One(l.Get(webtest.StudyPage(draft)).Page, "details", "class=deletion")
	l.WantsRedirect(press(l, draft, "archived"), webtest.StudyPage(draft)+"#state")
	l.Wants(l.Get(webtest.StudyPage(draft)), 200, "draft, archived")
	l.WantsRedirect(l.Post(webtest.StudyPage(draft)+"/delete", nil), "/lab")
	l.Wants(l.Get(webtest.StudyPage(draft)), 404, "There is nothing at this address.")
	if !strings.Contains(l.Log.String(), `msg="study deleted"`) {
		t.Errorf("the log does not say who deleted it: %s", l.Log.String())
	}
}
