package web

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/record"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

func recordedDesign(p study.RecordPolicy, keys bool) study.Design {
	d := studytest.OneTrial()
	d.Record, d.RecordKeys = p, keys
	return d
}

func TestTheConsentPageAsksOrSaysWhetherToRecord(t *testing.T) {
	tests := map[string]struct {
		policy study.RecordPolicy
		chosen url.Values
		shows  string // what the page says; empty: nothing about recordings
		want   bool
	}{
		"a study that records nothing":          {study.RecordNever, url.Values{"record": {"yes"}}, "", false},
		"a study that asks, and nobody answers": {study.RecordAsk, nil, "may be recorded", false},
		"a study that asks, and gets a yes":     {study.RecordAsk, url.Values{"record": {"yes"}}, "may be recorded", true},
		"a study that asks, and gets nonsense":  {study.RecordAsk, url.Values{"record": {"maybe"}}, "may be recorded", false},
		"a study that records everybody":        {study.RecordAll, nil, "is recorded", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, recordedDesign(tt.policy, false))
			p.begin()
			a := p.get(p.visit())
			if shown := text(a.page); strings.Contains(shown, "recorded") != (tt.shows != "") || !strings.Contains(shown, tt.shows) {
				t.Errorf("the page says %q, want it to say %q", shown, tt.shows)
			}
			if strings.Contains(a.body, "checked") {
				t.Error("something is chosen before the participant chooses")
			}
			p.wantsRedirect(p.post(p.visit()+"/consent", tt.chosen), p.visit())
			if got := p.session(); got.Recorded != tt.want || got.ConsentedAt.IsZero() {
				t.Errorf("recorded = %v at %v, want %v", got.Recorded, got.ConsentedAt, tt.want)
			}
		})
	}
}

// recordingDesk returns a desk whose screen is recorded into a library of its own.
func recordingDesk(t *testing.T, d study.Design, agreed bool) (*desk, *record.Library) {
	t.Helper()
	k := newDesk(t, rfbtest.NewServer(16, 16))
	l, err := record.NewLibrary(record.Config{Dir: t.TempDir(), Store: k.store})
	k.must(err)
	t.Cleanup(func() { _ = l.Close(context.Background()) })
	k.server.recordings = l
	k.beginWith(d, agreed)
	k.conduct.change(func(st *session.Status) { st.Attempt = k.attempt.ID })
	return k, l
}

// look opens the screen as noVNC does, presses a key and waits for the picture.
func (d *desk) look(conn int) {
	d.t.Helper()
	ws := d.dial(fmt.Sprintf(d.visit()+"/screen?conn=%d&seat=%d", conn, d.takeSeat()))
	say := func(b []byte) { d.t.Helper(); d.must(ws.WriteMessage(websocket.BinaryMessage, b)) }
	say([]byte("RFB 003.008\n"))
	say([]byte{1, 1})
	b := wire.SetPixelFormat{Format: wire.RGBX}.Append(nil)
	b = wire.KeyEvent{Down: true, Keysym: 'k'}.Append(b)
	say(wire.FramebufferUpdateRequest{W: 16, H: 16}.Append(b))
	const picture = 16 * 16 * 4
	for got := 0; got < picture; {
		_, p, err := ws.ReadMessage()
		d.must(err)
		got += len(p)
	}
	d.must(ws.Close())
}

func TestTheScreenIsRecordedOnlyWithConsent(t *testing.T) {
	tests := map[string]struct {
		design study.Design
		agreed bool
		want   bool
	}{
		"a study that does not record": {recordedDesign(study.RecordNever, false), true, false},
		"a participant who said no":    {recordedDesign(study.RecordAsk, false), false, false},
		"a participant who agreed":     {recordedDesign(study.RecordAsk, false), true, true},
		"a study that keeps the keys":  {recordedDesign(study.RecordAll, true), true, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, l := recordingDesk(t, tt.design, tt.agreed)
			d.look(1)
			d.look(2) // as after a reload
			l.Finish(d.attempt.ID)
			if err := l.Close(t.Context()); err != nil {
				t.Error(err)
			}
			got, err := d.store.Recording(t.Context(), d.attempt.ID)
			if recorded := err == nil; recorded != tt.want {
				t.Fatalf("recorded: %v (%v), want %v", recorded, err, tt.want)
			}
			if !tt.want {
				if _, err := os.Stat(l.Path(d.attempt.ID)); err == nil {
					t.Error("there is a file all the same")
				}
				return
			}
			if got.Ended != study.RecordedWhole || got.Segments != 2 {
				t.Errorf("the recording is %+v, want two segments, whole", got)
			}
			if keys := keysIn(t, l, d.attempt.ID); len(keys) != 2 || (keys[0] == 'k') != tt.design.RecordKeys {
				t.Errorf("the keys recorded are %v", keys)
			}
		})
	}
}

// keysIn returns the keys that were pressed, according to a recording.
func keysIn(t *testing.T, l *record.Library, a study.AttemptID) (keys []uint32) {
	t.Helper()
	f, err := l.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := record.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		i, err := r.Next()
		if err != nil {
			return keys
		}
		if in, is := i.(record.Input); is {
			keys = append(keys, in.Keysym)
		}
	}
}

// recordedLab returns a lab with one recorded attempt.
func recordedLab(t *testing.T) (l *lab, x study.Session, library *record.Library) {
	t.Helper()
	d, library := recordingDesk(t, recordedDesign(study.RecordAll, true), true)
	d.look(1)
	d.look(2)
	d.record(study.Running, "")
	d.record(study.Finished, study.SaidDone)
	library.Finish(d.attempt.ID)
	if err := library.Close(t.Context()); err != nil {
		t.Error(err)
	}
	l = newLab(t)
	l.must(d.store.SetPassword(t.Context(), "ada", "unused"))
	ada, _, err := d.store.Experimenter(t.Context(), "ada")
	l.must(err)
	l.adopt(d.store.Store, ada)
	l.server.recordings = library
	x, err = l.store.Session(t.Context(), d.session)
	l.must(err)
	return l, x, library
}

func TestExperimentersSeeAndDeleteRecordings(t *testing.T) {
	l, x, library := recordedLab(t)
	a := x.Trials[0].Last()
	page := fmt.Sprintf("/lab/sessions/%d", x.ID)
	path := attemptPath(x.ID, a.ID)
	l.wants(l.get(page), 200, "Recordings")
	l.wants(l.get(path+"/recording"), 200, "connected 2 times")
	for of, want := range map[string]int{
		"": 200, "?encoding=hextile": 200, "?segment=1": 200, "?segment=2": 200, "?segment=3": 404, "?segment=0": 404, "?segment=x": 404,
	} {
		got := l.get(path + "/recording.fbs" + of)
		l.wants(got, want, "")
		const version, length = "FBS 001.000\n", 4
		if want == 200 && (!strings.HasPrefix(got.body, version) || !strings.HasPrefix(got.body[len(version)+length:], "RFB ")) {
			t.Errorf("%q begins with %q", of, got.body[:min(20, len(got.body))])
		}
		if kept := strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment"); kept != (want == 200) {
			t.Errorf("%q with status %d is a file to keep: %v", of, got.StatusCode, kept)
		}
	}
	l.wants(l.get(attemptPath(x.ID+1, a.ID)+"/recording"), 404, "")
	l.wants(l.get(attemptPath(x.ID, a.ID+1)+"/recording"), 404, "")

	l.wants(l.post(path+"/recording/delete", url.Values{"why": {" "}}), 422, "up to 500 characters why")
	long := strings.Repeat("withdrawn ", 51)
	again := l.post(path+"/recording/delete", url.Values{"why": {long}})
	l.wants(again, 422, "up to 500 characters why")
	if got := attr(l.one(again.page, "input", "id=why"), "value"); got != strings.TrimSpace(long) {
		t.Errorf("the reason that was typed became %q", got)
	}
	l.wantsRedirect(l.post(path+"/recording/delete", url.Values{"why": {"withdrawn"}}), page)
	l.wants(l.get(page), 200, "deleted")
	l.wants(l.get(path+"/recording.fbs?segment=1"), 404, "This recording was deleted.")
	if _, err := os.Stat(library.Path(a.ID)); err == nil {
		t.Error("the file of a deleted recording is there")
	}
	audits := l.store.Audits()
	if len(audits) != 1 || audits[0].Who != "ada" || audits[0].Why != "withdrawn" {
		t.Errorf("the audit has %+v", audits)
	}

	l.login = nil
	for _, of := range []string{"/recording", "/recording.fbs?segment=1"} {
		l.wantsRedirect(l.get(path+of), "/signin?to="+url.QueryEscape(path+of))
	}
}

// adopt makes s the store of the lab, with ada signed in.
func (l *lab) adopt(s *studytest.Store, ada study.Experimenter) {
	l.t.Helper()
	token := sha256.Sum256([]byte("token"))
	l.must(s.OpenLogin(l.t.Context(), ada.ID, token[:], l.now.Add(time.Hour)))
	l.store, l.server.store, l.ada = s, s, ada
}

func TestADeletionThatRemovesNoFileIsTold(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(*lab, *record.Library, study.AttemptID) // runs before the deletion
		says   string                                       // empty: the deletion succeeds
	}{
		"the file was moved away": {func(l *lab, library *record.Library, a study.AttemptID) {
			l.must(os.Remove(library.Path(a)))
		}, "nothing was removed"},
		"the file cannot be removed": {func(l *lab, library *record.Library, a study.AttemptID) {
			l.must(os.Remove(library.Path(a)))
			l.must(os.MkdirAll(library.Path(a)+"/full", 0o700))
		}, "could not be removed"},
		"somebody deleted it before": {func(l *lab, library *record.Library, a study.AttemptID) {
			l.must(l.store.DeleteRecording(l.t.Context(), a, "bob", "withdrawn", studytest.Noon))
			l.must(library.Remove(a))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, x, library := recordedLab(t)
			a := x.Trials[0].Last().ID
			tt.before(l, library, a)
			got := l.post(attemptPath(x.ID, a)+"/recording/delete", url.Values{"why": {"withdrawn"}})
			if tt.says == "" {
				l.wantsRedirect(got, fmt.Sprintf("/lab/sessions/%d", x.ID))
				return
			}
			l.wants(got, 409, tt.says)
			if r, err := l.store.Recording(t.Context(), a); err != nil || r.DeletedAt.IsZero() {
				t.Errorf("on record it is %+v (%v), want it deleted", r, err)
			}
		})
	}
}
