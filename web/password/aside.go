package password

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"vmstudy/aside"
)

// execName is the name of the process that checks a password (its argument 0).
const execName = "vmstudy-password"

// order is the input of the process. The password comes by standard input, because everybody on the
// machine can see the arguments.
type order struct{ Password, Hash string }

// The output of the process.
const (
	yes = "yes"
	no  = "no"
)

// ExecMain checks a password and exits if this process was started by VerifyAside. Otherwise it
// does nothing. main must call it first, and so must TestMain of tests that use VerifyAside.
func ExecMain() {
	if !aside.Is(execName) {
		return
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func answer(in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("read what to check: %w", err)
	}
	ok, err := Verify(o.Password, o.Hash)
	if err != nil {
		return err
	}
	say := no
	if ok {
		say = yes
	}
	_, err = io.WriteString(out, say)
	return err
}

// VerifyAside does the same as Verify, but in a process of its own, see package aside. So a sign-in takes
// long while every processor is busy. When ctx ends, that process is killed.
func VerifyAside(ctx context.Context, password, hash string) (bool, error) {
	text, err := json.Marshal(order{password, hash})
	if err != nil {
		return false, fmt.Errorf("check a password: %w", err)
	}
	var said, complaint bytes.Buffer
	cmd := aside.Command(ctx, execName)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), &said, &complaint
	err = aside.Run(cmd)
	switch {
	case ctx.Err() != nil:
		return false, context.Cause(ctx)
	case err != nil:
		return false, fmt.Errorf("check a password: %w: %s", err, strings.TrimSpace(complaint.String()))
	}
	switch said.String() {
	case yes:
		return true, nil
	case no:
		return false, nil
	}
	return false, errors.New("check a password: the process for it has said nothing")
}
