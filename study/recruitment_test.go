package study

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestARecruitmentIsChecked(t *testing.T) {
	for name, tt := range map[string]struct {
		r    Recruitment
		says string // empty: it can be used
	}{
		"nothing at all":              {Recruitment{}, ""},
		"Prolific":                    {Recruitment{Parameters: []string{"PROLIFIC_PID", "STUDY_ID", "SESSION_ID"}, Completion: "https://app.prolific.com/submissions/complete?cc=ABC"}, ""},
		"SONA":                        {Recruitment{Parameters: []string{"survey_code"}, Completion: "https://uni.sona-systems.com/webstudy_credit.aspx?survey_code={survey_code}"}, ""},
		"a parameter with a space":    {Recruitment{Parameters: []string{"my id"}}, "is no name of a parameter"},
		"a parameter of our own":      {Recruitment{Parameters: []string{"lang"}}, "one of this program's own"},
		"a parameter twice":           {Recruitment{Parameters: []string{"a", "a"}}, "stands there twice"},
		"too many parameters":         {Recruitment{Parameters: strings.Split("abcdefghi", "")}, "up to 8 parameters"},
		"a placeholder of nothing":    {Recruitment{Completion: "https://example.org/?x={x}"}, "{x}, which is none of the parameters"},
		"no https":                    {Recruitment{Completion: "http://example.org/"}, "must begin with https://"},
		"a script":                    {Recruitment{Completion: "javascript:alert(1)"}, "must begin with https://"},
		"a site that a guest chooses": {Recruitment{Parameters: []string{"x"}, Completion: "https://{x}/"}, "must not depend on a parameter"},
		"a name and password":         {Recruitment{Completion: "https://a:b@example.org/"}, "must begin with https://"},
	} {
		if said := Sentence(tt.r.Check()); tt.says == "" && said != "" || !strings.Contains(said, tt.says) {
			t.Errorf("%s: %q, want %q", name, said, tt.says)
		}
	}
}

func TestTheAddressAtTheEndHasTheValues(t *testing.T) {
	r := Recruitment{Parameters: []string{"code", "other"}, Completion: "https://example.org/?c={code}&o={other}"}
	got := r.Completed([]ExternalID{{Name: "code", Value: "a b&c=d"}})
	if want := "https://example.org/?c=a+b%26c%3Dd&o="; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ids, err := r.IDs(url.Values{"code": {" x "}, "other": {""}, "more": {"y"}})
	if err != nil || len(ids) != 1 || ids[0] != (ExternalID{Name: "code", Value: "x"}) {
		t.Errorf("the values are %v (%v)", ids, err)
	}
	for _, bad := range []string{strings.Repeat("x", 201), "a\x00b", "a\nb"} {
		if _, err := r.IDs(url.Values{"code": {bad}}); Sentence(err) == "" {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestAnOpenLinkLetsInUpToANumber(t *testing.T) {
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		l    OpenLink
		want error
	}{
		"one is free":           {OpenLink{Most: 2, Came: 1}, nil},
		"all came":              {OpenLink{Most: 2, Came: 2}, ErrOpenLinkFull},
		"until in a moment":     {OpenLink{Most: 2, ExpiresAt: now.Add(1)}, nil},
		"until now":             {OpenLink{Most: 2, ExpiresAt: now}, ErrOpenLinkOver},
		"revoked":               {OpenLink{Most: 2, RevokedAt: now}, ErrOpenLinkOver},
		"revoked, and all came": {OpenLink{Most: 2, Came: 2, RevokedAt: now}, ErrOpenLinkOver},
	} {
		if got := tt.l.Admits(now); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
