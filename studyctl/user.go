package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"strings"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/web/password"
)

type userCmd struct {
	Add userAddCmd `cmd:"" help:"Add an experimenter who administers the installation, or give one a new password and remove their second factor. Others are invited by a link: see the page Accounts."`
}

type userAddCmd struct {
	Name  string `arg:"" help:"Name to sign in with."`
	Stdin bool   `help:"Read the password from standard input instead of making one up."`
}

// Run sets the password, and prints it if it made it up. A password is never an argument, because every user of the computer
// can read the arguments of programs.
func (cmd userAddCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	chosen := newPassword()
	if cmd.Stdin {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading the password: %w", err)
		}
		chosen = strings.TrimRight(line, "\r\n")
		if len(chosen) < 12 {
			return study.Refuse(study.ErrInvalid, "a password needs at least 12 characters")
		}
	}
	return withDatabase(ctx, c, func(db *postgres.DB) error {
		if err := db.SetPassword(ctx, cmd.Name, password.Hash(chosen)); err != nil {
			return err
		}
		if cmd.Stdin {
			_, err := fmt.Fprintf(t.Out, "%s may sign in\n", cmd.Name)
			return err
		}
		_, err := fmt.Fprintf(t.Out, "%s may sign in with the password %s\n", cmd.Name, chosen)
		return err
	})
}

// newPassword makes up a password of 130 bits in letters that are easy to type.
func newPassword() string { return strings.ToLower(rand.Text()) }
