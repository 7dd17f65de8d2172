package mail_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"vmstudy/mail"
	"vmstudy/study"
)

// silence is the answer of a server that hangs.
const silence = ""

// scripted is a server that speaks SMTP, but answers some commands otherwise.
func scripted(t *testing.T, otherwise map[string]string) mail.Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				converse(c, otherwise)
			}()
		}
	}()
	return mail.Server{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, From: "study@example.org", TLS: mail.Never}
}

func converse(c net.Conn, otherwise map[string]string) {
	answer := func(command, usual string) {
		if say, there := otherwise[command]; there {
			usual = say
		}
		if usual != silence {
			fmt.Fprint(c, usual+"\r\n")
		}
	}
	answer("greeting", "220 mail.test ESMTP")
	lines, inData := bufio.NewScanner(c), false
	for lines.Scan() {
		verb, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " ")
		switch {
		case inData && verb != ".":
			continue
		case verb == "EHLO":
			answer(verb, "250-mail.test\r\n250 ENHANCEDSTATUSCODES")
		case verb == "DATA":
			inData = true
			answer(verb, "354 go on")
			continue
		default:
			answer(verb, "250 2.0.0 OK")
		}
		inData = false
	}
}

func TestWhoStopsDoesNotWaitForAServerThatHangs(t *testing.T) {
	for _, at := range []string{"greeting", "EHLO", "MAIL", "RCPT", "."} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			s := scripted(t, map[string]string{at: silence})
			ctx, stop := context.WithCancelCause(t.Context())
			over := errors.New("the program stops")
			time.AfterFunc(100*time.Millisecond, func() { stop(over) })
			began := time.Now()
			if err := s.Send(ctx, letter("bob@example.org")); !errors.Is(err, over) || time.Since(began) > 15*time.Second {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
		})
	}
}

// A server that does not take our mails says so of each reader in turn. That is not for the readers to mend.
func TestWhatIsAboutUsIsNotAboutTheReader(t *testing.T) {
	for say, want := range map[string]study.MailCause{
		"530 5.7.0 Authentication required":                                                   study.MailUnsigned,
		"554 5.7.1 <bob@example.org>: Relay access denied":                                    study.MailUnsigned, // Postfix, where nobody signs in
		"554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied":                 study.MailUnsigned,
		"550 5.7.1 <bob@example.org>: this mailbox takes no mail of studies":                  study.MailRefused,
		"550 5.1.1 <bob@example.org>: Recipient address rejected: User unknown in that table": study.MailRefused,
	} {
		var f *mail.Failure
		if err := scripted(t, map[string]string{"RCPT": say}).Send(t.Context(), letter("bob@example.org")); !errors.As(err, &f) || f.Cause != want || strings.Contains(err.Error(), "bob") {
			t.Errorf("%q: %v, want %s", say, err, want)
		}
	}
}
