package main

import (
	"context"
	"net"
	netmail "net/mail"
	"os"
	"strconv"
	"strings"
	"time"

	"vmstudy/mail"
	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/web/post"
)

// mailPlan says by which server mails to participants go.
type mailPlan struct {
	Server       string `help:"Server that takes mails to participants, as mail.example.org:587: confirmations, changes and reminders of appointments, to those who have entered an address. Empty: no mails." env:"STUDYCTL_MAIL_SERVER" placeholder:"HOST:PORT"`
	From         string `help:"Sender of these mails, as study@example.org or 'The laboratory <study@example.org>'." env:"STUDYCTL_MAIL_FROM" placeholder:"ADDRESS"`
	TLS          string `help:"How the way to that server is encrypted. demanded: by STARTTLS, or nothing is sent. implicit: from the first byte, as on port 465. offered: by STARTTLS if the server offers it. never: only for a server on this computer." default:"demanded" enum:"demanded,implicit,offered,never" env:"STUDYCTL_MAIL_TLS"`
	User         string `help:"Name with which to sign in at that server. Empty: nobody signs in." env:"STUDYCTL_MAIL_USER"`
	PasswordFile string `help:"File whose first line is the password. It may be in the environment variable STUDYCTL_MAIL_PASSWORD instead." env:"STUDYCTL_MAIL_PASSWORD_FILE" type:"path"`
	Password     string `hidden:"" help:"The password itself. Others can read what stands in a command line: use the environment or a file." env:"STUDYCTL_MAIL_PASSWORD"`
}

const submission = 587 // the port of RFC 6409

// forgetPassword takes the password out of the environment, which programs that this one starts would inherit. It is called when the command line is read.
func forgetPassword() error { return os.Unsetenv("STUDYCTL_MAIL_PASSWORD") }

// server returns the server of the plan, or nil if no mails are to be sent.
func (p mailPlan) server() (*mail.Server, error) {
	if p.Server == "" {
		return nil, nil
	}
	s := &mail.Server{Host: p.Server, Port: submission, From: p.From, TLS: mail.Policy(p.TLS), User: p.User, Password: p.Password}
	if host, port, err := net.SplitHostPort(p.Server); err == nil {
		s.Host = host
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return nil, study.Refuse(study.ErrInvalid, "%q in --mail-server (STUDYCTL_MAIL_SERVER) has no port: write it as in mail.example.org:587", p.Server)
		}
	}
	if _, err := netmail.ParseAddress(p.From); err != nil {
		return nil, study.Refuse(study.ErrInvalid, "%q in --mail-from (STUDYCTL_MAIL_FROM) is no sender: write it as in study@example.org", p.From)
	}
	ip := net.ParseIP(s.Host)
	if s.TLS == mail.Never && s.Host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, study.Refuse(study.ErrInvalid, "--mail-tls never (STUDYCTL_MAIL_TLS) is for a server on this computer only: addresses would pass the network in the clear")
	}
	if p.PasswordFile != "" {
		text, err := os.ReadFile(p.PasswordFile)
		if err != nil {
			return nil, study.Refuse(study.ErrInvalid, "the password of --mail-password-file cannot be read: %v", err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		s.Password = strings.TrimRight(first, "\r")
	}
	if s.User != "" && s.Password == "" {
		return nil, study.Refuse(study.ErrInvalid, "--mail-user needs a password: see --mail-password-file")
	}
	return s, nil
}

// office returns what sends mails by a server, if there is one, and forgets addresses.
func office(s *mail.Server, db *postgres.DB, zone *time.Location) *post.Office {
	o := &post.Office{Store: db, Now: func() time.Time { return time.Now().In(zone) }}
	if s == nil {
		return o
	}
	if sender, err := netmail.ParseAddress(s.From); err == nil { // server has checked it
		o.Send, o.Sender = s.Send, sender.Address
	}
	return o
}

// examination connects to the server and signs in there; nothing is sent.
func (p mailPlan) examination() examination {
	return examination{"mail", false, "see --mail-server and what belongs to it; without it everything works but mails to participants, which wait", func(ctx context.Context, _ Config, _ tell) (string, error) {
		s, err := p.server()
		if err != nil {
			return "", err
		}
		if err := s.Try(ctx); err != nil {
			return "", err
		}
		said := "answers, encryption is " + p.TLS
		if p.User != "" {
			said += ", and lets us in"
		}
		return p.Server + " " + said, nil
	}, 0}
}
