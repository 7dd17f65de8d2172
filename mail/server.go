package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"vmstudy/study"
)

// Policy says what must be encrypted on the way to the server.
type Policy string

// The policies. Where there is encryption, the server's certificate must be valid for its name.
const (
	Demanded Policy = "demanded" // by STARTTLS, or nothing is sent
	Implicit Policy = "implicit" // from the first byte, as on port 465
	Offered  Policy = "offered"  // by STARTTLS if the server offers it
	Never    Policy = "never"    // only for a server on this computer
)

// Server is a server for mail that takes our mails.
type Server struct {
	Host     string
	Port     int
	From     string // as in study@example.org, or "The laboratory <study@example.org>"
	TLS      Policy
	User     string // empty: nobody signs in
	Password string
	Roots    *x509.CertPool // who may vouch for the server; nil: whom the system trusts
	Limit    time.Duration  // of a try; 0 means 30 s
}

// Message is one mail.
type Message struct {
	ID       string // the same for each try, as in 12.reminder@vmstudy, so that a mail that arrives twice can be known
	To       string
	ReplyTo  string // empty: the sender
	Subject  string
	Text     string
	Calendar string // of an appointment, for calendar programs; empty for none
	Method   string // of the calendar
	At       time.Time
}

// Failure is why a mail was not sent. Its text has no address of a reader in it.
type Failure struct {
	Cause study.MailCause
	Code  int    // of the server's answer; 0: there was none
	Said  string // what went wrong before an address was named; empty afterwards
}

// Error says what went wrong.
func (f *Failure) Error() string {
	text := "mail " + string(f.Cause)
	if f.Code != 0 {
		text += fmt.Sprintf(", code %d", f.Code)
	}
	if f.Said != "" {
		text += ": " + f.Said
	}
	return text
}

// Send hands m to the server. The error is a Failure, or the cause of ctx. When ctx ends, it waits for what is under way a little while only: the library
// would wait for a server that hangs until the limit.
func (s Server) Send(ctx context.Context, m Message) error {
	done := make(chan error, 1)
	go func() { done <- s.send(ctx, m) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(grace):
		return context.Cause(ctx)
	}
}

// grace is how long Send waits after its context has ended.
const grace = 2 * time.Second

func (s Server) send(ctx context.Context, m Message) error {
	msg, err := s.compose(m)
	if err != nil {
		return err
	}
	client, conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	// Whether the server has taken the mail is what counts; it may break off afterwards.
	err = client.SendWithSMTPClient(conn, msg)
	_ = client.CloseWithSMTPClient(conn)
	if msg.IsDelivered() {
		return nil
	}
	return after(ctx, err)
}

// Try does everything but send: it connects, encrypts and signs in.
func (s Server) Try(ctx context.Context) error {
	client, conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	_ = client.CloseWithSMTPClient(conn)
	return nil
}

// dial connects, encrypts and signs in. The error is a Failure, or the cause of ctx.
func (s Server) dial(ctx context.Context) (*gomail.Client, *smtp.Client, error) {
	client, err := s.client()
	if err != nil {
		return nil, nil, err
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return nil, nil, before(ctx, err)
	}
	return client, conn, nil
}

const limit = 30 * time.Second

func (s Server) client() (*gomail.Client, error) {
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(limit), gomail.WithTLSConfig(&tls.Config{
		ServerName: s.Host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12,
	})}
	if s.Limit != 0 {
		options = append(options, gomail.WithTimeout(s.Limit))
	}
	switch s.TLS {
	case Demanded:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case Offered:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case Implicit:
		options = append(options, gomail.WithSSL())
	case Never:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		return nil, fmt.Errorf("policy %q: %w", s.TLS, study.ErrInvalid)
	}
	if s.User != "" { // without encryption the library takes only what does not show the password
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("server for mail %s: %w", s.Host, err)
	}
	return client, nil
}

// before says why there is no connection over which mails can go. No address of a reader was named yet.
func before(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := &Failure{Cause: study.MailUnsigned, Said: err.Error()}
	var answer *textproto.Error
	if errors.As(err, &answer) {
		f.Code = answer.Code
	}
	var dial *net.OpError
	var untrusted *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &untrusted), errors.As(err, &record), isUnencrypted(err):
		f.Cause = study.MailUnsafe
	case errors.As(err, &dial), isGone(err), f.Code >= 400 && f.Code < 500, f.Code == 554: // it takes nothing now (RFC 5321, section 3.1)
		f.Cause = study.MailUnreachable
	}
	return f
}

// relays matches what servers say who do not pass mail on for us. With the same code, 5.7.1, one mailbox may refuse what it does not like.
var relays = regexp.MustCompile(`(?i)relay|authenticat|client host|not permitted to send|sign in|log in`)

// after says why a mail was not taken, without a word of the server.
func after(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f := &Failure{Cause: study.MailUnreachable}
	var sent *gomail.SendError
	if !errors.As(err, &sent) {
		return f
	}
	f.Code = sent.ErrorCode()
	switch {
	case f.Code >= 400 && f.Code < 500:
		f.Cause = study.MailDeferred
	case f.Code == 530, f.Code >= 500 && sent.Reason == gomail.ErrSMTPRcptTo && strings.HasPrefix(sent.EnhancedStatusCode(), "5.7.") && relays.MatchString(sent.Error()):
		f.Cause = study.MailUnsigned // it relays nothing for us (RFC 3463, section 3.8; RFC 4954, section 6)
	case f.Code >= 500 && sent.Reason == gomail.ErrSMTPRcptTo:
		f.Cause = study.MailRefused
	case f.Code >= 500 && sent.Reason == gomail.ErrSMTPMailFrom: // us it does not take, or not unless we sign in
		f.Cause = study.MailUnsigned
	case f.Code >= 500:
		f.Cause = study.MailRejected
	}
	return f
}
