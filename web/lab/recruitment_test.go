package lab_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

func TestRecruitmentIsSaidAndChecked(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	at := webtest.StudyPage(id) + "/recruitment"
	l.Wants(l.Get(webtest.StudyPage(id)+"/participants"), 200, "One link for everybody, Prolific and SONA")
	said := url.Values{"parameters": {" PROLIFIC_PID  STUDY_ID "}, "completion": {"https://app.prolific.com/submissions/complete?cc=C1"}, "export": {"yes"}}
	l.WantsRedirect(l.Post(at, said), at+"#ids")
	now, err := l.Store.Recruitment(t.Context(), id)
	l.Must(err)
	if strings.Join(now.Parameters, "+") != "PROLIFIC_PID+STUDY_ID" || !now.Export || now.Completion != said.Get("completion") || now.By != l.Ada.ID {
		t.Errorf("on record is %+v", now)
	}
	if got := webtest.Attr(l.One(l.Get(at).Page, "input", "id=parameters"), "value"); got != "PROLIFIC_PID STUDY_ID" {
		t.Errorf("the form says %q", got)
	}
	a := l.Post(at, url.Values{"parameters": {"x"}, "completion": {"javascript:alert(1)"}})
	l.Wants(a, 422, "The address at the end must begin with https://")
	if got := webtest.Attr(l.One(a.Page, "input", "id=completion"), "value"); got != "javascript:alert(1)" {
		t.Errorf("what was typed became %q", got)
	}
}

func TestAnOpenLinkIsMadeShownOnceAndRevoked(t *testing.T) {
	l := webtest.NewLab(t)
	id := l.Study(studytest.OneTrial(), true)
	at := webtest.StudyPage(id)
	for _, number := range []string{"", "0", "-3", "10001", "many"} {
		l.Wants(l.Post(at+"/open-link", url.Values{"do": {"make"}, "number": {number}}), 422, "An open link lets in from 1 to 10000 people.")
	}
	l.Wants(l.Post(at+"/open-link", url.Values{"do": {"make"}, "number": {"5"}, "until": {"soon"}}), 422, "The last day is not a date")
	made := l.Post(at+"/open-link", url.Values{"do": {"make"}, "number": {"5"}, "until": {"2026-03-20"}})
	link := shownLinks(l, made)["everybody"]
	path, is := strings.CutPrefix(link, "http://example.com")
	if !is || !strings.HasPrefix(path, "/join/") {
		t.Fatalf("the link is %q", link)
	}
	l.Wants(l.Get(path), 200, "Take part")
	l.Wants(l.Post(path, nil), 303, "")
	l.Wants(l.Get(at+"/recruitment"), 200, "1 of 5 people have come by it. Its last day: 20 Mar 2026 UTC.")
	open, err := l.Store.OpenLink(t.Context(), id)
	l.Must(err)
	if want := time.Date(2026, 3, 21, 0, 0, 0, 0, time.UTC); !open.ExpiresAt.Equal(want) {
		t.Errorf("it expires at %v, want %v", open.ExpiresAt, want)
	}
	l.WantsRedirect(l.Post(at+"/open-link", url.Values{"do": {"revoke"}}), at+"/recruitment#open")
	l.Wants(l.Get(at+"/recruitment"), 200, "It was revoked on")
	_, err = l.Store.Join(t.Context(), study.Joining{Open: strings.TrimPrefix(path, "/join/"), Personal: "x", At: l.Now})
	if study.Sentence(err) != study.Sentence(study.ErrOpenLinkOver) {
		t.Errorf("joining by a revoked link: %v", err)
	}
}
