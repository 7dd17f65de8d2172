package lab_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

var times = regexp.MustCompile(`\d\d:\d\d:\d\d`)

func TestAPersonsPageHasEverythingThatIsOnRecordOfThem(t *testing.T) {
	l := webtest.NewLab(t)
	st, id := l.Visit()
	trial := tried(l, id)
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	attempt := x.Trials[slices.IndexFunc(x.Trials, func(o study.Trial) bool { return o.ID == trial.ID })].Last()
	l.Must(l.Store.SaveBatch(t.Context(), studytest.BatchOf(attempt.ID, 1, []study.Interaction{{Number: 1, Kind: study.Key, At: l.Now, Drawn: time.Second}})))
	l.Must(l.Store.RecordRating(t.Context(), id, trial.ID, study.Rating{Instrument: "tlx", At: l.Now.Add(time.Minute), Answers: []study.Answer{{Item: "effort", Value: "45"}, {Item: "pain", Value: "0"}, {Item: "again", Value: "false"}}}))
	for _, amount := range []string{"10 EUR", "", "12 EUR"} {
		l.Must(l.Store.RecordCompensations(t.Context(), st, []study.Compensation{{Participant: x.Participant.ID, Amount: amount, By: l.Ada.ID, At: l.Now}}))
	}
	l.Must(l.Store.BeginRecording(t.Context(), attempt.ID, l.Now))
	l.Must(l.Store.RecordEvent(t.Context(), study.Event{Session: id, Attempt: attempt.ID, Kind: study.PageHidden, At: l.Now, Detail: "another tab"}))
	_, err = l.Store.AddNote(t.Context(), study.Note{Session: id, At: l.Now.Add(2 * time.Minute), WrittenAt: l.Now, Text: "sighs", Tags: []string{"tired"}})
	l.Must(err)
	l.Must(l.Store.Withdraw(t.Context(), x.Participant.ID, study.Withdrawal{Why: "by phone", At: l.Now.Add(3 * time.Minute)}))

	a := l.Get(fmt.Sprintf("/lab/studies/%d/participants/%d", st, x.Participant.ID))
	at := strings.Index(a.Body, `class="timeline"`)
	if a.StatusCode != 200 || at < 0 {
		t.Fatalf("%d, without a timeline", a.StatusCode)
	}
	timeline := strings.NewReplacer("\n", "", "\t", "").Replace(a.Body[at:])
	for name, say := range map[string]string{
		"that they were added": "Added to the study", "their link": "Personal link made", "their visit": "Visit begun", "their consent": "Consented", "their place": "Place taken",
		"a trial": "Start pressed", "a raw value of a rating": "<dd>45</dd>", "an event": "tab hidden", "its detail": "another tab", "inputs": "A batch of 1 inputs and events arrived", "a note": "sighs",
		"an answer of 0": "<dt>pain</dt><dd>0</dd>", "an answer of false": "<dt>again</dt><dd>false</dd>", "what they got first": "Got 10 EUR from ada", "that it was taken back": "Got nothing after all, says ada",
		"what they got in the end": "Got 12 EUR from ada", "a recording": "A recording of the screen begun", "a withdrawal": "Withdrawn",
	} {
		if !strings.Contains(timeline, say) {
			t.Errorf("%s is not on the timeline: no %q", name, say)
		}
	}
	if all := times.FindAllString(timeline, -1); len(all) < 8 {
		t.Errorf("only %d times on the timeline", len(all))
	}
}
