package mail_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/internal/mailtest"
	"vmstudy/mail"
	"vmstudy/study"
	"vmstudy/studytest"
)

// by returns our side of a server of tests.
func by(s *mailtest.Server, policy mail.Policy) mail.Server {
	return mail.Server{Host: "127.0.0.1", Port: s.Port, From: "The laboratory <study@example.org>", TLS: policy, Roots: s.Roots}
}

func letter(to string) mail.Message {
	return mail.Message{
		ID: "1.2@example.org", To: to, ReplyTo: "ada@example.org", Subject: "Ihr Termin am Übermorgen", Text: "Grüße\n.\nvon uns\n",
		Calendar: "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Method: "PUBLISH", At: studytest.Noon,
	}
}

func TestAServerTakesAMailWithItsCalendar(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	if err := by(server, mail.Never).Send(t.Context(), letter("bob@example.org")); err != nil {
		t.Fatal(err)
	}
	got := server.Next()
	if got.From != "study@example.org" || !slices.Equal(got.To, []string{"bob@example.org"}) {
		t.Errorf("from %s to %v", got.From, got.To)
	}
	for header, want := range map[string]string{
		"Subject": "Ihr Termin am Übermorgen", "Reply-To": "<ada@example.org>", "Message-ID": "<1.2@example.org>", "Auto-Submitted": "auto-generated",
		"From": `"The laboratory" <study@example.org>`,
	} {
		if all := got.Header(header); len(all) != 1 || strings.Trim(all[0], `<>`) != strings.Trim(want, `<>`) && strings.ReplaceAll(all[0], `"`, "") != strings.ReplaceAll(want, `"`, "") {
			t.Errorf("header %s is %q, want %q", header, all, want)
		}
	}
	if len(got.Parts) != 2 || strings.ReplaceAll(got.Parts[0].Text, "\r\n", "\n") != "Grüße\n.\nvon uns\n" || got.Parts[1].Type != "text/calendar" || got.Parts[1].Method != "PUBLISH" {
		t.Errorf("the parts are %+v", got.Parts)
	}
}

// A title of a study comes from a person. It must not make a header of its own.
func TestNoTextMakesAHeader(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	for _, hostile := range []string{"x\r\nBcc: eve@example.org", "x\nBcc: eve@example.org\n\nand a text", "x\rBcc: eve@example.org", "x\u2028Bcc: eve@example.org", "x\x00\r\n.\r\nMAIL FROM:<eve@example.org>"} {
		m := letter("bob@example.org")
		m.Subject = hostile
		if err := by(server, mail.Never).Send(t.Context(), m); err != nil {
			t.Fatalf("%q: %v", hostile, err)
		}
		got := server.Next()
		if len(got.Header("Bcc")) != 0 || len(got.Header("Subject")) != 1 || len(got.To) != 1 || len(got.Parts) != 2 {
			t.Errorf("%q arrives as %+v", hostile, got)
		}
	}
	m := letter("bob@example.org\r\nRCPT TO:<eve@example.org>")
	if err := by(server, mail.Never).Send(t.Context(), m); err == nil {
		t.Error("an address of two lines was taken")
	}
	server.Nothing()
}

func TestFailures(t *testing.T) {
	plain := mailtest.Start(t, mailtest.Options{})
	starts := mailtest.Start(t, mailtest.Options{TLS: "starttls"})
	signs := mailtest.Start(t, mailtest.Options{TLS: "starttls", Signs: true})
	down := by(plain, mail.Never)
	down.Port = 1 // nobody listens there
	stranger := by(starts, mail.Demanded)
	stranger.Roots = plain.Roots // vouches for nobody
	wrong := by(signs, mail.Demanded)
	wrong.User, wrong.Password = "lab", "not sesame"
	rejected := letter("bob@example.org")
	rejected.Subject = "reject this"
	for name, tt := range map[string]struct {
		by   mail.Server
		mail mail.Message
		want study.MailCause
		code int
	}{
		"a reader whom the server does not know":        {by(plain, mail.Never), letter("nobody@example.org"), study.MailRefused, 550},
		"a reader whose server is busy":                 {by(plain, mail.Never), letter("later@example.org"), study.MailDeferred, 451},
		"a mail that the server does not like":          {by(plain, mail.Never), rejected, study.MailRejected, 554},
		"a server that is down":                         {down, letter("bob@example.org"), study.MailUnreachable, 0},
		"encryption that is demanded and not there":     {by(plain, mail.Demanded), letter("bob@example.org"), study.MailUnsafe, 0},
		"encryption from the first byte, not there":     {by(plain, mail.Implicit), letter("bob@example.org"), study.MailUnsafe, 0},
		"a server for which nobody vouches":             {stranger, letter("bob@example.org"), study.MailUnsafe, 0},
		"a server for which nobody vouches, if offered": {func() mail.Server { s := stranger; s.TLS = mail.Offered; return s }(), letter("bob@example.org"), study.MailUnsafe, 0},
		"a server that wants a name and gets none":      {by(signs, mail.Demanded), letter("bob@example.org"), study.MailUnsigned, 530},
		"a wrong password":                              {wrong, letter("bob@example.org"), study.MailUnsigned, 535},
	} {
		tt.by.Limit = 10 * time.Second
		err := tt.by.Send(t.Context(), tt.mail)
		var failure *mail.Failure
		if !errors.As(err, &failure) || failure.Cause != tt.want || failure.Code != tt.code {
			t.Errorf("%s: got %v, want %s and code %d", name, err, tt.want, tt.code)
		}
		if err != nil && (strings.Contains(err.Error(), "example.org") || strings.Contains(err.Error(), "sesame")) {
			t.Errorf("%s: the error tells an address or a password: %v", name, err)
		}
	}
	for _, s := range []*mailtest.Server{plain, starts, signs} {
		s.Nothing()
	}
}

func TestEncryption(t *testing.T) {
	plain := mailtest.Start(t, mailtest.Options{})
	starts := mailtest.Start(t, mailtest.Options{TLS: "starttls", Signs: true})
	implicit := mailtest.Start(t, mailtest.Options{TLS: "implicit"})
	for name, tt := range map[string]struct {
		server *mailtest.Server
		policy mail.Policy
		user   string
		want   bool
	}{
		"offered and not there":             {plain, mail.Offered, "", false},
		"offered and there, with a sign-in": {starts, mail.Offered, "lab", true},
		"demanded, with a sign-in":          {starts, mail.Demanded, "lab", true},
		"from the first byte":               {implicit, mail.Implicit, "", true},
	} {
		s := by(tt.server, tt.policy)
		s.User, s.Password = tt.user, "sesame"
		if err := s.Try(t.Context()); err != nil {
			t.Errorf("%s: trying: %v", name, err)
		}
		tt.server.Nothing()
		if err := s.Send(t.Context(), letter("bob@example.org")); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := tt.server.Next(); got.TLS != tt.want || got.SignedIn != (tt.user != "") {
			t.Errorf("%s: encrypted %v, signed in %v", name, got.TLS, got.SignedIn)
		}
	}
}
