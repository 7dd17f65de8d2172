package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/internal/mailtest"
)

func TestAMailPlan(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	must(t, os.WriteFile(secret, []byte("sesame\r\nand more\n"), 0o600))
	for name, tt := range map[string]struct {
		plan mailPlan
		say  string // why it is refused; empty: it is not
	}{
		"a server with a port":                   {mailPlan{Server: "mail.example.org:25", From: "study@example.org", TLS: "demanded"}, ""},
		"a server without one":                   {mailPlan{Server: "mail.example.org", From: "The lab <study@example.org>", TLS: "demanded"}, ""},
		"a password in a file":                   {mailPlan{Server: "mail.example.org", From: "study@example.org", TLS: "demanded", User: "lab", PasswordFile: secret}, ""},
		"no encryption on this computer":         {mailPlan{Server: "127.0.0.1:25", From: "study@example.org", TLS: "never"}, ""},
		"a port that is none":                    {mailPlan{Server: "mail.example.org:smtp", From: "study@example.org", TLS: "demanded"}, "has no port"},
		"no sender":                              {mailPlan{Server: "mail.example.org", TLS: "demanded"}, "is no sender"},
		"no encryption on the way":               {mailPlan{Server: "mail.example.org", From: "study@example.org", TLS: "never"}, "on this computer only"},
		"a name without a password":              {mailPlan{Server: "mail.example.org", From: "study@example.org", TLS: "demanded", User: "lab"}, "needs a password"},
		"a file of a password that is not there": {mailPlan{Server: "mail.example.org", From: "study@example.org", TLS: "demanded", User: "lab", PasswordFile: secret + "x"}, "cannot be read"},
	} {
		s, err := tt.plan.server()
		switch {
		case tt.say == "" && (err != nil || s == nil):
			t.Errorf("%s: refused with %v", name, err)
		case tt.say != "" && (err == nil || !strings.Contains(err.Error(), tt.say)):
			t.Errorf("%s: got %v, want a refusal that says %q", name, err, tt.say)
		case s != nil && tt.plan.PasswordFile != "" && s.Password != "sesame":
			t.Errorf("%s: the password is %q", name, s.Password)
		}
	}
	if s, err := (mailPlan{From: "study@example.org"}).server(); s != nil || err != nil {
		t.Errorf("without a server: %v, %v", s, err)
	}
}

func TestProgramsDoNotInheritThePasswordForMail(t *testing.T) {
	t.Setenv("STUDYCTL_MAIL_PASSWORD", "sesame")
	must(t, run(t.Context(), []string{"version"}, io.Discard, io.Discard))
	if _, ok := os.LookupEnv("STUDYCTL_MAIL_PASSWORD"); ok {
		t.Error("the password is left in the environment")
	}
}

func TestTheDoctorTriesTheServerForMail(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	plan := mailPlan{Server: fmt.Sprintf("127.0.0.1:%d", server.Port), From: "study@example.org", TLS: "never"}
	examine := func() finding { return plan.examination().examine(t.Context(), Config{}, nil) }
	if f := examine(); !f.OK {
		t.Errorf("a server that is up: %+v", f)
	}
	plan.TLS = "demanded"
	if f := examine(); f.OK || f.Needed || !strings.Contains(f.Detail, "STARTTLS") {
		t.Errorf("a server that does not encrypt: %+v", f)
	}
	server.Stop()
	if f := examine(); f.OK || f.Mend == "" {
		t.Errorf("a server that is down: %+v", f)
	}
	server.Nothing()
}
