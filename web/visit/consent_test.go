package visit_test

import (
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

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
			p := webtest.NewPerson(t, webtest.RecordedDesign(tt.policy, false))
			p.Begin()
			a := p.Get(p.Visit())
			if shown := webtest.Text(a.Page); strings.Contains(shown, "recorded") != (tt.shows != "") || !strings.Contains(shown, tt.shows) {
				t.Errorf("the page says %q, want it to say %q", shown, tt.shows)
			}
			if strings.Contains(a.Body, "checked") {
				t.Error("something is chosen before the participant chooses")
			}
			p.WantsRedirect(p.Post(p.Visit()+"/consent", tt.chosen), p.Visit())
			if got := p.Session(); got.Recorded != tt.want || got.ConsentedAt.IsZero() {
				t.Errorf("recorded = %v at %v, want %v", got.Recorded, got.ConsentedAt, tt.want)
			}
		})
	}
}
