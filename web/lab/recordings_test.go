package lab_test

import (
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studytest"
)

func TestExperimentersSeeAndDeleteRecordings(t *testing.T) {
	l, x, library := webtest.RecordedLab(t)
	a := x.Trials[0].Last()
	page := fmt.Sprintf("/lab/sessions/%d", x.ID)
	path := webtest.AttemptPage(x.ID, a.ID)
	l.Wants(l.Get(page), 200, "Recordings")
	l.Wants(l.Get(path+"/recording"), 200, "connected 2 times")
	for of, want := range map[string]int{
		"": 200, "?encoding=hextile": 200, "?segment=1": 200, "?segment=2": 200, "?segment=3": 404, "?segment=0": 404, "?segment=x": 404,
	} {
		got := l.Get(path + "/recording.fbs" + of)
		l.Wants(got, want, "")
		const version, length = "FBS 001.000\n", 4
		if want == 200 && (!strings.HasPrefix(got.Body, version) || !strings.HasPrefix(got.Body[len(version)+length:], "RFB ")) {
			t.Errorf("%q begins with %q", of, got.Body[:min(20, len(got.Body))])
		}
		if kept := strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment"); kept != (want == 200) {
			t.Errorf("%q with status %d is a file to keep: %v", of, got.StatusCode, kept)
		}
	}
	l.Wants(l.Get(webtest.AttemptPage(x.ID+1, a.ID)+"/recording"), 404, "")
	l.Wants(l.Get(webtest.AttemptPage(x.ID, a.ID+1)+"/recording"), 404, "")

	l.Wants(l.Post(path+"/recording/delete", url.Values{"why": {" "}}), 422, "up to 500 characters why")
	long := strings.Repeat("withdrawn ", 51)
	again := l.Post(path+"/recording/delete", url.Values{"why": {long}})
	l.Wants(again, 422, "up to 500 characters why")
	if got := webtest.Attr(l.One(again.Page, "input", "id=why"), "value"); got != strings.TrimSpace(long) {
		t.Errorf("the reason that was typed became %q", got)
	}
	l.WantsRedirect(l.Post(path+"/recording/delete", url.Values{"why": {"withdrawn"}}), page)
	l.Wants(l.Get(page), 200, "deleted")
	l.Wants(l.Get(path+"/recording.fbs?segment=1"), 404, "This recording was deleted.")
	if _, err := os.Stat(library.Path(a.ID)); err == nil {
		t.Error("the file of a deleted recording is there")
	}
	audits := slices.DeleteFunc(l.Store.Audits(), func(e audit.Entry) bool { return e.Action != "delete recording" })
	if len(audits) != 1 || audits[0].Who != "ada" || audits[0].Why != "withdrawn" {
		t.Errorf("the audit has %+v", audits)
	}

	l.Login = nil
	for _, of := range []string{"/recording", "/recording.fbs?segment=1"} {
		l.WantsRedirect(l.Get(path+of), "/signin?to="+url.QueryEscape(path+of))
	}
}

func TestADeletionThatRemovesNoFileIsTold(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(*webtest.Lab, *record.Library, study.AttemptID) // runs before the deletion
		says   string                                               // empty: the deletion succeeds
	}{
		"the file was moved away": {func(l *webtest.Lab, library *record.Library, a study.AttemptID) {
			l.Must(os.Remove(library.Path(a)))
		}, "nothing was removed"},
		"the file cannot be removed": {func(l *webtest.Lab, library *record.Library, a study.AttemptID) {
			l.Must(os.Remove(library.Path(a)))
			l.Must(os.MkdirAll(library.Path(a)+"/full", 0o700))
		}, "could not be removed"},
		"somebody deleted it before": {func(l *webtest.Lab, library *record.Library, a study.AttemptID) {
			l.Must(l.Store.DeleteRecording(l.T.Context(), a, "bob", "withdrawn", studytest.Noon))
			l.Must(library.Remove(a))
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, x, library := webtest.RecordedLab(t)
			a := x.Trials[0].Last().ID
			tt.before(l, library, a)
			got := l.Post(webtest.AttemptPage(x.ID, a)+"/recording/delete", url.Values{"why": {"withdrawn"}})
			if tt.says == "" {
				l.WantsRedirect(got, fmt.Sprintf("/lab/sessions/%d", x.ID))
				return
			}
			l.Wants(got, 409, tt.says)
			if r, err := l.Store.Recording(t.Context(), a); err != nil || r.DeletedAt.IsZero() {
				t.Errorf("on record it is %+v (%v), want it deleted", r, err)
			}
		})
	}
}
