package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vmstudy/document"
	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
)

func TestTimesAreOfferedByARuleAndTakenBack(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d/appointments", st)
	day := p.Now.AddDate(0, 0, 7).Format("2006-01-02")
	rule := `{"date": "` + day + `", "from": "09:00", "to": "12:00", "stations": ["A", "B"], "most": 3}`
	offered := p.ask("works", "POST", path, rule, 200)["offered"].([]any)
	p.says("studies appointments", "date="+day)
	times := items(p.ask("works", "GET", path, "", 200))
	if len(offered) != 3 || len(times) != 3 || times[0]["state"] != "free" || times[0]["starts_at"] != offered[0].(map[string]any)["starts_at"] {
		t.Fatalf("offered %v, and there is %v, want three of them", offered, times)
	}
	p.ask("works", "POST", path, rule, 409) // they are on offer
	for field, body := range map[string]string{
		"date":    `{"date": "tomorrow", "from": "09:00", "to": "12:00", "stations": ["A"]}`,
		"from":    `{"date": "` + day + `", "from": "nine", "to": "12:00", "stations": ["A"]}`,
		"station": `{"date": "` + day + `", "from": "09:00", "to": "12:00", "stations": []}`,
	} {
		if say := fmt.Sprint(p.ask("works", "POST", path, body, 422)["detail"]); !strings.Contains(say, field) {
			t.Errorf("%s: %q does not name the field %s", body, say, field)
		}
	}
	p.ask("works", "DELETE", fmt.Sprintf("%s/%v", path, times[0]["id"]), "", 204)
	if left := items(p.ask("works", "GET", path, "", 200)); len(left) != 2 {
		t.Errorf("after one is taken back: %v, want two", left)
	}
}

func TestSomebodyWalksIn(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d/appointments", st)
	people, err := p.Store.Participants(t.Context(), st)
	p.Must(err)
	body := fmt.Sprintf(`{"participant": %d, "station": "A"}`, people[1].ID)
	p.ask("works", "POST", path+"/walk-in", body, 409) // the study offers no times
	day := p.Now.Add(24 * time.Hour)
	p.Must(p.Store.OfferSlots(t.Context(), []study.Slot{{Study: st, Station: "A", StartsAt: day, EndsAt: day.Add(time.Hour)}}, 2))
	got := p.ask("works", "POST", path+"/walk-in", body, 200)
	p.says("studies appointments walk-in", fmt.Sprintf("who=%d", people[1].ID))
	if got["code"] != people[1].Code || got["station"] != "A" {
		t.Errorf("walked in as %v, want %s at A", got, people[1].Code)
	}
	p.ask("works", "POST", path+"/walk-in", fmt.Sprintf(`{"participant": %d, "station": ""}`, people[1].ID), 422)
}

func TestSomebodyIsWithdrawnAndTheirDataKept(t *testing.T) {
	p, st, _ := conducting(t)
	people, err := p.Store.Participants(t.Context(), st)
	p.Must(err)
	path := fmt.Sprintf("/studies/%d/participants/%d/withdraw", st, people[0].ID)
	p.ask("works", "POST", path, `{"data": "burn"}`, 422)
	if got := p.ask("works", "POST", path, `{"data": "keep", "why": "a word about a person"}`, 200); got["state"] != "withdrawn" {
		t.Errorf("the participant is %v, want withdrawn", got["state"])
	}
	for _, e := range p.Store.Audits() {
		if strings.Contains(fmt.Sprint(e), "a word about a person") {
			t.Errorf("the audit has the reason, which would outlast an erasure: %v", e)
		}
	}
	if got := p.ask("works", "POST", path, `{"data": "erase"}`, 200); got["state"] != "withdrawn" {
		t.Errorf("the participant is %v, want withdrawn", got["state"])
	}
	if _, err := p.Store.Tombstone(t.Context(), people[0].ID); err != nil {
		t.Errorf("after erasing: %v, want a tombstone", err)
	}
}

func TestWhatPeopleGotIsRecordedAndListed(t *testing.T) {
	p, st, _ := conducting(t)
	people, err := p.Store.Participants(t.Context(), st)
	p.Must(err)
	path := fmt.Sprintf("/studies/%d/compensation", st)
	both := fmt.Sprintf(`"participants": [%d, %d]`, people[0].ID, people[1].ID)
	p.ask("works", "POST", path, `{`+both+`, "amount": "10 EUR"}`, 204)
	p.says("studies compensation", fmt.Sprintf("who=%d,%d", people[0].ID, people[1].ID))
	p.ask("works", "POST", path, fmt.Sprintf(`{"participants": [%d], "nothing": true}`, people[1].ID), 204)
	got := items(p.ask("works", "GET", path, "", 200))
	p.says("view compensations", "")
	if len(got) != 2 || got[0]["amount"] != "10 EUR" || got[1]["amount"] != "" || got[0]["by"] != "ada" {
		t.Errorf("compensations %v", got)
	}
	p.ask("works", "POST", path, `{`+both+`}`, 422)
	p.ask("works", "POST", path, `{"participants": [], "amount": "10 EUR"}`, 422)
	p.ask("works", "POST", path, `{`+both+`, "amount": "`+strings.Repeat("9", 51)+`"}`, 422)
}

func TestAStudyIsClosedArchivedAndReopened(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d/state", st)
	p.ask("works", "POST", path, `{"state": "archived"}`, 409) // it is open
	for _, state := range []string{"closed", "open", "closed", "archived", "closed", "open"} {
		if got := p.ask("works", "POST", path, `{"state": "`+state+`"}`, 200)["state"]; got != state {
			t.Errorf("the study is %v, want %s", got, state)
		}
		p.says("studies state", "")
	}
	p.ask("works", "POST", path, `{"state": "burnt"}`, 422)
	p.token("conducts", p.Ada.ID, func(k *study.Token) { k.Rights = []study.Right{study.See, study.Conduct} })
	p.ask("conducts", "POST", path, `{"state": "closed"}`, 403)
}

// sendFile sends a file to the API, and returns the status and what was answered.
func (p *program) sendFile(token, path, kind string, content []byte) (int, string) {
	p.T.Helper()
	r := httptest.NewRequest("POST", "/api/v1"+path, bytes.NewReader(content))
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	p.Handler.ServeHTTP(w, r.WithContext(p.T.Context()))
	text, err := io.ReadAll(w.Result().Body)
	p.Must(err)
	p.conforms("POST", path, w, text)
	return w.Code, string(text)
}

func TestAStudyFileComesOutAndGoesIn(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d", st)
	draft := p.ask("works", "GET", path+"/study.yaml", "", 200)["file"].([]byte)
	if want := document.Write(studytest.Design()); !strings.Contains(string(draft), strings.SplitN(want, "\n", 2)[0]) {
		t.Fatalf("the draft is %q", draft)
	}
	version := p.ask("works", "GET", path+"/versions/1/study.yaml", "", 200)["file"].([]byte)
	bundle := p.ask("works", "GET", path+"/study.zip", "", 200)["file"].([]byte)
	p.ask("works", "GET", path+"/versions/1/study.zip", "", 200)
	for kind, content := range map[string][]byte{"application/yaml": version, "application/zip": bundle} {
		status, answer := p.sendFile("works", "/studies/import", kind, content)
		if status != 200 || !strings.Contains(answer, `"state":"open"`) {
			t.Errorf("%s: status %d: %s", kind, status, answer)
		}
		p.says("studies import", "")
	}
	before := len(items(p.ask("works", "GET", "/studies", "", 200)))
	status, answer := p.sendFile("works", "/studies/import", "application/yaml", []byte("title: [\n"))
	if status != 422 || !strings.Contains(answer, "no study was made") {
		t.Errorf("a file with faults: status %d: %s", status, answer)
	}
	if status, answer = p.sendFile("works", "/studies/import", "application/yaml", make([]byte, document.MaxBundle+1)); status != 413 {
		t.Errorf("a file that is too large: status %d: %s", status, answer)
	}
	if status, answer = p.sendFile("works", "/studies/import", "text/html", version); status != 415 {
		t.Errorf("a page: status %d: %s", status, answer)
	}
	p.token("one", p.Ada.ID, func(k *study.Token) { k.Study = st })
	p.token("conducts", p.Ada.ID, func(k *study.Token) { k.Rights = []study.Right{study.See, study.Conduct} })
	for _, token := range []string{"one", "conducts"} {
		if status, answer := p.sendFile(token, "/studies/import", "application/yaml", version); status != 403 || !strings.Contains(answer, "makes no studies") {
			t.Errorf("the token %s: status %d: %s", token, status, answer)
		}
	}
	if after := len(items(p.ask("works", "GET", "/studies", "", 200))); after != before {
		t.Errorf("%d studies, want %d as before: what was refused made none", after, before)
	}
}

func TestWhatIsNoJSONIsRefusedAsTheDocumentSays(t *testing.T) {
	p, st, _ := conducting(t)
	path := fmt.Sprintf("/studies/%d/participants", st)
	status, answer := p.sendFile("works", path, "application/x-www-form-urlencoded", []byte("number=1"))
	if status != 415 || !strings.Contains(answer, `"status":415`) {
		t.Errorf("a form: status %d: %s", status, answer)
	}
	n := 0
	for path, methods := range p.at("paths") {
		for method := range methods.(map[string]any) {
			if method == "post" {
				if n++; p.at("paths", path, method, "responses", "415") == nil {
					t.Errorf("POST %s: the document has no 415", path)
				}
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d operations send something", n)
	}
}

// as gives eve a role in a study, and a token.
func (p *program) as(st study.StudyID, role study.Role) study.ExperimenterID {
	p.T.Helper()
	p.Must(p.Store.SetPassword(p.T.Context(), "eve", "unused"))
	eve, _, err := p.Store.Experimenter(p.T.Context(), "eve")
	p.Must(err)
	p.Must(p.Store.ChangeAccount(p.T.Context(), eve.ID, false, false, p.Now))
	p.Must(p.Store.SetRole(p.T.Context(), st, eve.ID, role))
	p.token("eve's", eve.ID, func(*study.Token) {})
	return eve.ID
}

func TestWhoIsBlindExportsCodesAndAnAnalystNames(t *testing.T) {
	for role, blind := range map[study.Role]bool{study.Blind: true, study.Analyst: false} {
		l := webtest.NewLab(t)
		d := webtestDesign()
		d.Networks[0].Name = "tarantula" // which stands nowhere but in the names of conditions
		st := l.Study(d, true)
		people, err := l.Store.AddParticipants(t.Context(), st, false, []string{"first"}, l.Now)
		l.Must(err)
		visit, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
		l.Must(err)
		l.Must(l.Store.RecordConsent(t.Context(), visit, false, l.Now))
		p := programOf(l)
		p.ConductTrial(visit, firstTrial(p, visit), webtest.Done{Outcome: study.Completed, Seconds: 10, Rating: 4})
		eve := p.as(st, role)
		path := fmt.Sprintf("/studies/%d/export", st)
		text := unzipped(t, p.ask("eve's", "GET", path, "", 200)["file"].([]byte))
		if !strings.Contains(text, "P001") {
			t.Fatalf("the export of %s has nobody", role)
		}
		if shows := strings.Contains(text, "tarantula"); shows == blind {
			t.Errorf("the export of %s names conditions: %v, want %v", role, shows, !blind)
		}
		p.Must(p.Store.SetRole(t.Context(), st, eve, study.Monitor))
		p.ask("eve's", "GET", path, "", 403)
		p.Must(p.Store.SetRole(t.Context(), st, eve, ""))
		p.ask("eve's", "GET", path, "", 403)
	}
}

func TestAProgramWaitsForItsLargeAnswers(t *testing.T) {
	p, st, _ := conducting(t)
	slow := &slowSessions{Store: p.Store, began: make(chan struct{}), end: make(chan struct{})}
	p.Serve(func(c *web.Config) { c.Store = slow })
	path := fmt.Sprintf("/api/v1/studies/%d/sessions", st)
	ask := func() *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Header.Set("Authorization", "Bearer works")
		w := httptest.NewRecorder()
		p.Handler.ServeHTTP(w, r)
		return w
	}
	answers := make(chan int)
	for range 2 {
		go func() { answers <- ask().Code }()
		<-slow.began
	}
	if w := ask(); w.Code != 429 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "large answers") {
		t.Errorf("a third: status %d, headers %v: %s", w.Code, w.Header(), w.Body)
	}
	close(slow.end)
	for range 2 {
		if code := <-answers; code != 200 {
			t.Errorf("one that was let: status %d", code)
		}
	}
}
