package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vmstudy/study"
)

// Whoever names something by a number that is not there learns which number that was, and nothing is done half.
func TestUnknownNumbersAreNamedAndNothingIsDone(t *testing.T) {
	p, st, visit := conducting(t)
	day := p.Now.Add(24 * time.Hour)
	p.Must(p.Store.OfferSlots(t.Context(), []study.Slot{{Study: st, Station: "A", StartsAt: day, EndsAt: day.Add(time.Hour)}}, 2))
	people, err := p.Store.Participants(t.Context(), st)
	p.Must(err)
	slots, err := p.Store.Slots(t.Context(), st)
	p.Must(err)
	_, err = p.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[1].ID, By: p.Ada.ID, At: p.Now})
	p.Must(err)
	links := fmt.Sprint(people[1].Links)
	in, at, who := fmt.Sprintf("/studies/%d", st), fmt.Sprintf("/sessions/%d", visit), int64(people[1].ID)
	slot := fmt.Sprintf("%s/appointments/%d", in, slots[0].ID)
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		says               string
	}{
		"a link of nobody":               {"POST", in + "/links", fmt.Sprintf(`{"do": "revoke", "participants": [%d, 4711]}`, who), 422, "4711"},
		"links of two who are nobody":    {"POST", in + "/links", fmt.Sprintf(`{"do": "renew", "whose": "chosen", "participants": [4711, %d, 4712]}`, who), 422, "4711, 4712"},
		"links in a study of nobody":     {"POST", "/studies/4711/links", `{"do": "renew", "whose": "all"}`, 404, "There is no study 4711."},
		"a study":                        {"GET", "/studies/4711", "", 404, "There is no study 4711."},
		"participants of no study":       {"GET", "/studies/4711/participants", "", 404, "There is no study 4711."},
		"an export of no study":          {"GET", "/studies/4711/export", "", 404, "There is no study 4711."},
		"a participant":                  {"GET", in + "/participants/4711", "", 404, fmt.Sprintf("There is no participant 4711 in study %d.", st)},
		"a time":                         {"GET", in + "/appointments/4711", "", 404, fmt.Sprintf("There is no time 4711 in study %d.", st)},
		"a time that is given":           {"POST", in + "/appointments/4711/assign", fmt.Sprintf(`{"participant": %d}`, who), 404, "There is no time 4711"},
		"a time for nobody":              {"POST", slot + "/assign", `{"participant": 4711}`, 404, "There is no participant 4711"},
		"a move to no time":              {"POST", slot + "/move", fmt.Sprintf(`{"participant": %d, "to": 4711}`, who), 404, "There is no time 4711"},
		"a time that is removed":         {"DELETE", in + "/appointments/4711", "", 404, "There is no time 4711"},
		"somebody who walks in":          {"POST", in + "/appointments/walk-in", `{"participant": 4711, "station": "A"}`, 404, "There is no participant 4711"},
		"somebody who withdraws":         {"POST", in + "/participants/4711/withdraw", `{"data": "erase"}`, 404, "There is no participant 4711"},
		"somebody who is paid":           {"POST", in + "/compensation", fmt.Sprintf(`{"participants": [%d, 4711], "amount": "5 EUR"}`, who), 422, "4711"},
		"a session":                      {"GET", "/sessions/4711", "", 404, "There is no session 4711."},
		"a session that is ruled on":     {"POST", "/sessions/4711/place", `{"state": "dropped", "ground": "absent"}`, 404, "There is no session 4711."},
		"a trial":                        {"POST", at + "/trials/4711", `{"excluded": true, "ground": "technical"}`, 404, fmt.Sprintf("There is no trial 4711 in session %d.", visit)},
		"a note":                         {"DELETE", at + "/notes/4711", "", 404, fmt.Sprintf("There is no note 4711 on session %d.", visit)},
		"a note on an attempt of nobody": {"POST", at + "/notes", `{"text": "x", "attempt": 4711, "at": "` + p.Now.Format(time.RFC3339Nano) + `"}`, 404, "There is no attempt 4711"},
		"a version":                      {"GET", in + "/versions/4711/study.yaml", "", 404, fmt.Sprintf("Study %d has no version 4711.", st)},
		"a bundle of no version":         {"GET", in + "/versions/4711/study.zip", "", 404, "has no version 4711."},
		"a file of no study":             {"GET", "/studies/4711/study.yaml", "", 404, "There is no study 4711."},
		"a state of no study":            {"POST", "/studies/4711/state", `{"state": "closed"}`, 404, "There is no study 4711."},
	} {
		if say := fmt.Sprint(p.ask("works", c.method, c.path, c.body, c.status)["detail"]); !strings.Contains(say, c.says) || !strings.HasSuffix(say, ".") {
			t.Errorf("%s: %q, want a sentence with %q", name, say, c.says)
		}
		p.Now = p.Now.Add(time.Second) // programs ask only so often
	}
	people, err = p.Store.Participants(t.Context(), st)
	p.Must(err)
	if got := fmt.Sprint(people[1].Links); got != links {
		t.Errorf("links %s, want them as they were: %s", got, links)
	}
	got, err := p.Store.Compensations(t.Context(), st)
	p.Must(err)
	slots, err = p.Store.Slots(t.Context(), st)
	p.Must(err)
	if len(got) > 0 || len(slots) != 1 || slots[0].Participant != people[1].ID {
		t.Errorf("compensations %v and times %v, want none and the one as it was", got, slots)
	}
}
