package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studyctl/cli"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Say whether the audit of who did what was altered: an entry changed, removed, put in or moved."`
}

type auditVerifyCmd struct {
	Head []string `help:"An entry and its hash, as README.txt of an export prints them: the audit must contain it. Without one, an audit that was written anew as a whole, or cut at its end, looks right." placeholder:"NUMBER:SHA256"`
}

// Run checks the whole list.
func (cmd auditVerifyCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	var known []audit.Head
	for _, text := range cmd.Head {
		h, err := audit.ParseHead(text)
		if err != nil {
			return study.Refuse(study.ErrInvalid, "%v", err)
		}
		known = append(known, h)
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		head, err := audit.Check(db.Trail(ctx), known...)
		var fault *audit.Fault
		if errors.As(err, &fault) {
			return study.Refuse(study.ErrConflict, "the audit was altered. %s", capital(fault.Error()))
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(t.Out, "The audit was not altered. It ends with entry %s\n", head)
		return err
	})
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// operator is who works at the command line, as the audit names them.
func operator() string {
	name := "user " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return "studyctl, by " + name
}

// operating returns a context of a command that somebody runs, so that the audit tells of what it changes.
func operating(ctx context.Context, command string) context.Context {
	return audit.During(ctx, audit.Act{Who: operator(), At: time.Now(), What: func() (string, string, string) { return "studyctl " + command, "", "" }})
}
