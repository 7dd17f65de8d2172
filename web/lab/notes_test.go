package lab_test

import (
	"fmt"
	"image"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/study/audit"
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

// written returns what the watch page sends for a note whose writer begins now.
func written(l *webtest.Lab, visit study.SessionID, text, tags string) url.Values {
	l.T.Helper()
	a := l.Get(fmt.Sprintf("/lab/sessions/%d/watch", visit))
	forms := webtest.All(a.Page, "form", "data-now")
	if len(forms) != 1 {
		l.T.Fatalf("%d forms for a note", len(forms))
	}
	in := noticed(text, tags, "")
	for _, e := range webtest.All(forms[0], "input", "type=hidden") {
		in.Set(webtest.Attr(e, "name"), webtest.Attr(e, "value"))
	}
	return in
}

// works lets the participant of a visit begin the trial that they are at.
func works(l *webtest.Lab, visit study.SessionID) study.Attempt {
	l.T.Helper()
	ctx := l.T.Context()
	l.Must(l.Store.RecordVisit(ctx, visit, study.Step{Kind: study.StepAbout}, l.Now))
	x, err := l.Store.Session(ctx, visit)
	l.Must(err)
	a, err := l.Store.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[x.Step().Trial].ID, AskedAt: l.Now})
	l.Must(err)
	a.State, a.StartedAt = study.Running, l.Now
	l.Must(l.Store.RecordAttempt(ctx, a, l.Now, 0))
	return a
}

func TestWhatIsNoticedWhileSomebodyWorksIsKept(t *testing.T) {
	l := webtest.NewLab(t)
	_, visit := l.Visit()
	path := fmt.Sprintf("/lab/sessions/%d/watch", visit)
	first := works(l, visit)
	began := l.Now.Truncate(time.Millisecond) // as exact as pages say it
	in := written(l, visit, "looks away", "tired")

	// While they write, the attempt fails, and another one begins.
	l.Now = l.Now.Add(20 * time.Second)
	first.State, first.EndedAt = study.Failed, l.Now
	l.Must(l.Store.RecordAttempt(t.Context(), first, l.Now, 0))
	second := works(l, visit)
	l.WantsRedirect(l.Post(fmt.Sprintf("/lab/sessions/%d/notes", visit), in), path)
	l.Wants(l.Get(path), 200, "looks away")
	l.WantsRedirect(l.Post(fmt.Sprintf("/lab/sessions/%d/notes", visit), written(l, visit, "tries again", "")), path)
	notes, err := l.Store.Notes(t.Context(), visit)
	l.Must(err)
	if len(notes) != 2 || notes[0].Attempt != first.ID || !notes[0].At.Equal(began) || !notes[0].WrittenAt.Equal(l.Now) {
		t.Fatalf("kept %+v, want the first one for attempt %d at %v", notes, first.ID, began)
	}
	if notes[1].Attempt != second.ID || !notes[1].At.Equal(l.Now.Truncate(time.Millisecond)) {
		t.Errorf("kept %+v, want it for attempt %d at %v", notes[1], second.ID, l.Now)
	}
}

func TestANoteThatIsRefusedKeepsWhatItIsAbout(t *testing.T) {
	l := webtest.NewLab(t)
	_, visit := l.Visit()
	a := works(l, visit)
	now := fmt.Sprint(l.Now.UnixMilli())
	for name, test := range map[string]struct {
		text, attempt, moment string
		says                  string
		kept                  bool // what it is about
	}{
		"no words":                     {"", fmt.Sprint(a.ID), now, "Write what you noticed.", true},
		"no attempt":                   {"x", "", now, "which moment the note is about", false},
		"no moment":                    {"x", fmt.Sprint(a.ID), "", "which moment the note is about", false},
		"the attempt of somebody else": {"x", "4711", now, "which moment the note is about", false},
		"a moment before the visit":    {"x", fmt.Sprint(a.ID), "5", "which moment the note is about", false},
		"a moment to come":             {"x", fmt.Sprint(a.ID), fmt.Sprint(l.Now.Add(time.Hour).UnixMilli()), "which moment the note is about", false},
	} {
		in := noticed(test.text, "tired bored", test.moment)
		in.Set("attempt", test.attempt)
		old := l.Now
		l.Now = l.Now.Add(time.Minute)
		got := l.Post(fmt.Sprintf("/lab/sessions/%d/notes", visit), in)
		l.Wants(got, 422, test.says)
		if !strings.Contains(got.Body, `value="tired bored"`) {
			t.Errorf("%s: the tags that were typed are lost", name)
		}
		want := fmt.Sprint(l.Now.UnixMilli())
		if test.kept {
			want = now
		}
		if all := webtest.All(got.Page, "input", "name=moment"); len(all) != 1 || webtest.Attr(all[0], "value") != want {
			t.Errorf("%s: the page asks again about another moment than %s", name, want)
		}
		l.Now = old
	}
	notes, err := l.Store.Notes(t.Context(), visit)
	l.Must(err)
	if len(notes) > 0 {
		t.Errorf("kept %+v", notes)
	}
}

func TestANoteIsRemovedByItsWriterOrAnOwner(t *testing.T) {
	for name, test := range map[string]struct {
		role study.Role
		own  bool
		may  bool
	}{
		"its writer":    {study.Conductor, true, true},
		"somebody else": {study.Conductor, false, false},
		"an owner":      {study.Owner, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			st, visit := l.Visit()
			asRole(l, st, test.role)
			eve, _, err := l.Store.Experimenter(t.Context(), "eve")
			l.Must(err)
			n := study.Note{Session: visit, At: l.Now, WrittenAt: l.Now, By: l.Ada.ID, Text: "sighs"}
			whose := "ada"
			if test.own {
				n.By, whose = eve.ID, "eve"
			}
			id, err := l.Store.AddNote(t.Context(), n)
			l.Must(err)
			path := fmt.Sprintf("/lab/sessions/%d", visit)
			remove := fmt.Sprintf("%s/notes/%d/remove", path, id)
			if offered := strings.Contains(l.Get(path).Body, remove); offered != test.may {
				t.Errorf("it is offered: %v", offered)
			}
			if a := l.Post(remove, nil); test.may {
				l.WantsRedirect(a, path+"#notes")
			} else {
				l.Wants(a, 403, "Only who wrote a note")
			}
			notes, err := l.Store.Notes(t.Context(), visit)
			l.Must(err)
			if gone := len(notes) == 0; gone != test.may {
				t.Errorf("the note is gone: %v", gone)
			}
			says := slices.ContainsFunc(l.Store.Audits(), func(e audit.Entry) bool {
				return e.Who == "eve" && e.About == remove && strings.Contains(e.Why, "of "+whose+", written at 2026-03-14T12:00:00Z") && !strings.Contains(e.Why, "sighs")
			})
			if says != test.may {
				t.Errorf("the audit says whose note was removed: %v; it has %+v", says, l.Store.Audits())
			}
		})
	}
}
