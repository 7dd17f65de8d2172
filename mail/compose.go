package mail

import (
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"vmstudy/study"
)

// compose writes m as the library needs it.
func (s Server) compose(m Message) (*gomail.Msg, error) {
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("sender of mails: %w", study.ErrInvalid)
	}
	msg := gomail.NewMsg()
	msg.FromMailAddress(from)
	if err := msg.To(m.To); err != nil { // what it says has the address in it
		return nil, &Failure{Cause: study.MailRefused}
	}
	if m.ReplyTo != "" {
		if err := msg.ReplyTo(m.ReplyTo); err != nil {
			return nil, &Failure{Cause: study.MailRejected}
		}
	}
	msg.Subject(line(m.Subject))
	msg.SetMessageIDWithValue(m.ID)
	msg.SetDateWithValue(m.At)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // so that no program answers (RFC 3834)
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.Calendar != "" {
		msg.AttachReadSeeker("appointment.ics", strings.NewReader(m.Calendar),
			gomail.WithFileContentType(gomail.ContentType("text/calendar; charset=utf-8; method="+m.Method)))
	}
	return msg, nil
}

// line returns text as one line: what a header could be broken with becomes a space.
func line(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
}

// isUnencrypted reports whether the server was to encrypt and does not offer it. The library has no error of its own for that.
func isUnencrypted(err error) bool { return strings.Contains(err.Error(), "STARTTLS") }

// isGone reports whether the server ended the connection.
func isGone(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }
