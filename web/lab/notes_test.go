package lab_test

import (
	"fmt"
	"image"
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

func noticed(text, tags, moment string) url.Values {
	return url.Values{"noticed": {text}, "tags": {tags}, "moment": {moment}}
}

func TestWhatIsNoticedAtAReplayIsKeptAtItsMoment(t *testing.T) {
	l, path := filmed(t, reel{seconds: 4, every: 1, size: image.Pt(16, 16)})
	before := l.Now
	a := l.Post(path+"/replay/notes", noticed(" Clicks twice ", "#Lag, again", "1500"))
	l.WantsRedirect(a, path+"/replay#t=1500")
	studies, err := l.Store.Studies(t.Context())
	l.Must(err)
	all, err := l.Store.Sessions(t.Context(), studies[0].ID)
	l.Must(err)
	notes, err := l.Store.Notes(t.Context(), all[0].ID)
	l.Must(err)
	if len(notes) != 1 || notes[0].Text != "Clicks twice" || strings.Join(notes[0].Tags, " ") != "lag again" || !notes[0].At.Equal(before.Add(1500*time.Millisecond)) {
		t.Fatalf("kept %+v", notes)
	}
	for name, at := range map[string]string{"the session": fmt.Sprintf("/lab/sessions/%d", all[0].ID), "the replay's index": path + "/replay.json"} {
		if name == "the replay's index" {
			webtest.Eventually(t, "the replay is made", func() bool { return strings.Contains(l.Get(at).Body, `"done":1`) })
		}
		if body := l.Get(at).Body; !strings.Contains(body, "Clicks twice") || !strings.Contains(body, "lag, again") {
			t.Errorf("%s does not have the note: %s", name, body)
		}
	}

	for name, test := range map[string]struct {
		form url.Values
		says string
	}{
		"no words":               {noticed(" ", "lag", "1500"), "Write what you noticed."},
		"a tag that is too long": {noticed("x", strings.Repeat("t", study.TagLimit+1), "1500"), "A tag may have up to"},
		"no moment":              {noticed("x", "", ""), "no moment of this recording"},
		"a moment after the end": {noticed("x", "", "4000000"), "no moment of this recording"},
	} {
		a := l.Post(path+"/replay/notes", test.form)
		if a.StatusCode != 422 || !strings.Contains(a.Body, test.says) {
			t.Errorf("%s: %d, without %q", name, a.StatusCode, test.says)
		}
	}
	l.WantsRedirect(l.Post(fmt.Sprintf("/lab/sessions/%d/notes/%d/remove", all[0].ID, notes[0].ID), nil), fmt.Sprintf("/lab/sessions/%d#notes", all[0].ID))
	if body := l.Get(fmt.Sprintf("/lab/sessions/%d", all[0].ID)).Body; strings.Contains(body, "Clicks twice") {
		t.Error("the note is still there after it was removed")
	}
}

func TestWhatIsNoticedWhileSomebodyWorksIsKept(t *testing.T) {
	l := webtest.NewLab(t)
	_, visit := l.Visit()
	path := fmt.Sprintf("/lab/sessions/%d/watch", visit)
	l.WantsRedirect(l.Post(fmt.Sprintf("/lab/sessions/%d/notes", visit), noticed("looks away", "tired", "")), path)
	l.Wants(l.Get(path), 200, "looks away")
	a := l.Post(fmt.Sprintf("/lab/sessions/%d/notes", visit), noticed("", "tired bored", ""))
	l.Wants(a, 422, "Write what you noticed.")
	if !strings.Contains(a.Body, `value="tired bored"`) {
		t.Error("the tags that were typed are lost")
	}
}
