package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

// refusals returns what the audit says of requests that were refused, as lines.
func refusals(l *webtest.Lab) (lines []string) {
	for _, e := range l.Store.Audits() {
		if strings.HasPrefix(e.Action, "refused: ") {
			lines = append(lines, strings.Join([]string{e.Who, e.Action, e.About, e.Why}, " | "))
		}
	}
	return lines
}

func TestARefusedTokenIsInTheAudit(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		path  string
		want  string
	}{
		"one that nobody made":       {"mistyped", "/studies", "somebody | refused: use a token | from 192.0.2.1 | unknown token"},
		"one that has expired":       {"old", "/studies", `ada | refused: use a token | from 192.0.2.1 | token="old" expired`},
		"one that was revoked":       {"revoked", "/studies", `ada | refused: use a token | from 192.0.2.1 | token="revoked" revoked`},
		"one of a disabled account":  {"eve's", "/studies", `eve | refused: use a token | from 192.0.2.1 | token="eve's" its owner is disabled`},
		"one that reaches less":      {"narrow", "/studies/%d/sessions", `ada | refused: view sessions | /api/v1/studies/%d/sessions | token="narrow" needs the right to read`},
		"none: nobody tried to pass": {"", "/studies", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			st, _ := l.Visit()
			p := programOf(l)
			p.token("old", l.Ada.ID, func(k *study.Token) { k.ExpiresAt = k.MadeAt.Add(time.Nanosecond) })
			p.token("revoked", l.Ada.ID, func(*study.Token) {})
			all, err := l.Store.Tokens(t.Context(), l.Ada.ID)
			l.Must(err)
			l.Must(l.Store.RevokeToken(t.Context(), l.Ada.ID, all[0].ID, l.Now))
			p.token("narrow", l.Ada.ID, func(k *study.Token) { k.Rights = []study.Right{study.See} })
			l.Must(l.Store.SetPassword(t.Context(), "eve", "unused"))
			eve, _, err := l.Store.Experimenter(t.Context(), "eve")
			l.Must(err)
			p.token("eve's", eve.ID, func(*study.Token) {})
			l.Must(l.Store.ChangeAccount(t.Context(), eve.ID, false, true, l.Now))
			l.Now = l.Now.Add(time.Second)
			number := func(text string) string { return strings.ReplaceAll(text, "%d", fmt.Sprint(st)) }
			status := 401
			if c.token == "narrow" {
				status = 403
			}
			p.ask(c.token, "GET", number(c.path), "", status)
			if got := strings.Join(refusals(l), "\n"); got != number(c.want) {
				t.Errorf("the audit says %q, want %q", got, number(c.want))
			}
			if strings.Contains(l.Log.String(), "mistyped") {
				t.Error("what was sent as a token is in the log")
			}
		})
	}
}

// Whoever sends wrong tokens all day, or asks all day for what a token does not reach, must not fill the audit.
func TestAFloodOfRefusedTokensDoesNotFillTheAudit(t *testing.T) {
	const asked, most = 500, 60
	for name, path := range map[string]string{"unknown": "/studies", "narrow": "/studies/%d/sessions"} {
		t.Run(name, func(t *testing.T) {
			l := webtest.NewLab(t)
			st, _ := l.Visit()
			p := programOf(l)
			p.token("narrow", l.Ada.ID, func(k *study.Token) { k.Rights = []study.Right{study.See} })
			status := map[string]int{"unknown": 401, "narrow": 403}[name]
			for range asked {
				l.Now = l.Now.Add(100 * time.Millisecond) // as fast as a program may ask
				p.ask(name, "GET", strings.ReplaceAll(path, "%d", fmt.Sprint(st)), "", status)
			}
			if n := len(refusals(l)); n < 2 || n > most {
				t.Errorf("%d entries after %d refusals, want some, and at most %d", n, asked, most)
			}
		})
	}
}
