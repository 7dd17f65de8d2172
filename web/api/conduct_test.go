package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studytest"
	"vmstudy/web"
)

func webtestDesign() study.Design { return studytest.Design() }

// conducting returns a program of ada's in a study where somebody has consented.
func conducting(t *testing.T) (*program, study.StudyID, study.SessionID) {
	t.Helper()
	l := webtest.NewLab(t)
	st, visit := l.Visit()
	seen := &witness{Store: l.Store}
	l.Serve(func(c *web.Config) { c.Store = seen })
	p := programOf(l)
	p.seen = seen
	p.token("works", l.Ada.ID, func(*study.Token) {})
	return p, st, visit
}

// witness is a store that tells of what is changed during which act, as the database writes it into the audit.
type witness struct {
	*studytest.Store
	acts []audit.Entry
}

func (w *witness) note(ctx context.Context) {
	if act, known := audit.From(ctx); known {
		w.acts = append(w.acts, act.Entry())
	}
}

func (w *witness) BookSlot(ctx context.Context, b study.Booking) (study.Slot, error) {
	w.note(ctx)
	return w.Store.BookSlot(ctx, b)
}

func (w *witness) EndBooking(ctx context.Context, b study.Booking) error {
	w.note(ctx)
	return w.Store.EndBooking(ctx, b)
}

func (w *witness) Rule(ctx context.Context, id study.SessionID, r study.Ruling) error {
	w.note(ctx)
	return w.Store.Rule(ctx, id, r)
}

func (w *witness) RuleOnTrial(ctx context.Context, id study.SessionID, t study.TrialID, r study.TrialRuling) error {
	w.note(ctx)
	return w.Store.RuleOnTrial(ctx, id, t, r)
}

func (w *witness) RenewLinks(ctx context.Context, s study.StudyID, links []study.NewLink, expires, at time.Time) error {
	w.note(ctx)
	return w.Store.RenewLinks(ctx, s, links, expires, at)
}

func (w *witness) RevokeLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, at time.Time) error {
	w.note(ctx)
	return w.Store.RevokeLinks(ctx, s, people, at)
}

func (w *witness) AddNote(ctx context.Context, n study.Note) (study.NoteID, error) {
	w.note(ctx)
	return w.Store.AddNote(ctx, n)
}

func (w *witness) RemoveNote(ctx context.Context, s study.SessionID, n study.NoteID) error {
	w.note(ctx)
	return w.Store.RemoveNote(ctx, s, n)
}

func (w *witness) Record(ctx context.Context, e audit.Entry) (audit.Head, error) {
	w.acts = append(w.acts, e)
	return w.Store.Record(ctx, e)
}

// says fails the test unless the newest entry of the audit is ada's, by her token, with that action and reason.
func (p *program) says(action, why string) {
	p.T.Helper()
	if len(p.seen.acts) == 0 {
		p.T.Fatalf("the audit says nothing, want %s", action)
	}
	e := p.seen.acts[len(p.seen.acts)-1]
	if e.Who != "ada" || e.Action != action || !strings.HasPrefix(e.Why, `token="works"`) || !strings.Contains(e.Why, why) {
		p.T.Errorf("the audit says %+v, want %s by ada's token, with %q", e, action, why)
	}
}

func TestAnAppointmentIsGivenMovedAndCancelled(t *testing.T) {
	p, st, _ := conducting(t)
	day := p.Now.Add(24 * time.Hour)
	p.Must(p.Store.OfferSlots(t.Context(), []study.Slot{
		{Study: st, Station: "A", StartsAt: day, EndsAt: day.Add(time.Hour)}, {Study: st, Station: "A", StartsAt: day.Add(2 * time.Hour), EndsAt: day.Add(3 * time.Hour)},
	}, 2))
	path := fmt.Sprintf("/studies/%d/appointments", st)
	slots := items(p.ask("works", "GET", path, "", 200))
	p.says("view appointments", "")
	first, second := fmt.Sprint(slots[0]["id"]), fmt.Sprint(slots[1]["id"])
	people := items(p.ask("works", "GET", fmt.Sprintf("/studies/%d/participants", st), "", 200))
	who := fmt.Sprint(people[1]["id"])

	got := p.ask("works", "POST", path+"/"+first+"/assign", `{"participant": `+who+`}`, 200)
	p.says("studies appointments assign", "who="+who)
	if got["state"] != "due" || got["code"] != "P002" {
		t.Errorf("assigned: %v", got)
	}
	got = p.ask("works", "POST", path+"/"+first+"/move", `{"participant": `+who+`, "to": `+second+`, "ground": "ill", "reason": "a cold"}`, 200)
	if all := fmt.Sprint(p.seen.acts); strings.Contains(all, "=ill") || strings.Contains(all, "cold") {
		t.Errorf("the audit tells of an illness: %s", all)
	}
	if fmt.Sprint(got["id"]) != second || got["state"] != "due" {
		t.Errorf("moved: %v", got)
	}
	say := p.ask("works", "POST", path+"/"+first+"/cancel", `{"participant": `+who+`}`, 409)["detail"]
	if !strings.Contains(fmt.Sprint(say), "Nobody has this time any more") {
		t.Errorf("to cancel what was moved: %v", say)
	}
	got = p.ask("works", "POST", path+"/"+second+"/cancel", `{"participant": `+who+`, "ground": "asked"}`, 200)
	if got["state"] != "free" {
		t.Errorf("cancelled: %v", got)
	}
	p.ask("works", "GET", path+"/"+second, "", 200)
	p.ask("works", "POST", path+"/4711/missed", `{"participant": `+who+`}`, 404)
}

func TestSomebodyIsExcludedAndPutBack(t *testing.T) {
	p, st, visit := conducting(t)
	p.ConductTrial(visit, firstTrial(p, visit), webtest.Done{Outcome: study.Completed, Seconds: 10, Rating: 4})
	path := fmt.Sprintf("/sessions/%d", visit)
	session := p.ask("works", "GET", path, "", 200)
	p.says("view a session", "")
	if got := session["study"]; fmt.Sprint(got) != fmt.Sprint(st) || len(session["trials"].([]any)) == 0 {
		t.Fatalf("session: %v", session)
	}
	p.ask("works", "POST", path+"/place", `{"state": "excluded", "ground": "unserious", "reason": "all answers alike"}`, 204)
	p.says("sessions place", "state=excluded ground=unserious")
	got := p.ask("works", "GET", path, "", 200)
	if got["state"] != "excluded" || got["ground"] != "unserious" || got["reason"] != "all answers alike" {
		t.Errorf("excluded: %v", got)
	}
	p.ask("works", "POST", path+"/place", `{"state": "active", "reason": "a mistake"}`, 204)
	if got := p.ask("works", "GET", path, "", 200); got["state"] == "excluded" {
		t.Errorf("put back: %v", got)
	}
	if say := fmt.Sprint(p.ask("works", "POST", path+"/place", `{"state": "excluded"}`, 422)["detail"]); !strings.HasSuffix(say, ".") {
		t.Errorf("without a reason: %q", say)
	}
	trial := fmt.Sprintf("%s/trials/%d", path, firstTrial(p, visit))
	excluded := func() (n int) {
		for _, x := range p.ask("works", "GET", path, "", 200)["trials"].([]any) {
			if x.(map[string]any)["excluded"] == true {
				n++
			}
		}
		return n
	}
	p.ask("works", "POST", trial, `{"excluded": true, "ground": "technical"}`, 204)
	p.says("sessions trials", "excluded=yes ground=technical")
	if n := excluded(); n != 1 {
		t.Errorf("%d trials are excluded, want 1", n)
	}
	p.ask("works", "POST", trial, `{"excluded": false, "reason": "it was fine"}`, 204)
	if n := excluded(); n != 0 {
		t.Errorf("%d trials are excluded, want none", n)
	}
	p.ask("works", "GET", fmt.Sprintf("/studies/%d/sessions", st), "", 200)
	p.ask("works", "GET", "/sessions/4711", "", 404)
}

// firstTrial returns the first trial of a session that is no practice.
func firstTrial(p *program, visit study.SessionID) study.TrialID {
	x, err := p.Store.Session(p.T.Context(), visit)
	p.Must(err)
	for _, t := range x.Trials {
		if !t.Practice() {
			return t.ID
		}
	}
	p.T.Fatal("no trial")
	return 0
}

func TestANoteIsKeptAndRemoved(t *testing.T) {
	p, _, visit := conducting(t)
	path := fmt.Sprintf("/sessions/%d/notes", visit)
	made := p.ask("works", "POST", path, `{"text": "She frowned.", "tags": ["mood"], "at": "`+p.Now.Format(time.RFC3339Nano)+`"}`, 200)
	p.says("sessions notes", "")
	all := items(p.ask("works", "GET", path, "", 200))
	if len(all) != 1 || all[0]["text"] != "She frowned." || fmt.Sprint(all[0]["tags"]) != "[mood]" || all[0]["by"] != "ada" {
		t.Errorf("notes: %v", all)
	}
	p.ask("works", "POST", path, `{"text": " ", "at": "`+p.Now.Format(time.RFC3339Nano)+`"}`, 422)
	p.ask("works", "POST", path, `{"text": "later", "at": "`+p.Now.Add(time.Hour).Format(time.RFC3339Nano)+`"}`, 422)
	p.ask("works", "DELETE", path+"/"+fmt.Sprint(made["id"]), "", 204)
	p.says("sessions notes remove", "of ada")
	if all := items(p.ask("works", "GET", path, "", 200)); len(all) != 0 {
		t.Errorf("after its removal: %v", all)
	}
	p.ask("works", "DELETE", path+"/"+fmt.Sprint(made["id"]), "", 404)
}

func TestLinksAreRenewedRevokedAndExpire(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d/links", st)
	made := p.ask("works", "POST", path, `{"do": "renew", "whose": "unbegun", "until": "`+p.Now.AddDate(0, 0, 7).Format("2006-01-02")+`"}`, 200)["made"].([]any)
	p.says("studies links", "do=renew")
	if link := made[0].(map[string]any); len(made) != 1 || link["code"] != "P002" || link["expires_at"] == nil {
		t.Errorf("made %v", made)
	}
	who := fmt.Sprint(made[0].(map[string]any)["participant"])
	p.ask("works", "POST", path, `{"do": "revoke", "whose": "chosen", "participants": [`+who+`]}`, 200)
	p.says("studies links", "who="+who)
	for _, l := range items(p.ask("works", "GET", path, "", 200)) {
		if revoked := l["revoked_at"] != nil; revoked != (fmt.Sprint(l["participant"]) == who) {
			t.Errorf("link %v", l)
		}
	}
	p.ask("works", "POST", path, `{"do": "revoke", "participants": []}`, 422)
	p.ask("works", "POST", path, `{"do": "renew", "whose": "all", "until": "yesterday"}`, 422)
}

func TestAnExportIsThatOfThePage(t *testing.T) {
	p, st, _ := conducting(t)
	zip := p.ask("works", "GET", fmt.Sprintf("/studies/%d/export", st), "", 200)["file"].([]byte)
	p.says("export", "")
	if !strings.HasPrefix(string(zip), "PK") {
		t.Errorf("the export begins with %q", zip[:min(10, len(zip))])
	}
	p.ask("works", "GET", fmt.Sprintf("/studies/%d/export?version=9", st), "", 404)
	p.ask("works", "GET", fmt.Sprintf("/studies/%d/export?everything=1", st), "", 422)
}
